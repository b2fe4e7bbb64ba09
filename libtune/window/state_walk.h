// The way through a builder's inside; see state_fields.h.
#pragma once

#include <cstdint>
#include <string>

#include "libtune/window/state_fields.h"
#include "libtune/window/state_stream.h"

namespace tune {

// WindowOptions as the builder uses them, whole milliseconds.
struct OptionsMs {
  int64_t bin = 0, horizon = 0, warm_up = 0, process_warm_up = 0;
};

void Fields(auto& w, Of<OptionsMs> auto& ms) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  w.Int("bin", ms.bin, 0, kMost);
  w.Int("horizon", ms.horizon, 0, kMost);
  w.Int("warm_up", ms.warm_up, 0, kMost);
  w.Int("process_warm_up", ms.process_warm_up, 0, kMost);
}

// The parallelism is the track's, which follows the job.
void Fields(auto& w, Of<Vertex> auto& v) {
  w.Int("max_parallelism", v.max_parallelism, 1, kMaxParallelism);
  w.OptionalInt("source_partitions", v.source_partitions, 1, kMostInt);
}

void Fields(auto& w, Of<Edge> auto& edge) {
  w.Int("from", edge.from, 0, kMostInt);
  w.Int("to", edge.to, 0, kMostInt);
  w.Int("ship", edge.ship, 0, static_cast<int64_t>(ShipStrategy::kCustom));
}

void Fields(auto& w, Of<FlinkProcessSpec> auto& spec) {
  w.OptionalNumber("cpu", spec.cpu, 0, kMostAmount);
  w.Int("replicas", spec.replicas, 0, kMostInt);
}

void Fields(auto& w, Of<PodLimits> auto& limits) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 1024;
  auto& range = limits.range;
  w.OptionalInt("min_cpu", range.min_cpu, 0, kMost);
  w.OptionalInt("max_cpu", range.max_cpu, 0, kMost);
  w.OptionalInt("min_memory", range.min_memory, 0, kMost);
  w.OptionalInt("max_memory", range.max_memory, 0, kMost);
  w.OptionalNumber("max_cpu_ratio", range.max_cpu_ratio, 1, kMostAmount);
  w.OptionalNumber("max_memory_ratio", range.max_memory_ratio, 1, kMostAmount);
  auto& quota = limits.quota;
  w.OptionalInt("cpu_request", quota.cpu_request, 0, kMost);
  w.OptionalInt("cpu_limit", quota.cpu_limit, 0, kMost);
  w.OptionalInt("memory_request", quota.memory_request, 0, kMost);
  w.OptionalInt("memory_limit", quota.memory_limit, 0, kMost);
  w.OptionalInt("pods", quota.pods, 0, kMostInt);
  w.OptionalInt("cpu", limits.node.cpu, 0, kMost);
  w.OptionalInt("memory", limits.node.memory, 0, kMost);
}

void Fields(auto& w, Of<JobFacts> auto& facts) {
  w.Int("flink_major", facts.flink_major, 0, kMostInt);
  w.Int("flink_minor", facts.flink_minor, 0, kMostInt);
  w.OptionalInt("adaptive_scheduler", facts.adaptive_scheduler, 0, 1);
  w.OptionalInt("slots_per_task_manager", facts.slots_per_task_manager, 1, kMostInt);
}

void WalkSpec(auto& stream, const char* name, Of<FlinkProcessSpec> auto& spec) {
  stream.Row(name, spec);
  stream.Text(name, spec.memory);
  stream.Text(name, spec.ephemeral_storage);
}

void Walk(auto& stream, Of<JobFacts> auto& facts) {
  stream.Text("job_name", facts.job_name);
  stream.Row("facts", facts);
  stream.Each("configuration", facts.configuration, [&](auto& value) { stream.Text("configuration", value); });
  WalkSpec(stream, "task_manager", facts.task_manager);
  WalkSpec(stream, "job_manager", facts.job_manager);
  stream.Row("limits", facts.limits);
  stream.Each("session_jobs", facts.session_jobs, [&](auto& name) { stream.Text("session_job", name); });
}

void Walk(auto& stream, Of<JobGraph> auto& graph) {
  stream.Each("graph.vertices", graph.vertices, [&](auto& vertex) {
    stream.Text("id", vertex.id);
    stream.Text("name", vertex.name);
    stream.Text("slot_sharing_group", vertex.slot_sharing_group);
    stream.Row("vertex", vertex);
  });
  stream.Rows("graph.edges", graph.edges);
  stream.Row("graph", graph);
}

void Fields(auto& w, Of<JobGraph> auto& graph) { w.Int("inferred", graph.inferred, 0, 1); }

void Walk(auto& stream, Of<VertexTotals> auto& totals) {
  stream.Row("service", totals.service);
  stream.Rows("subtasks", totals.subtasks);
  stream.Rows("runs", totals.runs);
}

void Walk(auto& stream, Of<VertexTrack> auto& track) {
  stream.Row("vertex", track);
  stream.Row("whole", track.whole);
  stream.Rows("subtasks", track.subtasks);
  Walk(stream, track.open);
  stream.Each("closed", track.closed, [&](auto& totals) { Walk(stream, totals); });
}

// Of a VertexWindow and of a SourceWindow: what is not summed up.
void Fields(auto& w, Of<VertexWindow> auto& window) {
  w.Int("busy_measured", window.busy_measured, 0, 1);
  Fields(w, window.coverage);
}
void Fields(auto& w, Of<SourceWindow> auto& window) {
  w.OptionalNumber("given", window.given, std::numeric_limits<double>::min(), kMostAmount);
}

void Walk(auto& stream, Of<SourceTrack> auto& track) {
  stream.Row("source", track);
  stream.Rows("offset_bins", track.offset_bins);
  stream.Rows("lag_bins", track.lag_bins);
}

void Walk(auto& stream, Of<ProcessTrack> auto& track) {
  stream.Row("process", track);
  stream.Rows("cpu_s", track.cpu_s);
  stream.Rows("covered_s", track.covered_s);
  stream.Rows("gc_s", track.gc_s);
  stream.Rows("gc_covered_s", track.gc_covered_s);
  stream.Rows("live", track.live);
}

void Fields(auto& w, Of<RoleTrack> auto& role) { w.Int("dirty_from", role.dirty_from, 0, kMostLong); }

void Walk(auto& stream, Of<RoleTrack> auto& role, Of<RoleWindow> auto& window) {
  stream.Row("role", role);
  stream.Each("processes", role.processes, [&](auto& track) { Walk(stream, track); });
  stream.Rows("cpu", window.cpu);
  stream.Rows("memory", window.memory);
}

}  // namespace tune
