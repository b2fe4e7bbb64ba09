#include "libtune/cli/load_job.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/limits_yaml.h"
#include "libtune/codec/policy_text.h"
#include "libtune/graph/infer.h"
#include "libtune/graph/order.h"
#include "libtune/history/gc_log/beside_history.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/size/job_pods.h"

namespace tune {
namespace {

constexpr std::uintmax_t kMostTextBytes = 16 << 20;

// Hands samples to the builder. What the builder refuses is the history's fault and ends the reading.
class BuilderSink : public SampleSink {
 public:
  explicit BuilderSink(WindowBuilder& builder) : builder_(builder) {}
  absl::Status Add(const TaskSample& s) override { return builder_.Add(s); }
  absl::Status Add(const ProcessSample& s) override { return builder_.Add(s); }
  absl::Status Add(const SourceSample& s) override { return builder_.Add(s); }
  absl::Status Add(const JobSample& s) override { return builder_.Add(s); }
  absl::Status Add(const ParallelismSample& s) override { return builder_.Add(s); }
  absl::Status Add(const CollectionSample& s) override { return builder_.Add(s); }

 private:
  WindowBuilder& builder_;
};

void AddTraffic(double& into, double more) {
  if (more >= 0) into = std::max(0.0, into) + more;
}

// A later part of the same job's history: its vertices' sizes are the newer ones.
void MergeOutline(const HistoryOutline& more, HistoryOutline& all) {
  for (size_t v = 0; v < more.graph.vertices.size(); ++v) {
    const Vertex& vertex = more.graph.vertices[v];
    size_t at = 0;
    while (at < all.graph.vertices.size() && all.graph.vertices[at].id != vertex.id) ++at;
    if (at == all.graph.vertices.size()) {
      all.graph.vertices.push_back(vertex);
      all.traffic.emplace_back();
    }
    all.graph.vertices[at].parallelism = vertex.parallelism;
    all.traffic.resize(all.graph.vertices.size());
    if (v >= more.traffic.size()) continue;
    HistoryOutline::Traffic& t = all.traffic[at];
    AddTraffic(t.records_in, more.traffic[v].records_in);
    AddTraffic(t.records_out, more.traffic[v].records_out);
    AddTraffic(t.bytes_in, more.traffic[v].bytes_in);
    AddTraffic(t.bytes_out, more.traffic[v].bytes_out);
  }
  if (all.graph.edges.empty() && all.graph.vertices.size() == more.graph.vertices.size())
    all.graph.edges = more.graph.edges;
  all.first_ms = std::min(all.first_ms, more.first_ms);
  all.last_ms = std::max(all.last_ms, more.last_ms);
  all.samples += more.samples;
  all.metrics_seen.insert(more.metrics_seen.begin(), more.metrics_seen.end());
  all.warnings.insert(all.warnings.end(), more.warnings.begin(), more.warnings.end());
}

absl::Status FindEdges(const std::vector<std::unique_ptr<HistoryReader>>& readers, const Arguments& arguments,
                       HistoryOutline& outline) {
  if (!arguments.graph.empty()) return ReadGraphFile(arguments.graph, outline.graph);
  if (!outline.graph.edges.empty() || outline.graph.vertices.size() < 2) return absl::OkStatus();
  std::vector<VertexTraffic> traffic;
  for (const HistoryOutline::Traffic& t : outline.traffic) {
    traffic.push_back({t.records_in, t.records_out, t.bytes_in, t.bytes_out});
  }
  traffic.resize(outline.graph.vertices.size());
  return InferEdges(traffic, readers.front()->format() == "flink-rest", outline.graph);
}

std::string SourceNames(const GraphView& view) {
  const std::vector<Vertex>& vertices = view.graph().vertices;
  std::string names;
  for (size_t v = 0; v < vertices.size(); ++v) {
    if (!view.is_source(static_cast<int>(v))) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", "\"", vertices[v].name, "\"");
  }
  return names;
}

absl::Status SetSourceRates(const Arguments& arguments, const JobGraph& graph, WindowBuilder& builder) {
  const absl::StatusOr<std::map<int, RecordsPerSecond>> rates = SourceRatesOf(arguments, graph);
  if (!rates.ok()) return rates.status();
  for (const auto& [source, rate] : *rates) {
    if (auto status = builder.SetSourceRate(source, rate); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// What the cluster leaves to the job. Without a spec it is not known which part of a quota the job itself uses.
absl::Status TakeLimits(const ClusterLimits& limits, bool has_spec, HistoryOutline& outline) {
  PodsTaken taken;
  if (!limits.quota.empty() && has_spec) {
    JobWindow window;
    window.graph = outline.graph;
    window.facts = outline.facts;
    const absl::StatusOr<PodsTaken> own = TakenBy(window);
    if (!own.ok()) return own.status();
    taken = *own;
  } else if (!limits.quota.empty()) {
    outline.warnings.emplace_back(
        "--limits: the quota counts the job's own pods as used, as there is no --spec of them");
  }
  outline.facts.limits = LimitsFor(limits, taken);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return absl::NotFoundError(absl::StrCat(path, ": ", error.message()));
  if (size > kMostTextBytes) return NotAllowed(path, absl::StrCat(size, " bytes"), absl::StrCat("<= ", kMostTextBytes));
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return text.str();
}

absl::Status WriteTextFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
}

absl::StatusOr<TuningPolicy> LoadPolicyArgument(const Arguments& arguments) {
  for (const std::string& name : PolicyNames()) {
    if (arguments.policy == name) return LoadPolicy(name, arguments.sets);
  }
  absl::StatusOr<std::string> text = ReadTextFile(arguments.policy);
  if (!text.ok()) {
    return NotAllowed("--policy", arguments.policy, absl::StrCat(absl::StrJoin(PolicyNames(), ", "), ", or a file"));
  }
  return LoadPolicy(*text, arguments.sets, arguments.policy);
}

absl::StatusOr<FlinkDeployment> LoadSpec(const std::string& path) {
  absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  return ReadFlinkDeployment(*text, path);
}

absl::StatusOr<ClusterLimits> LoadLimits(const Arguments& arguments, const std::string& ns) {
  ClusterLimits limits;
  limits.ns = ns;
  for (const std::string& path : arguments.limits) {
    const absl::StatusOr<std::string> text = ReadTextFile(path);
    if (!text.ok()) return text.status();
    if (auto status = ReadClusterLimits(*text, path, limits); !status.ok()) return status;
  }
  return limits;
}

absl::StatusOr<std::map<int, RecordsPerSecond>> SourceRatesOf(const Arguments& arguments, const JobGraph& graph) {
  const GraphView view(graph);
  std::map<int, RecordsPerSecond> rates;
  for (const std::string& text : arguments.source_rates) {
    const size_t at = text.rfind('=');
    double rate = 0;
    if (at == std::string::npos || at == 0 || !absl::SimpleAtod(text.substr(at + 1), &rate) || !(rate > 0) ||
        !std::isfinite(rate)) {
      return NotAllowed("--source-rate", text, "SOURCE=RATE with a rate > 0 in records/s");
    }
    const int vertex = FindVertex(graph, text.substr(0, at));
    if (vertex < 0 || !view.is_source(vertex)) {
      return NotAllowed("--source-rate", text, absl::StrCat("one of the sources ", SourceNames(view)));
    }
    rates[vertex] = RecordsPerSecond(rate);
  }
  return rates;
}

void MergeFacts(const JobFacts& spec, JobFacts& facts) {
  if (spec.flink_major > 0) {
    facts.flink_major = spec.flink_major;
    facts.flink_minor = spec.flink_minor;
  }
  if (spec.adaptive_scheduler) facts.adaptive_scheduler = spec.adaptive_scheduler;
  if (spec.slots_per_task_manager) facts.slots_per_task_manager = spec.slots_per_task_manager;
  for (const auto& [key, value] : spec.configuration) facts.configuration[key] = value;
  facts.task_manager = spec.task_manager;
  facts.job_manager = spec.job_manager;
}

absl::StatusOr<std::vector<std::unique_ptr<HistoryReader>>> OpenAll(const Arguments& arguments) {
  HistoryOptions options;
  if (!arguments.history_format.empty()) options.format = arguments.history_format;
  if (!arguments.graph.empty()) options.graph_file = arguments.graph;
  if (arguments.jobs.size() > 1) return NotAllowed("--job", absl::StrJoin(arguments.jobs, ", "), "one job");
  if (!arguments.jobs.empty()) options.job = arguments.jobs.front();
  for (const std::string& text : arguments.gc_logs) options.gc_logs.push_back(ParseGcLogArgument(text));
  std::vector<std::unique_ptr<HistoryReader>> readers;
  for (const std::string& path : arguments.histories) {
    absl::StatusOr<std::unique_ptr<HistoryReader>> reader = OpenHistory(path, options);
    if (!reader.ok()) return reader.status();
    readers.push_back(*std::move(reader));
    options.gc_logs.clear();  // they are laid beside the first history
  }
  return readers;
}

absl::StatusOr<HistoryOutline> OutlineOf(std::vector<std::unique_ptr<HistoryReader>>& readers,
                                         const Arguments& arguments) {
  std::optional<HistoryOutline> all;
  for (auto& reader : readers) {
    absl::StatusOr<HistoryOutline> outline = reader->Outline(TerminalProgress("reading"));
    EndProgress();
    if (!outline.ok()) return outline.status();
    if (all) {
      MergeOutline(*outline, *all);
    } else {
      all = *std::move(outline);
    }
  }
  if (auto status = FindEdges(readers, arguments, *all); !status.ok()) return status;
  return *std::move(all);
}

namespace {

absl::StatusOr<LoadedJob> LoadOne(const Arguments& arguments) {
  absl::StatusOr<TuningPolicy> policy = LoadPolicyArgument(arguments);
  if (!policy.ok()) return policy.status();
  std::optional<FlinkDeploymentSpec> spec;
  JobFacts spec_facts;
  if (!arguments.spec.empty()) {
    absl::StatusOr<FlinkDeployment> read = LoadSpec(arguments.spec);
    if (!read.ok()) return read.status();
    spec = read->spec;
    spec_facts = read->facts;
  }
  const absl::StatusOr<ClusterLimits> limits = LoadLimits(arguments, spec ? spec->ns : "");
  if (!limits.ok()) return limits.status();
  absl::StatusOr<std::vector<std::unique_ptr<HistoryReader>>> readers = OpenAll(arguments);
  if (!readers.ok()) return readers.status();
  absl::StatusOr<HistoryOutline> outline = OutlineOf(*readers, arguments);
  if (!outline.ok()) return outline.status();
  MergeFacts(spec_facts, outline->facts);
  if (auto status = TakeLimits(*limits, spec.has_value(), *outline); !status.ok()) return status;

  WindowOptions options;
  options.horizon = policy->horizon;
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Create(outline->graph, outline->facts, options);
  if (!builder.ok()) return builder.status();
  if (auto status = SetSourceRates(arguments, outline->graph, *builder); !status.ok()) return status;
  BuilderSink sink(*builder);
  std::vector<std::string> formats;
  for (auto& reader : *readers) {
    const absl::Status read = reader->Read(outline->graph, sink, TerminalProgress("sizing"));
    EndProgress();
    if (!read.ok()) return read;
    formats.push_back(reader->format());
  }
  return LoadedJob{std::move(formats), *std::move(outline), *std::move(builder),
                   *std::move(policy), std::move(spec),     {}};
}

// The arguments for one job of a session cluster: rates are given as JOB/SOURCE=RATE.
Arguments OfOne(const Arguments& arguments, const std::string& job) {
  Arguments one = arguments;
  one.jobs = {job};
  one.source_rates.clear();
  const std::string prefix = absl::StrCat(job, "/");
  for (const std::string& rate : arguments.source_rates) {
    if (absl::StartsWith(rate, prefix)) one.source_rates.push_back(rate.substr(prefix.size()));
  }
  return one;
}

absl::Status CheckSession(const Arguments& arguments) {
  for (const std::string& rate : arguments.source_rates) {
    const bool known = std::any_of(arguments.jobs.begin(), arguments.jobs.end(), [&](const std::string& job) {
      return absl::StartsWith(rate, absl::StrCat(job, "/"));
    });
    if (!known) return NotAllowed("--source-rate", rate, "JOB/SOURCE=RATE, as there are several jobs");
  }
  if (!arguments.graph.empty()) return NotAllowed("--graph", arguments.graph, "absent with several jobs");
  return absl::OkStatus();
}

absl::StatusOr<LoadedJob> LoadSession(const Arguments& arguments) {
  if (auto status = CheckSession(arguments); !status.ok()) return status;
  std::optional<LoadedJob> all;
  std::vector<JobWindow> windows;
  for (const std::string& job : arguments.jobs) {
    absl::StatusOr<LoadedJob> one = LoadOne(OfOne(arguments, job));
    if (!one.ok()) return one.status();
    windows.push_back(one->builder.Window());
    if (windows.back().facts.job_name.empty()) windows.back().facts.job_name = job;
    if (all) {
      all->outline.first_ms = std::min(all->outline.first_ms, one->outline.first_ms);
      all->outline.last_ms = std::max(all->outline.last_ms, one->outline.last_ms);
    } else {
      all = *std::move(one);
    }
  }
  if (all->policy.scope == Scope::kJob) {
    return NotAllowed("policy.scope", "SCOPE_JOB", "SCOPE_VERTEX with several jobs, which have no one parallelism");
  }
  absl::StatusOr<JobWindow> session = SessionWindow(windows);
  if (!session.ok()) return session.status();
  all->session = *std::move(session);
  return *std::move(all);
}

}  // namespace

absl::StatusOr<LoadedJob> LoadJob(const Arguments& arguments) {
  return arguments.jobs.size() > 1 ? LoadSession(arguments) : LoadOne(arguments);
}

}  // namespace tune
