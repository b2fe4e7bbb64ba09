// Answers of a metric system written by hand, for the tests of WindowBuilder.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "tune/window_builder.h"

namespace tune {

constexpr int64_t kFeedStartMs = 1'700'000'040'000;  // on a minute's border
constexpr int kSource = 0, kMap = 1;                 // vertices of SourceToMap()

inline int64_t FeedMs(double seconds) { return kFeedStartMs + std::llround(seconds * 1000); }

// source -> map.
inline JobGraph SourceToMap(int source_parallelism, int map_parallelism) {
  JobGraph graph;
  graph.vertices.resize(2);
  graph.vertices[kSource].id = "source";
  graph.vertices[kSource].parallelism = source_parallelism;
  graph.vertices[kMap].id = "map";
  graph.vertices[kMap].parallelism = map_parallelism;
  graph.edges.push_back({kSource, kMap, ShipStrategy::kHash});
  return graph;
}

inline WindowBuilder MustCreate(const JobGraph& graph, const WindowOptions& options = {}) {
  absl::StatusOr<WindowBuilder> builder = WindowBuilder::Create(graph, {}, options);
  EXPECT_TRUE(builder.ok()) << builder.status();
  return *std::move(builder);
}

// What one subtask's counters say. Its three times add up to the time that passed.
struct Counters {
  double in = 0, out = 0;
  double busy_ms = 0, idle_ms = 0, pressed_ms = 0;
};

// Counters after `seconds` of a subtask that takes `rate` records/s and is busy for `busy` of the time.
inline Counters Steady(double seconds, double rate, double busy) {
  return {rate * seconds, 0, busy * seconds * 1000, (1 - busy) * seconds * 1000, 0};
}

inline TaskSample Answer(double seconds, int vertex, int subtask) {
  TaskSample sample;
  sample.time_ms = FeedMs(seconds);
  sample.vertex = vertex;
  sample.subtask = subtask;
  return sample;
}

inline TaskSample Answer(double seconds, int vertex, int subtask, const Counters& c) {
  TaskSample sample = Answer(seconds, vertex, subtask);
  sample.Set(TaskMetric::kRecordsIn, c.in);
  sample.Set(TaskMetric::kRecordsOut, c.out);
  sample.Set(TaskMetric::kBusyMs, c.busy_ms);
  sample.Set(TaskMetric::kIdleMs, c.idle_ms);
  sample.Set(TaskMetric::kBackPressuredMs, c.pressed_ms);
  return sample;
}

template <typename Sample>
void MustAdd(WindowBuilder& builder, const Sample& sample) {
  const absl::Status status = builder.Add(sample);
  EXPECT_TRUE(status.ok()) << status;
}

// Answers of `map`'s subtask 0 every `step` seconds in [from, to], counters running from `from` on.
inline void FeedSteady(WindowBuilder& builder, double from, double to, double step, double rate = 10,
                       double busy = 0.5) {
  for (double t = from; t <= to; t += step) MustAdd(builder, Answer(t, kMap, 0, Steady(t - from, rate, busy)));
}

// All bins of a vertex added up.
inline Bin Total(const VertexWindow& vertex) {
  Bin sum;
  for (const Bin& bin : vertex.bins) {
    sum.covered_s += bin.covered_s;
    sum.records_in += bin.records_in;
    sum.records_out += bin.records_out;
    sum.task_s += bin.task_s;
    sum.busy_s += bin.busy_s;
    sum.backpressured_s += bin.backpressured_s;
    sum.warm_s += bin.warm_s;
  }
  return sum;
}

inline const VertexWindow& MapOf(WindowBuilder& builder) { return builder.Window().vertices[kMap]; }
inline const VertexWindow& SourceOf(WindowBuilder& builder) { return builder.Window().vertices[kSource]; }

}  // namespace tune
