// A recorded history's job, as it is sent over the wire.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "libtune/codec/graph_codec.h"
#include "libtune/codec/samples_codec.h"
#include "libtune/codec/window_codec.h"
#include "libtune/history/history.h"
#include "tune/v1/service.pb.h"
#include "tune/window_builder.h"

namespace tune {

// Keeps the samples, and gives them to a builder in the order in which they were recorded.
class RecordedJob final : public SampleSink {
 public:
  // Without collections, which logs tell only afterwards: pushes one after the other then make the same window.
  enum class Collections { kKept, kLeftOut };
  explicit RecordedJob(Collections collections = Collections::kLeftOut,
                       const std::string& folder = "datasets/kafka900-p2")
      : collections_(collections) {
    auto reader = OpenHistory(folder, {});
    EXPECT_TRUE(reader.ok()) << reader.status();
    auto outline = (*reader)->Outline(nullptr);
    EXPECT_TRUE(outline.ok()) << outline.status();
    graph = outline->graph;
    facts = outline->facts;
    builder.emplace(*WindowBuilder::Create(graph, facts, {}));
    EXPECT_TRUE((*reader)->Read(graph, *this, nullptr).ok());
  }

  absl::Status Add(const TaskSample& s) override { return Keep(s, batch.tasks); }
  absl::Status Add(const ProcessSample& s) override { return Keep(s, batch.processes); }
  absl::Status Add(const SourceSample& s) override { return Keep(s, batch.sources); }
  absl::Status Add(const JobSample& s) override { return Keep(s, batch.jobs); }
  absl::Status Add(const ParallelismSample& s) override { return Keep(s, batch.parallelisms); }
  absl::Status Add(const CollectionSample& s) override {
    return collections_ == Collections::kKept ? Keep(s, batch.collections) : absl::OkStatus();
  }

  v1::RecommendRequest Request() const {
    v1::RecommendRequest request;
    v1::JobHistory& history = *request.mutable_history();
    *history.mutable_graph() = ToProto(graph);
    *history.mutable_samples() = ToProto(batch);
    *history.mutable_facts() = ToProto(facts);
    return request;
  }

  // The same in `count` pushes of equal spans of time, one after the other; the first one brings graph and facts.
  std::vector<v1::PushSamplesRequest> Pushes(const std::string& ns, const std::string& name, int count) const {
    std::vector<v1::PushSamplesRequest> pushes(static_cast<size_t>(count));
    for (size_t i = 0; i < pushes.size(); ++i) {
      pushes[i].mutable_job()->set_namespace_(ns);
      pushes[i].mutable_job()->set_name(name);
      pushes[i].set_idempotency_key("push-" + std::to_string(i));
    }
    *pushes.front().mutable_graph() = ToProto(graph);
    *pushes.front().mutable_facts() = ToProto(facts);
    Slices slices(*this, pushes.size());
    slices.Split(batch.tasks, [&](size_t i) { return pushes[i].mutable_samples()->mutable_tasks(); });
    slices.Split(batch.processes, [&](size_t i) { return pushes[i].mutable_samples()->mutable_processes(); });
    slices.Split(batch.sources, [&](size_t i) { return pushes[i].mutable_samples()->mutable_sources(); });
    slices.Split(batch.jobs, [&](size_t i) { return pushes[i].mutable_samples()->mutable_jobs(); });
    slices.Split(batch.parallelisms, [&](size_t i) { return pushes[i].mutable_samples()->mutable_parallelisms(); });
    return pushes;
  }

  JobGraph graph;
  JobFacts facts;
  SampleBatch batch;
  std::optional<WindowBuilder> builder;

 private:
  const Collections collections_;
  struct Slices {
    Slices(const RecordedJob& job, size_t n) : count(n) {
      first = job.batch.tasks.front().time_ms;
      last = first;
      for (const TaskSample& sample : job.batch.tasks) {
        first = std::min(first, sample.time_ms);
        last = std::max(last, sample.time_ms);
      }
    }
    template <typename Sample, typename ListOf>
    void Split(const std::vector<Sample>& samples, ListOf list_of) const {
      for (const Sample& sample : samples) {
        const int64_t since = std::clamp<int64_t>(sample.time_ms - first, 0, last - first);
        const auto slice = static_cast<size_t>(since * static_cast<int64_t>(count) / (last - first + 1));
        *list_of(slice)->Add() = ToProto(sample);
      }
    }
    size_t count;
    int64_t first, last;
  };

  template <typename Sample>
  absl::Status Keep(const Sample& sample, std::vector<Sample>& kept) {
    kept.push_back(sample);
    return builder->Add(sample);
  }
};

}  // namespace tune
