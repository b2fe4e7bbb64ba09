// What can be said of a push without the pushes before it.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/window_codec.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/path.h"
#include "service/jobs/feed.h"
#include "service/jobs/kept_job.h"
#include "service/violations.h"

namespace tune {
namespace {

// A clock that is wrong by more would close the window to all samples that come after it.
constexpr absl::Duration kMostAhead = absl::Hours(24);

// Of a kept window: two weeks of minutes.
constexpr int64_t kMostBins = 20'160;

std::string TimeText(absl::Time time) { return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone()); }

int64_t TimeOf(const CollectionSample& sample) { return *sample.collection.time_ms; }
template <typename Sample>
int64_t TimeOf(const Sample& sample) {
  return sample.time_ms;
}

class Checker {
 public:
  Checker(const JobGraph& graph, absl::Time now) : graph_(graph), now_(now) {}

  absl::Status CheckAll(const SampleBatch& batch) {
    Check("tasks", batch.tasks);
    Check("processes", batch.processes);
    Check("sources", batch.sources);
    Check("jobs", batch.jobs);
    Check("parallelisms", batch.parallelisms);
    Check("collections", batch.collections);
    if (lines_.empty()) return absl::OkStatus();
    if (count_ > lines_.size()) lines_.push_back(absl::StrCat("… and ", count_ - lines_.size(), " more"));
    return absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
  }

 private:
  void Add(const std::string& line) {
    if (++count_ <= Violations::kMost) lines_.push_back(line);
  }

  absl::Status One(const TaskSample& sample) const { return CheckSample(sample, graph_); }
  absl::Status One(const SourceSample& sample) const { return CheckSample(sample, graph_); }
  absl::Status One(const ParallelismSample& sample) const { return CheckSample(sample, graph_); }
  absl::Status One(const ProcessSample& sample) const { return CheckSample(sample); }
  absl::Status One(const JobSample& sample) const { return CheckSample(sample); }
  absl::Status One(const CollectionSample& sample) const { return CheckSample(sample); }

  template <typename Sample>
  void Check(const char* name, const std::vector<Sample>& samples) {
    for (size_t i = 0; i < samples.size(); ++i) {
      const std::string place = absl::StrCat("samples.", name, "[", i, "].");
      if (const absl::Status status = One(samples[i]); !status.ok()) {
        Add(std::string(Within(place.c_str(), status).message()));
        continue;
      }
      const absl::Time time = absl::FromUnixMillis(TimeOf(samples[i]));
      if (time <= now_ + kMostAhead) continue;
      Add(NotAllowedText(place + "time", TimeText(time), "at most a day after the server's clock, " + TimeText(now_)));
    }
  }

  const JobGraph& graph_;
  const absl::Time now_;
  std::vector<std::string> lines_;
  size_t count_ = 0;
};

template <typename T, typename Message>
absl::Status Read(const Message& message, const char* place, T& out) {
  auto read = FromProto(message);
  if (!read.ok()) return Within(place, read.status());
  out = *std::move(read);
  return absl::OkStatus();
}

// What a window would hold in memory when it is full.
absl::Status CheckSize(const JobGraph& graph, const WindowOptions& options, absl::Duration longest) {
  const int64_t bins = options.horizon / options.bin;
  const int64_t vertices = static_cast<int64_t>(graph.vertices.size());
  if (options.horizon > longest) {
    return NotAllowed("options.horizon", absl::FormatDuration(options.horizon),
                      "at most the server's " + absl::FormatDuration(longest));
  }
  if (bins > kMostBins)
    return NotAllowed("options.bin", absl::FormatDuration(options.bin),
                      absl::StrCat("at most ", kMostBins, " bins in the horizon"));
  if (bins * vertices > limits::kBins) {
    return NotAllowed("graph.vertices", absl::StrCat(vertices, " entries"),
                      absl::StrCat("at most ", limits::kBins / bins, " with ", bins, " bins each"));
  }
  return absl::OkStatus();
}

absl::Status CheckRates(const google::protobuf::Map<std::string, double>& rates, const JobGraph& graph) {
  if (rates.empty()) return absl::OkStatus();
  absl::StatusOr<WindowBuilder> probe = WindowBuilder::Create(graph, {}, {});
  return probe.ok() ? SetSourceRates(rates, graph, *probe) : probe.status();
}

}  // namespace

absl::StatusOr<PushedSamples> ReadPush(const v1::PushSamplesRequest& request, const JobGraph* graph,
                                       const WindowOptions& defaults, absl::Time now) {
  PushedSamples pushed;
  pushed.options = defaults;
  pushed.source_rates = request.source_rates();
  if (request.has_graph()) {
    absl::StatusOr<JobGraph> read = FromProto(request.graph());
    if (!read.ok()) return Within("graph.", read.status());
    pushed.graph = *std::move(read);
    graph = &*pushed.graph;
  }
  if (graph == nullptr) return NotAllowed("graph", "absent", "the job's graph, with its first push");
  if (request.has_facts()) {
    if (auto status = Read(request.facts(), "facts.", pushed.facts); !status.ok()) return status;
  }
  if (request.has_options()) {
    if (auto status = Read(request.options(), "options.", pushed.options); !status.ok()) return status;
  }
  if (auto status = WindowBuilder::Create(*graph, {}, pushed.options).status(); !status.ok()) return status;
  if (auto status = CheckSize(*graph, pushed.options, defaults.horizon); !status.ok()) return status;
  if (auto status = Read(request.samples(), "samples.", pushed.samples); !status.ok()) return status;
  if (auto status = Checker(*graph, now).CheckAll(pushed.samples); !status.ok()) return status;
  if (auto status = CheckRates(pushed.source_rates, *graph); !status.ok()) return status;
  return pushed;
}

}  // namespace tune
