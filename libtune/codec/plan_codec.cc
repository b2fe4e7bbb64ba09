#include "libtune/codec/plan_codec.h"

#include <limits>

#include "libtune/codec/door.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/process_spec_codec.h"

namespace tune {
namespace {

SpecChange ReadChange(const v1::SpecChange& proto, const Path& at, Violations& violations) {
  const Path path = at.Field("path");
  SpecChange change;
  if (proto.path().empty()) AddAbsent(path, "at least one part", violations);
  if (CheckCount(path, proto.path_size(), limits::kSpecPathParts, violations)) {
    for (int i = 0; i < proto.path_size(); ++i) CheckNotEmpty(path.At(i), proto.path(i), violations);
    change.path.assign(proto.path().begin(), proto.path().end());
  }
  // In the struct the empty text says absent, so a text that is empty could not be told from it.
  if (proto.has_before()) CheckNotEmpty(at.Field("before"), proto.before(), violations);
  if (proto.has_after()) CheckNotEmpty(at.Field("after"), proto.after(), violations);
  change.before = proto.before();
  change.after = proto.after();
  change.is_number = proto.is_number();
  change.reason = proto.reason();
  return change;
}

}  // namespace

v1::SpecPatch ToProto(const SpecPatch& patch, const ComputedFrom& from) {
  v1::SpecPatch proto;
  *proto.mutable_computed_from() = ToProto(from);
  proto.set_api_version(Utf8(patch.api_version));
  proto.set_kind(Utf8(patch.kind));
  proto.set_name(Utf8(patch.name));
  proto.set_namespace_(Utf8(patch.ns));
  for (const SpecChange& change : patch.changes) {
    v1::SpecChange& out = *proto.add_changes();
    for (const std::string& part : change.path) out.add_path(Utf8(part));
    if (!change.before.empty()) out.set_before(Utf8(change.before));
    if (!change.after.empty()) out.set_after(Utf8(change.after));
    out.set_is_number(change.is_number);
    out.set_reason(Utf8(change.reason));
  }
  proto.set_restarts_job(patch.restarts_job);
  for (const std::string& note : patch.notes) proto.add_notes(Utf8(note));
  return proto;
}

absl::StatusOr<DecodedPatch> FromProto(const v1::SpecPatch& proto) {
  Violations violations;
  const Path root;
  const Path changes = root.Field("changes");
  DecodedPatch out;
  if (proto.has_computed_from()) {
    out.computed_from = ReadComputedFrom(proto.computed_from(), root.Field("computed_from"), violations);
  } else {
    AddAbsent(root.Field("computed_from"), "the window and policy of the patch", violations);
  }
  CheckNotEmpty(root.Field("api_version"), proto.api_version(), violations);
  CheckNotEmpty(root.Field("kind"), proto.kind(), violations);
  CheckNotEmpty(root.Field("name"), proto.name(), violations);
  out.patch.api_version = proto.api_version();
  out.patch.kind = proto.kind();
  out.patch.name = proto.name();
  out.patch.ns = proto.namespace_();
  if (CheckCount(changes, proto.changes_size(), limits::kSpecChanges, violations)) {
    for (int i = 0; i < proto.changes_size(); ++i) {
      out.patch.changes.push_back(ReadChange(proto.changes(i), changes.At(i), violations));
    }
  }
  out.patch.restarts_job = proto.restarts_job();
  if (CheckCount(root.Field("notes"), proto.notes_size(), limits::kNotes, violations)) {
    out.patch.notes.assign(proto.notes().begin(), proto.notes().end());
  }
  if (!violations.empty()) return violations.ToStatus();
  return out;
}

v1::FlinkDeploymentSpec ToProto(const FlinkDeploymentSpec& spec) {
  v1::FlinkDeploymentSpec proto;
  proto.set_api_version(Utf8(spec.api_version));
  proto.set_name(Utf8(spec.name));
  proto.set_namespace_(Utf8(spec.ns));
  if (!spec.flink_version.empty()) proto.set_flink_version(Utf8(spec.flink_version));
  if (spec.job_parallelism > 0) proto.set_job_parallelism(spec.job_parallelism);
  proto.set_has_job(spec.has_job);
  if (!spec.upgrade_mode.empty()) proto.set_upgrade_mode(Utf8(spec.upgrade_mode));
  for (const auto& [key, value] : spec.flink_configuration) {
    (*proto.mutable_flink_configuration())[Utf8(key)] = Utf8(value);
  }
  if (!IsEmpty(spec.task_manager)) *proto.mutable_task_manager() = ToProto(spec.task_manager);
  if (!IsEmpty(spec.job_manager)) *proto.mutable_job_manager() = ToProto(spec.job_manager);
  return proto;
}

absl::StatusOr<FlinkDeploymentSpec> FromProto(const v1::FlinkDeploymentSpec& proto) {
  Violations violations;
  const Path root;
  FlinkDeploymentSpec spec;
  CheckNotEmpty(root.Field("api_version"), proto.api_version(), violations);
  CheckNotEmpty(root.Field("name"), proto.name(), violations);
  if (proto.has_flink_version()) CheckNotEmpty(root.Field("flink_version"), proto.flink_version(), violations);
  if (proto.has_job_parallelism()) {
    CheckRange(root.Field("job_parallelism"), int64_t{proto.job_parallelism()}, 1, kMaxParallelism, violations);
  }
  const std::string& mode = proto.upgrade_mode();
  if (proto.has_upgrade_mode() && mode != "stateless" && mode != "savepoint" && mode != "last-state") {
    violations.Add("upgrade_mode", Quoted(mode), "stateless, savepoint, last-state");
  }
  spec.api_version = proto.api_version();
  spec.name = proto.name();
  spec.ns = proto.namespace_();
  spec.flink_version = proto.flink_version();
  spec.job_parallelism = proto.job_parallelism();
  spec.has_job = proto.has_job();
  spec.upgrade_mode = mode;
  if (CheckCount(root.Field("flink_configuration"), static_cast<int64_t>(proto.flink_configuration_size()),
                 limits::kConfigurationEntries, violations)) {
    spec.flink_configuration.insert(proto.flink_configuration().begin(), proto.flink_configuration().end());
  }
  const Path task_manager = root.Field("task_manager"), job_manager = root.Field("job_manager");
  spec.task_manager = ReadProcessSpec(proto.task_manager(), task_manager, violations);
  spec.job_manager = ReadProcessSpec(proto.job_manager(), job_manager, violations);
  if (!violations.empty()) return violations.ToStatus();
  return spec;
}

}  // namespace tune
