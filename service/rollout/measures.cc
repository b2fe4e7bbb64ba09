#include "service/rollout/measures.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/rollout/lag_view.h"

namespace tune {
namespace {

constexpr int kMostMeasures = 200;  // a job may have thousands of vertices
constexpr double kMib = 1 << 20;

// Of the job as the judgement sees it now, or wants it.
class Figures {
 public:
  Figures(const Judgement& judged, bool wanted) : judged_(judged), wanted_(wanted) {
    for (const Vertex& vertex : judged.window.graph.vertices) ++named_[vertex.name];
  }

  template <typename Use>
  void ForEach(const Use& use) const {
    const JobRecommendation& job = judged_.recommendation;
    use(kSlots, wanted_ ? job.slots_wanted : job.slots_now);
    const ProcessSize& size = wanted_ ? job.task_managers.wanted : job.task_managers.now;
    if (size.count) use(kTaskManagers, *size.count);
    if (size.slots) use(kTaskManagerSlots, *size.slots);
    if (size.cpu) use(kTaskManagerCores, static_cast<double>(size.cpu->value()) / 1000);
    if (size.memory) use(kTaskManagerMib, static_cast<double>(size.memory->value()) / kMib);
    for (const VertexRecommendation& vertex : job.vertices) {
      const std::string name = NameOf(judged_.window.graph.vertices[static_cast<size_t>(vertex.vertex)]);
      use(absl::StrCat("subtasks of ", name), wanted_ ? vertex.wanted : vertex.now);
      // Not to change with the parallelism: that is what parallelism is worked out from.
      if (vertex.service_time.value() > 0)
        use(absl::StrCat("ms per record of ", name), vertex.service_time.value() * 1e3);
    }
  }

 private:
  // Flink calls many a vertex "Filter" or "Map".
  std::string NameOf(const Vertex& vertex) const {
    if (named_.at(vertex.name) == 1) return Utf8(vertex.name);
    return Utf8(absl::StrCat(vertex.name, " (", vertex.id, ")"));
  }

  const Judgement& judged_;
  const bool wanted_;
  std::map<std::string, int> named_;  // how many vertices have the name
};

v1::ChangeMeasure* FindMutable(v1::Change& change, const std::string& name) {
  for (v1::ChangeMeasure& measure : *change.mutable_measures()) {
    if (measure.name() == name) return &measure;
  }
  return nullptr;
}

}  // namespace

const v1::ChangeMeasure* FindMeasure(const v1::Change& change, const char* name) {
  for (const v1::ChangeMeasure& measure : change.measures()) {
    if (measure.name() == name) return &measure;
  }
  return nullptr;
}

void Predict(const Judgement& judged, v1::Change& change) {
  Figures(judged, false).ForEach([&](const std::string& name, double value) {
    if (change.measures_size() == kMostMeasures) return;
    v1::ChangeMeasure& measure = *change.add_measures();
    measure.set_name(name);
    measure.set_before(value);
  });
  Figures(judged, true).ForEach([&](const std::string& name, double value) {
    if (v1::ChangeMeasure* measure = FindMutable(change, name)) measure->set_predicted(value);
  });
  if (const LagView lag = LookAtLag(judged.window, absl::InfinitePast()); lag.behind) {
    v1::ChangeMeasure& behind = *change.add_measures();
    behind.set_name(kBehind);
    behind.set_before(*lag.behind);
  }
}

void Measure(const Judgement& judged, v1::Change& change) {
  Figures(judged, false).ForEach([&](const std::string& name, double value) {
    if (v1::ChangeMeasure* measure = FindMutable(change, name)) measure->set_happened(value);
  });
  if (const LagView lag = LookAtLag(judged.window, absl::InfinitePast()); lag.behind) {
    if (v1::ChangeMeasure* behind = FindMutable(change, kBehind)) behind->set_happened(*lag.behind);
  }
}

}  // namespace tune
