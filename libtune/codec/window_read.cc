// Messages to structs, whatever they hold.
#include "libtune/codec/door.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/process_spec_codec.h"
#include "libtune/codec/role_codec.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/window_enums.h"

namespace tune {
namespace {

Bin Read(const v1::Bin& proto) {
  return {proto.covered_s(), proto.records_in(),      proto.records_out(), proto.task_s(),
          proto.busy_s(),    proto.backpressured_s(), proto.warm_s()};
}

SubtaskWindow Read(const v1::SubtaskWindow& proto) {
  SubtaskWindow subtask;
  subtask.covered_s = proto.covered_s();
  subtask.records_in = proto.records_in();
  subtask.busy_s = proto.busy_s();
  subtask.backpressured_s = proto.backpressured_s();
  if (proto.has_cpu_s()) subtask.cpu_s = proto.cpu_s();
  subtask.saturated_s = proto.saturated_s();
  return subtask;
}

Coverage Read(const v1::Coverage& proto) {
  return {proto.covered_s(),      proto.longest_gap_s(), proto.samples(),      proto.gaps(),
          proto.counter_resets(), proto.duplicates(),    proto.out_of_order(), proto.stale()};
}

VertexWindow Read(const v1::VertexWindow& proto) {
  VertexWindow vertex;
  vertex.bins.reserve(static_cast<size_t>(proto.bins_size()));
  for (const v1::Bin& bin : proto.bins()) vertex.bins.push_back(Read(bin));
  const v1::ServiceMoments& service = proto.service();
  vertex.service = {service.blocks(), service.x(), service.y(), service.xx(), service.xy(), service.yy()};
  for (const v1::SubtaskWindow& subtask : proto.subtasks()) vertex.subtasks.push_back(Read(subtask));
  for (const v1::ParallelismRun& run : proto.runs()) {
    vertex.runs.push_back({run.parallelism(), run.task_s(), run.records(), run.busy_s()});
  }
  vertex.coverage = Read(proto.coverage());
  vertex.busy_measured = proto.busy_measured();
  if (proto.has_latency()) vertex.latency = SecondsPerRecord(proto.latency());
  return vertex;
}

SourceWindow Read(const v1::SourceWindow& proto, const Path& path, Violations& violations) {
  SourceWindow source;
  source.vertex = proto.vertex();
  source.kind = ReadEnum(kDemands, proto.kind(), path.Field("kind"), violations);
  for (const v1::DemandBin& bin : proto.bins()) {
    source.bins.push_back({bin.covered_s(), bin.records(), bin.lag_records()});
  }
  if (proto.has_given()) source.given = RecordsPerSecond(proto.given());
  if (proto.has_lag_records()) source.lag_records = proto.lag_records();
  return source;
}

JobFacts Read(const v1::JobFacts& proto, const Path& path, Violations& violations) {
  JobFacts facts;
  facts.job_name = proto.job_name();
  if (proto.has_flink_major()) CheckRange(path.Field("flink_major"), int64_t{proto.flink_major()}, 1, 1000, violations);
  if (proto.has_flink_minor()) CheckRange(path.Field("flink_minor"), int64_t{proto.flink_minor()}, 0, 1000, violations);
  if (proto.has_flink_minor() && !proto.has_flink_major()) {
    AddAbsent(path.Field("flink_major"), "a version, as flink_minor is there", violations);
  }
  facts.flink_major = proto.flink_major();
  facts.flink_minor = proto.flink_minor();
  if (proto.has_adaptive_scheduler()) facts.adaptive_scheduler = proto.adaptive_scheduler();
  if (proto.has_slots_per_task_manager()) facts.slots_per_task_manager = proto.slots_per_task_manager();
  for (const auto& [key, value] : proto.configuration()) facts.configuration[key] = value;
  facts.task_manager = ReadProcessSpec(proto.task_manager(), path.Field("task_manager"), violations);
  facts.job_manager = ReadProcessSpec(proto.job_manager(), path.Field("job_manager"), violations);
  facts.session_jobs.assign(proto.session_jobs().begin(), proto.session_jobs().end());
  facts.limits = ReadPodLimits(proto.limits(), path.Field("limits"), violations);
  return facts;
}

// False, and every excess named, when the message is larger than limits.h allows.
bool CheckSizes(const v1::JobWindow& proto, const Path& root, Violations& violations) {
  const Path vertices = root.Field("vertices");
  const Path sources = root.Field("sources");
  const Path facts = root.Field("facts");
  bool fit = CheckCount(vertices, proto.vertices_size(), limits::kVertices, violations);
  fit &= CheckCount(sources, proto.sources_size(), limits::kVertices, violations);
  fit &= CheckCount(facts.Field("configuration"), static_cast<int64_t>(proto.facts().configuration_size()),
                    limits::kConfigurationEntries, violations);
  fit &= CheckCount(facts.Field("session_jobs"), proto.facts().session_jobs_size(), limits::kVertices, violations);
  int64_t bins = 0;
  int64_t subtasks = 0;
  for (int i = 0; i < proto.vertices_size(); ++i) {
    const v1::VertexWindow& vertex = proto.vertices(i);
    const Path at = vertices.At(i);
    fit &= CheckCount(at.Field("bins"), vertex.bins_size(), limits::kBinsPerVertex, violations);
    fit &= CheckCount(at.Field("subtasks"), vertex.subtasks_size(), kMaxParallelism, violations);
    fit &= CheckCount(at.Field("runs"), vertex.runs_size(), limits::kRunsPerVertex, violations);
    bins += vertex.bins_size();
    subtasks += vertex.subtasks_size();
  }
  for (int i = 0; i < proto.sources_size(); ++i) {
    const Path at = sources.At(i);
    fit &= CheckCount(at.Field("bins"), proto.sources(i).bins_size(), limits::kBinsPerVertex, violations);
    bins += proto.sources(i).bins_size();
  }
  fit &= CheckCount(Path("bins over all vertices and sources"), bins, limits::kBins, violations);
  return CheckCount(Path("subtasks over all vertices"), subtasks, limits::kSubtasks, violations) && fit;
}

void ReadTimes(const v1::JobWindow& proto, const Path& root, Violations& violations, JobWindow& window) {
  if (proto.has_start()) {
    window.start = ReadTime(proto.start(), root.Field("start"), violations);
  } else {
    AddAbsent(root.Field("start"), "a time", violations);
  }
  if (proto.has_bin()) {
    window.bin = ReadDuration(proto.bin(), root.Field("bin"), violations);
  } else {
    AddAbsent(root.Field("bin"), "> 0", violations);
  }
  if (proto.has_length()) {
    window.length = ReadDuration(proto.length(), root.Field("length"), violations);
  } else {
    AddAbsent(root.Field("length"), ">= 0", violations);
  }
}

void ReadParts(const v1::JobWindow& proto, const Path& root, Violations& violations, JobWindow& window) {
  window.facts = Read(proto.facts(), root.Field("facts"), violations);
  for (const v1::VertexWindow& vertex : proto.vertices()) window.vertices.push_back(Read(vertex));
  const Path sources = root.Field("sources");
  for (int i = 0; i < proto.sources_size(); ++i) {
    window.sources.push_back(Read(proto.sources(i), sources.At(i), violations));
  }
  window.task_managers = Read(proto.task_managers(), root.Field("task_managers"), violations);
  window.job_managers = Read(proto.job_managers(), root.Field("job_managers"), violations);
  window.checkpoints.completed = proto.checkpoints().completed();
  window.checkpoints.failed = proto.checkpoints().failed();
  if (proto.checkpoints().has_longest()) {
    const Path checkpoints = root.Field("checkpoints");
    window.checkpoints.longest = ReadDuration(proto.checkpoints().longest(), checkpoints.Field("longest"), violations);
  }
  window.restarts = proto.restarts();
  window.not_running_s = proto.not_running_s();
  if (proto.has_running_at_end()) window.running_at_end = proto.running_at_end();
  window.stale_at_end_s = proto.stale_at_end_s();
}

}  // namespace

absl::StatusOr<JobWindow> FromProto(const v1::JobWindow& proto) {
  Violations violations;
  const Path root;
  JobWindow window;
  window.graph = ReadGraph(proto.graph(), root.Field("graph"), violations);
  const bool graph_fits = static_cast<int>(window.graph.vertices.size()) == proto.graph().vertices_size();
  if (!CheckSizes(proto, root, violations) || !graph_fits) return violations.ToStatus();
  ReadTimes(proto, root, violations, window);
  ReadParts(proto, root, violations, window);
  // Without its times nothing can be said of how many bins a window should have.
  const bool can_check = proto.has_start() && proto.has_bin() && proto.has_length();
  const absl::Status status = AllViolations(violations, can_check ? CheckWindow(window) : absl::OkStatus());
  if (!status.ok()) return status;
  return window;
}

absl::StatusOr<JobFacts> FromProto(const v1::JobFacts& proto) {
  Violations violations;
  const Path root;
  JobFacts facts = Read(proto, root, violations);
  if (!violations.empty()) return violations.ToStatus();
  return facts;
}

absl::StatusOr<WindowOptions> FromProto(const v1::WindowOptions& proto) {
  Violations violations;
  const Path root;
  WindowOptions options;
  if (proto.has_bin()) options.bin = ReadDuration(proto.bin(), root.Field("bin"), violations);
  if (proto.has_horizon()) options.horizon = ReadDuration(proto.horizon(), root.Field("horizon"), violations);
  if (proto.has_warm_up()) options.warm_up = ReadDuration(proto.warm_up(), root.Field("warm_up"), violations);
  if (proto.has_process_warm_up()) {
    options.process_warm_up = ReadDuration(proto.process_warm_up(), root.Field("process_warm_up"), violations);
  }
  if (!violations.empty()) return violations.ToStatus();
  return options;
}

}  // namespace tune
