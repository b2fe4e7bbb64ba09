// Takes every sample, and checks what a reader promises about it.
#pragma once

#include <cstdlib>

#include "libtune/history/history.h"

namespace tune {

class NullSink : public SampleSink {
 public:
  explicit NullSink(const JobGraph& graph) : vertices_(static_cast<int32_t>(graph.vertices.size())) {}

  absl::Status Add(const TaskSample& sample) override {
    Expect(sample.vertex >= 0 && sample.vertex < vertices_);
    Expect(sample.subtask >= TaskSample::kWholeVertex && sample.subtask < kMaxParallelism);
    for (int i = 0; i < kTaskMetricCount; ++i) {
      const TaskMetric metric = static_cast<TaskMetric>(i);
      Expect(!sample.Has(metric) || *sample.Get(metric) >= 0);
    }
    Expect(sample.time_ms >= 0);
    return absl::OkStatus();
  }
  absl::Status Add(const ProcessSample& sample) override {
    Expect(!sample.id.empty());
    return absl::OkStatus();
  }
  absl::Status Add(const SourceSample& sample) override {
    Expect(sample.vertex >= 0 && sample.vertex < vertices_);
    return absl::OkStatus();
  }
  absl::Status Add(const JobSample& sample) override {
    Expect(sample.time_ms >= 0);
    return absl::OkStatus();
  }
  absl::Status Add(const ParallelismSample& sample) override {
    Expect(sample.parallelism >= 1 && sample.parallelism <= kMaxParallelism);
    Expect(sample.vertex >= 0 && sample.vertex < vertices_);
    return absl::OkStatus();
  }

  absl::Status Add(const CollectionSample& sample) override {
    Expect(!sample.id.empty() && sample.collection.time_ms.has_value());
    return absl::OkStatus();
  }

 private:
  static void Expect(bool promised) {
    if (!promised) std::abort();
  }

  int32_t vertices_;
};

// Both passes; any Status is fine.
inline void ReadBothPasses(HistoryReader& reader) {
  const absl::StatusOr<HistoryOutline> outline = reader.Outline(nullptr);
  if (!outline.ok()) return;
  if (outline->traffic.size() != outline->graph.vertices.size()) std::abort();
  NullSink sink(outline->graph);
  reader.Read(outline->graph, sink, nullptr).IgnoreError();
}

}  // namespace tune
