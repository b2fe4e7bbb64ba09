#include "service/api/job_input.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/policy_text.h"
#include "libtune/codec/samples_codec.h"
#include "libtune/codec/window_codec.h"
#include "libtune/internal/path.h"
#include "service/api/status.h"
#include "tune/window_builder.h"

namespace tune {
namespace {

// One sample of a batch, by the list that it stands in.
struct Place {
  int64_t time_ms;
  int list;  // of one time, in this order
  size_t index;
};

template <typename Sample>
void AddPlaces(const std::vector<Sample>& samples, int list, std::vector<Place>& places) {
  for (size_t i = 0; i < samples.size(); ++i) places.push_back({samples[i].time_ms, list, i});
}

class Feed {
 public:
  Feed(const SampleBatch& batch, WindowBuilder& builder) : batch_(batch), builder_(builder) {
    AddPlaces(batch.parallelisms, 0, places_);
    AddPlaces(batch.jobs, 1, places_);
    AddPlaces(batch.sources, 2, places_);
    AddPlaces(batch.processes, 3, places_);
    AddPlaces(batch.tasks, 4, places_);
    std::stable_sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
      return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : a.list < b.list;
    });
  }

  absl::Status AddAll() {
    for (const Place& place : places_) {
      if (auto status = AddOne(place); !status.ok()) return status;
    }
    for (size_t i = 0; i < batch_.collections.size(); ++i) {
      if (auto status = Add("collections", batch_.collections, i); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  template <typename Sample>
  absl::Status Add(const char* name, const std::vector<Sample>& samples, size_t index) {
    const absl::Status status = builder_.Add(samples[index]);
    if (status.ok()) return status;
    return Within(absl::StrCat("history.samples.", name, "[", index, "].").c_str(), status);
  }

  absl::Status AddOne(const Place& place) {
    switch (place.list) {
      case 0:
        return Add("parallelisms", batch_.parallelisms, place.index);
      case 1:
        return Add("jobs", batch_.jobs, place.index);
      case 2:
        return Add("sources", batch_.sources, place.index);
      case 3:
        return Add("processes", batch_.processes, place.index);
      default:
        return Add("tasks", batch_.tasks, place.index);
    }
  }

  const SampleBatch& batch_;
  WindowBuilder& builder_;
  std::vector<Place> places_;
};

absl::Status SetSourceRates(const v1::JobHistory& history, const JobGraph& graph, WindowBuilder& builder) {
  const Path root("history.source_rates");
  for (const auto& [id, rate] : history.source_rates()) {
    const std::string field = root.Key(id).Render();
    const int vertex = FindVertex(graph, id);
    if (vertex < 0) return NotAllowed(field, absl::StrCat(rate), "a vertex of the graph");
    const absl::Status status = builder.SetSourceRate(vertex, RecordsPerSecond(rate));
    if (!status.ok()) return NotAllowed(field, absl::StrCat(rate), "> 0 records/s, of a source");
  }
  return absl::OkStatus();
}

absl::StatusOr<JobWindow> ReadHistory(const v1::JobHistory& history) {
  const absl::StatusOr<JobGraph> graph = FromProto(history.graph());
  if (!graph.ok()) return Within("history.graph.", graph.status());
  const absl::StatusOr<JobFacts> facts = FromProto(history.facts());
  if (!facts.ok()) return Within("history.facts.", facts.status());
  const absl::StatusOr<WindowOptions> options = FromProto(history.options());
  if (!options.ok()) return Within("history.options.", options.status());
  const absl::StatusOr<SampleBatch> samples = FromProto(history.samples());
  if (!samples.ok()) return Within("history.samples.", samples.status());
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Create(*graph, *facts, *options);
  if (!builder.ok()) return Within("history.", builder.status());
  if (auto status = Feed(*samples, *builder).AddAll(); !status.ok()) return status;
  if (auto status = SetSourceRates(history, *graph, *builder); !status.ok()) return status;
  return builder->Window();
}

absl::StatusOr<JobWindow> ReadWindow(const v1::RecommendRequest& request) {
  switch (request.job_case()) {
    case v1::RecommendRequest::kWindow: {
      absl::StatusOr<JobWindow> window = FromProto(request.window());
      if (!window.ok()) return Within("window.", window.status());
      return window;
    }
    case v1::RecommendRequest::kHistory:
      return ReadHistory(request.history());
    case v1::RecommendRequest::JOB_NOT_SET:
      break;
  }
  return NotAllowed("job", "absent", "a window or a history");
}

}  // namespace

absl::StatusOr<TuningPolicy> ReadPolicy(const v1::PolicyChoice& choice) {
  const std::vector<std::string> sets(choice.sets().begin(), choice.sets().end());
  if (choice.has_policy()) {
    if (!choice.name().empty()) return NotAllowed("policy.name", Quoted(choice.name()), "empty beside a policy");
    absl::StatusOr<TuningPolicy> policy = PolicyWithSets(choice.policy(), sets);
    return policy.ok() ? policy : Within("policy.", policy.status());
  }
  const std::vector<std::string> names = PolicyNames();
  const std::string name = choice.name().empty() ? names.front() : choice.name();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return NotAllowed("policy.name", Quoted(name), absl::StrJoin(names, ", "));
  }
  absl::StatusOr<TuningPolicy> policy = LoadPolicy(name, sets);
  return policy.ok() ? policy : Within("policy.", policy.status());
}

absl::StatusOr<JobInput> ReadJob(const v1::RecommendRequest& request) {
  absl::StatusOr<JobWindow> window = ReadWindow(request);
  if (!window.ok()) return window.status();
  absl::StatusOr<TuningPolicy> policy = ReadPolicy(request.policy());
  if (!policy.ok()) return policy.status();
  return JobInput{*std::move(window), *std::move(policy)};
}

}  // namespace tune
