#include "libtune/codec/process_codec.h"

#include "libtune/codec/process_enums.h"
#include "libtune/ingest/check_sample.h"

namespace tune {
namespace {

// A process's metrics are the message's doubles in the order of ProcessMetric, from this field on.
constexpr int kFirstMetric = 4;

const google::protobuf::FieldDescriptor* FieldOf(int metric) {
  return v1::ProcessSample::descriptor()->FindFieldByNumber(kFirstMetric + metric);
}

struct SpaceRow {
  const char* name;
  SpaceChange Collection::* member;
  bool (v1::CollectionSample::*has)() const;
  const v1::SpaceChange& (v1::CollectionSample::*get)() const;
  v1::SpaceChange* (v1::CollectionSample::*set)();
};

using C = v1::CollectionSample;
constexpr SpaceRow kSpaces[] = {
    {"heap", &Collection::heap, &C::has_heap, &C::heap, &C::mutable_heap},
    {"young", &Collection::young, &C::has_young, &C::young, &C::mutable_young},
    {"survivor", &Collection::survivor, &C::has_survivor, &C::survivor, &C::mutable_survivor},
    {"old", &Collection::old, &C::has_old, &C::old, &C::mutable_old},
    {"humongous", &Collection::humongous, &C::has_humongous, &C::humongous, &C::mutable_humongous},
    {"metaspace", &Collection::metaspace, &C::has_metaspace, &C::metaspace, &C::mutable_metaspace},
};

SpaceChange ReadSpace(const v1::SpaceChange& proto) {
  SpaceChange space;
  if (proto.has_before()) space.before = Bytes(proto.before());
  if (proto.has_after()) space.after = Bytes(proto.after());
  if (proto.has_capacity()) space.capacity = Bytes(proto.capacity());
  return space;
}

void WriteSpace(const SpaceChange& space, v1::SpaceChange& proto) {
  if (space.before) proto.set_before(space.before->value());
  if (space.after) proto.set_after(space.after->value());
  if (space.capacity) proto.set_capacity(space.capacity->value());
}

}  // namespace

void Write(const ProcessSample& sample, v1::ProcessSample& proto) {
  proto.set_role(ToWire(kRoles, sample.role));
  proto.set_id(Utf8(sample.id));
  for (int i = 0; i < kProcessMetricCount; ++i) {
    const auto value = sample.Get(static_cast<ProcessMetric>(i));
    if (value) proto.GetReflection()->SetDouble(&proto, FieldOf(i), *value);
  }
}

void Read(const v1::ProcessSample& proto, const Path& path, Violations& violations, ProcessSample& sample) {
  sample.role = ReadEnum(kRoles, proto.role(), path.Field("role"), violations);
  sample.id = proto.id();
  for (int i = 0; i < kProcessMetricCount; ++i) {
    const auto metric = static_cast<ProcessMetric>(i);
    if (!proto.GetReflection()->HasField(proto, FieldOf(i))) continue;
    const double value = proto.GetReflection()->GetDouble(proto, FieldOf(i));
    CheckFinite(path.Field(ProcessMetricName(metric)), value, violations);
    sample.Set(metric, value);
  }
}

void Write(const CollectionSample& sample, v1::CollectionSample& proto) {
  const Collection& c = sample.collection;
  proto.set_role(ToWire(kRoles, sample.role));
  proto.set_id(Utf8(sample.id));
  proto.set_collector(ToWire(kCollectors, c.collector));
  proto.set_kind(ToWire(kKinds, c.kind));
  proto.set_cause(Utf8(c.cause));
  if (c.uptime_s) proto.set_uptime_s(*c.uptime_s);
  if (c.number) proto.set_number(*c.number);
  proto.set_pause_s(c.pause_s);
  proto.set_concurrent_s(c.concurrent_s);
  proto.set_cpu_s(c.cpu_s);
  proto.set_starts_marking(c.starts_marking);
  for (const SpaceRow& row : kSpaces) {
    const SpaceChange& space = c.*row.member;
    if (space.before || space.after || space.capacity) WriteSpace(space, *(proto.*row.set)());
  }
  if (c.marked_live) proto.set_marked_live(c.marked_live->value());
}

void Read(const v1::CollectionSample& proto, const Path& path, Violations& violations, CollectionSample& sample) {
  Collection& c = sample.collection;
  sample.role = ReadEnum(kRoles, proto.role(), path.Field("role"), violations);
  sample.id = proto.id();
  c.collector = ReadEnum(kCollectors, proto.collector(), path.Field("collector"), violations);
  c.kind = ReadEnum(kKinds, proto.kind(), path.Field("kind"), violations);
  c.cause = proto.cause();
  if (proto.has_uptime_s()) c.uptime_s = proto.uptime_s();
  if (proto.has_number()) c.number = proto.number();
  c.pause_s = proto.pause_s();
  c.concurrent_s = proto.concurrent_s();
  c.cpu_s = proto.cpu_s();
  CheckFinite(path.Field("uptime_s"), c.uptime_s.value_or(0), violations);
  CheckFinite(path.Field("pause_s"), c.pause_s, violations);
  CheckFinite(path.Field("concurrent_s"), c.concurrent_s, violations);
  CheckFinite(path.Field("cpu_s"), c.cpu_s, violations);
  c.starts_marking = proto.starts_marking();
  for (const SpaceRow& row : kSpaces) {
    if ((proto.*row.has)()) c.*row.member = ReadSpace((proto.*row.get)());
  }
  if (proto.has_marked_live()) c.marked_live = Bytes(proto.marked_live());
}

}  // namespace tune
