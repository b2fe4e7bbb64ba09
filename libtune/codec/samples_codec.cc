#include "libtune/codec/samples_codec.h"

#include "libtune/codec/door.h"
#include "libtune/codec/enum_codec.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/process_codec.h"

namespace tune {
namespace {

// One measured number of a message: its name, and the message's accessors.
template <typename Message>
struct Measure {
  const char* name;
  bool (Message::*has)() const;
  double (Message::*get)() const;
  void (Message::*set)(double);
};

using M = v1::TaskSample;
// By TaskMetric.
constexpr Measure<M> kTaskMeasures[kTaskMetricCount] = {
    {"records_in", &M::has_records_in, &M::records_in, &M::set_records_in},
    {"records_out", &M::has_records_out, &M::records_out, &M::set_records_out},
    {"busy_ms", &M::has_busy_ms, &M::busy_ms, &M::set_busy_ms},
    {"idle_ms", &M::has_idle_ms, &M::idle_ms, &M::set_idle_ms},
    {"back_pressured_ms", &M::has_back_pressured_ms, &M::back_pressured_ms, &M::set_back_pressured_ms},
    {"bytes_in", &M::has_bytes_in, &M::bytes_in, &M::set_bytes_in},
    {"bytes_out", &M::has_bytes_out, &M::bytes_out, &M::set_bytes_out},
    {"cpu_nanos", &M::has_cpu_nanos, &M::cpu_nanos, &M::set_cpu_nanos},
    {"busy_rate", &M::has_busy_rate, &M::busy_rate, &M::set_busy_rate},
    {"back_pressured_rate", &M::has_back_pressured_rate, &M::back_pressured_rate, &M::set_back_pressured_rate},
    {"records_in_rate", &M::has_records_in_rate, &M::records_in_rate, &M::set_records_in_rate},
    {"records_out_rate", &M::has_records_out_rate, &M::records_out_rate, &M::set_records_out_rate},
    {"pending_records", &M::has_pending_records, &M::pending_records, &M::set_pending_records},
    {"in_pool_usage", &M::has_in_pool_usage, &M::in_pool_usage, &M::set_in_pool_usage},
    {"out_pool_usage", &M::has_out_pool_usage, &M::out_pool_usage, &M::set_out_pool_usage},
};

// The same of a struct with optional members.
template <typename Struct, typename Message>
struct OptionalMeasure {
  std::optional<double> Struct::* member;
  Measure<Message> measure;
};

using S = v1::SourceSample;
constexpr OptionalMeasure<SourceSample, S> kSourceMeasures[] = {
    {&SourceSample::end_offset, {"end_offset", &S::has_end_offset, &S::end_offset, &S::set_end_offset}},
    {&SourceSample::committed_offset,
     {"committed_offset", &S::has_committed_offset, &S::committed_offset, &S::set_committed_offset}},
};

using J = v1::JobSample;
constexpr OptionalMeasure<JobSample, J> kJobMeasures[] = {
    {&JobSample::restarts, {"restarts", &J::has_restarts, &J::restarts, &J::set_restarts}},
    {&JobSample::completed_checkpoints,
     {"completed_checkpoints", &J::has_completed_checkpoints, &J::completed_checkpoints,
      &J::set_completed_checkpoints}},
    {&JobSample::failed_checkpoints,
     {"failed_checkpoints", &J::has_failed_checkpoints, &J::failed_checkpoints, &J::set_failed_checkpoints}},
    {&JobSample::last_checkpoint_ms,
     {"last_checkpoint_ms", &J::has_last_checkpoint_ms, &J::last_checkpoint_ms, &J::set_last_checkpoint_ms}},
};

constexpr EnumPair<JobState, v1::JobState> kStates[] = {
    {JobState::kUnknown, v1::JOB_STATE_UNKNOWN},
    {JobState::kRunning, v1::JOB_STATE_RUNNING},
    {JobState::kNotRunning, v1::JOB_STATE_NOT_RUNNING},
};

template <typename Struct, typename Message, size_t N>
void WriteMeasures(const OptionalMeasure<Struct, Message> (&table)[N], const Struct& sample, Message& proto) {
  for (const auto& row : table) {
    if (const auto& value = sample.*row.member) (proto.*row.measure.set)(*value);
  }
}

template <typename Struct, typename Message, size_t N>
void ReadMeasures(const OptionalMeasure<Struct, Message> (&table)[N], const Message& proto, const Path& path,
                  Violations& violations, Struct& sample) {
  for (const auto& row : table) {
    if (!(proto.*row.measure.has)()) continue;
    const double value = (proto.*row.measure.get)();
    CheckFinite(path.Field(row.measure.name), value, violations);
    sample.*row.member = value;
  }
}

google::protobuf::Timestamp TimeToProto(int64_t time_ms) { return ToProto(absl::FromUnixMillis(time_ms)); }

template <typename Message>
int64_t ReadMillis(const Message& proto, const Path& path, Violations& violations) {
  const Path time = path.Field("time");
  if (!proto.has_time()) {
    AddAbsent(time, "a time", violations);
    return 0;
  }
  return absl::ToUnixMillis(ReadTime(proto.time(), time, violations));
}

TaskSample Read(const v1::TaskSample& proto, const Path& path, Violations& violations) {
  TaskSample sample;
  sample.time_ms = ReadMillis(proto, path, violations);
  sample.vertex = proto.vertex();
  sample.subtask = proto.has_subtask() ? proto.subtask() : TaskSample::kWholeVertex;
  if (proto.has_subtask())
    CheckRange(path.Field("subtask"), int64_t{proto.subtask()}, 0, kMaxParallelism - 1, violations);
  for (int i = 0; i < kTaskMetricCount; ++i) {
    const auto& measure = kTaskMeasures[i];
    if (!(proto.*measure.has)()) continue;
    const double value = (proto.*measure.get)();
    CheckFinite(path.Field(measure.name), value, violations);
    sample.Set(static_cast<TaskMetric>(i), value);
  }
  return sample;
}

ProcessSample Read(const v1::ProcessSample& proto, const Path& path, Violations& violations) {
  ProcessSample sample{};
  sample.time_ms = ReadMillis(proto, path, violations);
  Read(proto, path, violations, sample);
  return sample;
}

CollectionSample Read(const v1::CollectionSample& proto, const Path& path, Violations& violations) {
  CollectionSample sample;
  sample.collection.time_ms = ReadMillis(proto, path, violations);
  Read(proto, path, violations, sample);
  return sample;
}

SourceSample Read(const v1::SourceSample& proto, const Path& path, Violations& violations) {
  SourceSample sample;
  sample.time_ms = ReadMillis(proto, path, violations);
  sample.vertex = proto.vertex();
  ReadMeasures(kSourceMeasures, proto, path, violations, sample);
  return sample;
}

JobSample Read(const v1::JobSample& proto, const Path& path, Violations& violations) {
  JobSample sample;
  sample.time_ms = ReadMillis(proto, path, violations);
  sample.state = ReadEnum(kStates, proto.state(), path.Field("state"), violations);
  ReadMeasures(kJobMeasures, proto, path, violations, sample);
  return sample;
}

ParallelismSample Read(const v1::ParallelismSample& proto, const Path& path, Violations& violations) {
  return {ReadMillis(proto, path, violations), proto.vertex(), proto.parallelism()};
}

template <typename Struct, typename Message>
absl::StatusOr<Struct> ReadOne(const Message& proto) {
  Violations violations;
  const Path root;
  Struct sample = Read(proto, root, violations);
  if (!violations.empty()) return violations.ToStatus();
  return sample;
}

template <typename Struct, typename Messages>
void ReadAll(const Messages& protos, const Path& path, Violations& violations, std::vector<Struct>& samples) {
  if (!CheckCount(path, protos.size(), limits::kSamples, violations)) return;
  samples.reserve(static_cast<size_t>(protos.size()));
  for (int i = 0; i < protos.size(); ++i) samples.push_back(Read(protos.Get(i), path.At(i), violations));
}

}  // namespace

v1::TaskSample ToProto(const TaskSample& sample) {
  v1::TaskSample proto;
  *proto.mutable_time() = TimeToProto(sample.time_ms);
  proto.set_vertex(sample.vertex);
  if (sample.subtask != TaskSample::kWholeVertex) proto.set_subtask(sample.subtask);
  for (int i = 0; i < kTaskMetricCount; ++i) {
    const auto set = kTaskMeasures[i].set;
    if (const auto value = sample.Get(static_cast<TaskMetric>(i))) (proto.*set)(*value);
  }
  return proto;
}

v1::ProcessSample ToProto(const ProcessSample& sample) {
  v1::ProcessSample proto;
  *proto.mutable_time() = TimeToProto(sample.time_ms);
  Write(sample, proto);
  return proto;
}

v1::CollectionSample ToProto(const CollectionSample& sample) {
  v1::CollectionSample proto;
  *proto.mutable_time() = TimeToProto(sample.collection.time_ms.value_or(0));
  Write(sample, proto);
  return proto;
}

v1::SourceSample ToProto(const SourceSample& sample) {
  v1::SourceSample proto;
  *proto.mutable_time() = TimeToProto(sample.time_ms);
  proto.set_vertex(sample.vertex);
  WriteMeasures(kSourceMeasures, sample, proto);
  return proto;
}

v1::JobSample ToProto(const JobSample& sample) {
  v1::JobSample proto;
  *proto.mutable_time() = TimeToProto(sample.time_ms);
  proto.set_state(ToWire(kStates, sample.state));
  WriteMeasures(kJobMeasures, sample, proto);
  return proto;
}

v1::ParallelismSample ToProto(const ParallelismSample& sample) {
  v1::ParallelismSample proto;
  *proto.mutable_time() = TimeToProto(sample.time_ms);
  proto.set_vertex(sample.vertex);
  proto.set_parallelism(sample.parallelism);
  return proto;
}

v1::SampleBatch ToProto(const SampleBatch& batch) {
  v1::SampleBatch proto;
  for (const auto& sample : batch.tasks) *proto.add_tasks() = ToProto(sample);
  for (const auto& sample : batch.processes) *proto.add_processes() = ToProto(sample);
  for (const auto& sample : batch.sources) *proto.add_sources() = ToProto(sample);
  for (const auto& sample : batch.jobs) *proto.add_jobs() = ToProto(sample);
  for (const auto& sample : batch.parallelisms) *proto.add_parallelisms() = ToProto(sample);
  for (const auto& sample : batch.collections) *proto.add_collections() = ToProto(sample);
  return proto;
}

absl::StatusOr<TaskSample> FromProto(const v1::TaskSample& proto) { return ReadOne<TaskSample>(proto); }
absl::StatusOr<ProcessSample> FromProto(const v1::ProcessSample& proto) { return ReadOne<ProcessSample>(proto); }
absl::StatusOr<CollectionSample> FromProto(const v1::CollectionSample& proto) {
  return ReadOne<CollectionSample>(proto);
}
absl::StatusOr<SourceSample> FromProto(const v1::SourceSample& proto) { return ReadOne<SourceSample>(proto); }
absl::StatusOr<JobSample> FromProto(const v1::JobSample& proto) { return ReadOne<JobSample>(proto); }
absl::StatusOr<ParallelismSample> FromProto(const v1::ParallelismSample& proto) {
  return ReadOne<ParallelismSample>(proto);
}

absl::StatusOr<SampleBatch> FromProto(const v1::SampleBatch& proto) {
  Violations violations;
  SampleBatch batch;
  const Path root;
  ReadAll(proto.tasks(), root.Field("tasks"), violations, batch.tasks);
  ReadAll(proto.processes(), root.Field("processes"), violations, batch.processes);
  ReadAll(proto.sources(), root.Field("sources"), violations, batch.sources);
  ReadAll(proto.jobs(), root.Field("jobs"), violations, batch.jobs);
  ReadAll(proto.parallelisms(), root.Field("parallelisms"), violations, batch.parallelisms);
  ReadAll(proto.collections(), root.Field("collections"), violations, batch.collections);
  if (!violations.empty()) return violations.ToStatus();
  return batch;
}

}  // namespace tune
