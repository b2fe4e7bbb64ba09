#include "libtune/cli/plot_data.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "absl/strings/str_replace.h"
#include "libtune/cli/plot_findings.h"
#include "libtune/cli/plot_json.h"
#include "libtune/cli/plot_processes.h"
#include "libtune/cli/plot_series.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

using Json = PlotJson;

constexpr size_t kMostBars = 200;  // subtasks that a drawing can tell apart

// 0 means "not known" in a recommendation.
Json KnownOrNull(double value) { return value > 0 ? Json(RoundedForPlot(value)) : Json(nullptr); }

Json BinsJson(const std::vector<Bin>& bins, bool is_source) {
  return {
      {"rate", SeriesJson(SeriesOf(
                   bins, [&](const Bin& b) { return Part(is_source ? b.records_out : b.records_in, b.covered_s); }))},
      {"busy", SeriesJson(SeriesOf(bins, [](const Bin& b) { return Part(std::max(0.0, b.busy_s), b.task_s); }))},
      {"pressed", SeriesJson(SeriesOf(bins, [](const Bin& b) { return Part(b.backpressured_s, b.task_s); }))},
  };
}

const char* DemandText(DemandKind kind) {
  switch (kind) {
    case DemandKind::kConsumed:
      return "consumed";
    case DemandKind::kLag:
      return "lag";
    case DemandKind::kOffsets:
      return "offsets";
    case DemandKind::kGiven:
      return "given";
  }
  return "";
}

void AddSource(const SourceWindow& source, Json& operation) {
  operation["demand_from"] = DemandText(source.kind);
  if (source.bins.empty()) return;
  operation["series"]["produced"] =
      SeriesJson(SeriesOf(source.bins, [](const DemandBin& b) { return Part(b.records, b.covered_s); }));
  operation["series"]["lag"] = SeriesJson(
      SeriesOf(source.bins, [](const DemandBin& b) { return Part(b.lag_records, b.covered_s > 0 ? 1.0 : 0.0); }));
}

// Shares of the records taken, by subtask; of very many the largest ones. null: not reported by subtask.
Json SubtasksJson(const std::vector<SubtaskWindow>& subtasks) {
  const double total = std::accumulate(subtasks.begin(), subtasks.end(), 0.0,
                                       [](double sum, const SubtaskWindow& s) { return sum + s.records_in; });
  if (!(total > 0)) return nullptr;
  std::vector<size_t> shown(subtasks.size());
  std::iota(shown.begin(), shown.end(), size_t{0});
  if (shown.size() > kMostBars) {
    std::stable_sort(shown.begin(), shown.end(),
                     [&](size_t a, size_t b) { return subtasks[a].records_in > subtasks[b].records_in; });
    shown.resize(kMostBars);
  }
  Json shares = Json::array();
  for (const size_t i : shown) shares.push_back(RoundedForPlot(subtasks[i].records_in / total));
  return {{"of", subtasks.size()}, {"index", shown}, {"share", std::move(shares)}};
}

double Input(const Evidence& evidence, const std::string& name) {
  for (const Term& term : evidence.inputs) {
    if (name == term.name) return term.value;
  }
  return 0;
}

// Records/s that each vertex carries at the wanted size when its busiest subtask has no time left, by the formula
// behind capacity_now: (1 - fixed busy - broadcast busy) / (time of a record * largest share). 0: not known.
std::vector<double> CapacityWanted(const JobRecommendation& job) {
  std::vector<double> capacity(job.vertices.size(), 0);
  for (size_t i = 0; i < job.evidence.size(); ++i) {
    const Evidence step = job.evidence[i];
    if (std::string(step.rule) != "parallelism.steady" || step.vertex < 0) continue;
    const auto v = static_cast<size_t>(step.vertex);
    if (v >= capacity.size()) continue;
    const double per_record = Input(step, "service_time");
    const double free = 1 - Input(step, "fixed_busy") - Input(step, "rate_to_every_subtask") * per_record;
    const double busiest = per_record * job.vertices[v].largest_share;
    capacity[v] = busiest > 0 ? std::max(0.0, free) / busiest : 0;
  }
  return capacity;
}

std::vector<bool> Sources(const JobGraph& graph) {
  std::vector<bool> is_source(graph.vertices.size(), true);
  for (const Edge& edge : graph.edges) is_source[static_cast<size_t>(edge.to)] = false;
  return is_source;
}

Json OperatorJson(const PlotInput& input, size_t v, bool is_source, double capacity_wanted) {
  const Vertex& vertex = input.window.graph.vertices[v];
  const VertexRecommendation& r = input.recommendation.vertices[v];
  return {
      {"name", NameOf(vertex)},
      {"id", vertex.id},
      {"is_source", is_source},
      {"now", r.now},
      {"needed", r.needed},
      {"wanted", r.wanted},
      {"low", r.low},
      {"high", r.high},
      {"at_least", r.at_least},
      {"action", Name(r.action)},
      {"verdict", Name(r.verdict)},
      {"confidence", Name(r.confidence)},
      {"demand", KnownOrNull(r.demand.value())},
      {"seconds_per_record", KnownOrNull(r.service_time.value())},
      {"largest_share", KnownOrNull(r.largest_share)},
      {"capacity_now", KnownOrNull(r.capacity_now.value())},
      {"capacity_wanted", KnownOrNull(capacity_wanted)},
      {"findings", FindingsJson(input, {static_cast<int>(v), std::nullopt})},
      {"series", BinsJson(input.window.vertices[v].bins, is_source)},
      {"subtasks", SubtasksJson(input.window.vertices[v].subtasks)},
  };
}

Json JobJson(const PlotInput& input) {
  const JobWindow& window = input.window;
  const JobRecommendation& job = input.recommendation;
  return {
      {"job", window.facts.job_name},
      {"policy", input.policy.name},
      {"start_s", absl::ToDoubleSeconds(window.start - absl::UnixEpoch())},
      {"length_s", absl::ToDoubleSeconds(window.length)},
      {"bin_s", absl::ToDoubleSeconds(window.bin)},
      {"bins", window.vertices.front().bins.size()},
      {"group_bins", GroupSize(window.vertices.front().bins.size())},
      {"skew_ratio", input.policy.skew_ratio},
      {"cpu_band", {input.policy.cpu_band_low, input.policy.cpu_band_high}},
      {"gc_overhead_goal", input.policy.gc_overhead_goal},
      {"action", Name(job.action)},
      {"timeliness", Name(job.timeliness)},
      {"parallelism_now", job.parallelism_now},
      {"parallelism_wanted", job.parallelism_wanted},
      {"slots_now", job.slots_now},
      {"slots_wanted", job.slots_wanted},
      {"restarts", window.restarts},
      {"findings", FindingsJson(input, {})},
  };
}

}  // namespace

std::string PlotDataJson(const PlotInput& input) {
  Json data = JobJson(input);
  const std::vector<bool> is_source = Sources(input.window.graph);
  const std::vector<double> capacity = CapacityWanted(input.recommendation);
  Json operators = Json::array();
  for (size_t v = 0; v < is_source.size(); ++v) operators.push_back(OperatorJson(input, v, is_source[v], capacity[v]));
  for (const SourceWindow& source : input.window.sources) {
    AddSource(source, operators[static_cast<size_t>(source.vertex)]);
  }
  data["operators"] = std::move(operators);
  data["processes"] = ProcessesJson(input);
  // In ASCII, and with what is not UTF-8 replaced: the writer cannot fail on any text.
  const std::string text = data.dump(-1, ' ', true, Json::error_handler_t::replace);
  return absl::StrReplaceAll(text, {{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}});
}

}  // namespace tune
