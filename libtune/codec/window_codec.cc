// Structs to messages; the other way is in window_read.cc.
#include "libtune/codec/window_codec.h"

#include "libtune/codec/door.h"
#include "libtune/codec/graph_codec.h"
#include "libtune/codec/process_spec_codec.h"
#include "libtune/codec/role_codec.h"
#include "libtune/codec/window_enums.h"

namespace tune {
namespace {

void Write(const Bin& bin, v1::Bin& proto) {
  proto.set_covered_s(bin.covered_s);
  proto.set_records_in(bin.records_in);
  proto.set_records_out(bin.records_out);
  proto.set_task_s(bin.task_s);
  proto.set_busy_s(bin.busy_s);
  proto.set_backpressured_s(bin.backpressured_s);
  proto.set_warm_s(bin.warm_s);
}

void Write(const ServiceMoments& service, v1::ServiceMoments& proto) {
  proto.set_blocks(service.blocks);
  proto.set_x(service.x);
  proto.set_y(service.y);
  proto.set_xx(service.xx);
  proto.set_xy(service.xy);
  proto.set_yy(service.yy);
}

void Write(const SubtaskWindow& subtask, v1::SubtaskWindow& proto) {
  proto.set_covered_s(subtask.covered_s);
  proto.set_records_in(subtask.records_in);
  proto.set_busy_s(subtask.busy_s);
  proto.set_backpressured_s(subtask.backpressured_s);
  if (subtask.cpu_s) proto.set_cpu_s(*subtask.cpu_s);
  proto.set_saturated_s(subtask.saturated_s);
}

void Write(const ParallelismRun& run, v1::ParallelismRun& proto) {
  proto.set_parallelism(run.parallelism);
  proto.set_task_s(run.task_s);
  proto.set_records(run.records);
  proto.set_busy_s(run.busy_s);
}

void Write(const Coverage& coverage, v1::Coverage& proto) {
  proto.set_covered_s(coverage.covered_s);
  proto.set_longest_gap_s(coverage.longest_gap_s);
  proto.set_samples(coverage.samples);
  proto.set_gaps(coverage.gaps);
  proto.set_counter_resets(coverage.counter_resets);
  proto.set_duplicates(coverage.duplicates);
  proto.set_out_of_order(coverage.out_of_order);
  proto.set_stale(coverage.stale);
}

void Write(const VertexWindow& vertex, v1::VertexWindow& proto) {
  for (const Bin& bin : vertex.bins) Write(bin, *proto.add_bins());
  Write(vertex.service, *proto.mutable_service());
  for (const SubtaskWindow& subtask : vertex.subtasks) Write(subtask, *proto.add_subtasks());
  for (const ParallelismRun& run : vertex.runs) Write(run, *proto.add_runs());
  Write(vertex.coverage, *proto.mutable_coverage());
  proto.set_busy_measured(vertex.busy_measured);
  if (vertex.latency) proto.set_latency(vertex.latency->value());
}

void Write(const SourceWindow& source, v1::SourceWindow& proto) {
  proto.set_vertex(source.vertex);
  proto.set_kind(ToWire(kDemands, source.kind));
  for (const DemandBin& bin : source.bins) {
    v1::DemandBin& out = *proto.add_bins();
    out.set_covered_s(bin.covered_s);
    out.set_records(bin.records);
    out.set_lag_records(bin.lag_records);
  }
  if (source.given) proto.set_given(source.given->value());
  if (source.lag_records) proto.set_lag_records(*source.lag_records);
}

void Write(const JobFacts& facts, v1::JobFacts& proto) {
  proto.set_job_name(Utf8(facts.job_name));
  if (facts.flink_major > 0) {
    proto.set_flink_major(facts.flink_major);
    proto.set_flink_minor(facts.flink_minor);
  }
  if (facts.adaptive_scheduler) proto.set_adaptive_scheduler(*facts.adaptive_scheduler);
  if (facts.slots_per_task_manager) proto.set_slots_per_task_manager(*facts.slots_per_task_manager);
  for (const auto& [key, value] : facts.configuration) (*proto.mutable_configuration())[Utf8(key)] = Utf8(value);
  if (!IsEmpty(facts.task_manager)) *proto.mutable_task_manager() = ToProto(facts.task_manager);
  if (!IsEmpty(facts.job_manager)) *proto.mutable_job_manager() = ToProto(facts.job_manager);
  for (const std::string& job : facts.session_jobs) proto.add_session_jobs(Utf8(job));
  if (!IsEmpty(facts.limits)) *proto.mutable_limits() = ToProto(facts.limits);
}

}  // namespace

v1::JobWindow ToProto(const JobWindow& window) {
  v1::JobWindow proto;
  *proto.mutable_graph() = ToProto(window.graph);
  Write(window.facts, *proto.mutable_facts());
  *proto.mutable_start() = ToProto(window.start);
  *proto.mutable_bin() = ToProto(window.bin);
  *proto.mutable_length() = ToProto(window.length);
  for (const VertexWindow& vertex : window.vertices) Write(vertex, *proto.add_vertices());
  for (const SourceWindow& source : window.sources) Write(source, *proto.add_sources());
  Write(window.task_managers, *proto.mutable_task_managers());
  Write(window.job_managers, *proto.mutable_job_managers());
  v1::CheckpointWindow& checkpoints = *proto.mutable_checkpoints();
  checkpoints.set_completed(window.checkpoints.completed);
  checkpoints.set_failed(window.checkpoints.failed);
  if (window.checkpoints.longest) *checkpoints.mutable_longest() = ToProto(*window.checkpoints.longest);
  proto.set_restarts(window.restarts);
  proto.set_not_running_s(window.not_running_s);
  proto.set_running_at_end(window.running_at_end);
  proto.set_stale_at_end_s(window.stale_at_end_s);
  return proto;
}

v1::JobFacts ToProto(const JobFacts& facts) {
  v1::JobFacts proto;
  Write(facts, proto);
  return proto;
}

v1::WindowOptions ToProto(const WindowOptions& options) {
  v1::WindowOptions proto;
  *proto.mutable_bin() = ToProto(options.bin);
  *proto.mutable_horizon() = ToProto(options.horizon);
  *proto.mutable_warm_up() = ToProto(options.warm_up);
  *proto.mutable_process_warm_up() = ToProto(options.process_warm_up);
  return proto;
}

}  // namespace tune
