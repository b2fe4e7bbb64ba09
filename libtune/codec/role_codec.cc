#include "libtune/codec/role_codec.h"

#include <optional>

#include "libtune/codec/enum_codec.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/process_enums.h"
#include "libtune/codec/window_enums.h"

namespace tune {
namespace {

using M = v1::MemoryBin;
using P = v1::ProcessWindow;

struct SumRow {
  double MemoryBin::* member;
  double (M::*get)() const;
  void (M::*set)(double);
};
constexpr SumRow kSums[] = {
    {&MemoryBin::gc_seen_s, &M::gc_seen_s, &M::set_gc_seen_s},
    {&MemoryBin::gc_s, &M::gc_s, &M::set_gc_s},
    {&MemoryBin::full_seen_s, &M::full_seen_s, &M::set_full_seen_s},
    {&MemoryBin::full_gcs, &M::full_gcs, &M::set_full_gcs},
    {&MemoryBin::full_gc_time_s, &M::full_gc_time_s, &M::set_full_gc_time_s},
    {&MemoryBin::log_s, &M::log_s, &M::set_log_s},
    {&MemoryBin::log_pause_s, &M::log_pause_s, &M::set_log_pause_s},
    {&MemoryBin::log_young_pause_s, &M::log_young_pause_s, &M::set_log_young_pause_s},
    {&MemoryBin::log_full_pause_s, &M::log_full_pause_s, &M::set_log_full_pause_s},
    {&MemoryBin::log_full_gcs, &M::log_full_gcs, &M::set_log_full_gcs},
    {&MemoryBin::log_futile_full_gcs, &M::log_futile_full_gcs, &M::set_log_futile_full_gcs},
    {&MemoryBin::log_young_gcs, &M::log_young_gcs, &M::set_log_young_gcs},
    {&MemoryBin::log_allocated, &M::log_allocated, &M::set_log_allocated},
    {&MemoryBin::log_promoted, &M::log_promoted, &M::set_log_promoted},
    {&MemoryBin::log_survived, &M::log_survived, &M::set_log_survived},
    {&MemoryBin::oom_kills, &M::oom_kills, &M::set_oom_kills},
};

template <typename Struct, typename Message>
struct BytesRow {
  std::optional<Bytes> Struct::* member;
  bool (Message::*has)() const;
  int64_t (Message::*get)() const;
  void (Message::*set)(int64_t);
};
constexpr BytesRow<MemoryBin, M> kLargest[] = {
    {&MemoryBin::heap_used, &M::has_heap_used, &M::heap_used, &M::set_heap_used},
    {&MemoryBin::metaspace_used, &M::has_metaspace_used, &M::metaspace_used, &M::set_metaspace_used},
    {&MemoryBin::direct_used, &M::has_direct_used, &M::direct_used, &M::set_direct_used},
    {&MemoryBin::managed_used, &M::has_managed_used, &M::managed_used, &M::set_managed_used},
    {&MemoryBin::network_used, &M::has_network_used, &M::network_used, &M::set_network_used},
    {&MemoryBin::rss, &M::has_rss, &M::rss, &M::set_rss},
    {&MemoryBin::working_set, &M::has_working_set, &M::working_set, &M::set_working_set},
    {&MemoryBin::unreclaimable, &M::has_unreclaimable, &M::unreclaimable, &M::set_unreclaimable},
    {&MemoryBin::file_cache, &M::has_file_cache, &M::file_cache, &M::set_file_cache},
    {&MemoryBin::dirty_file, &M::has_dirty_file, &M::dirty_file, &M::set_dirty_file},
    {&MemoryBin::native, &M::has_native, &M::native, &M::set_native},
    {&MemoryBin::killed_limit, &M::has_killed_limit, &M::killed_limit, &M::set_killed_limit},
};
constexpr BytesRow<ProcessWindow, P> kSizes[] = {
    {&ProcessWindow::heap_used_max, &P::has_heap_used_max, &P::heap_used_max, &P::set_heap_used_max},
    {&ProcessWindow::heap_max, &P::has_heap_max, &P::heap_max, &P::set_heap_max},
    {&ProcessWindow::old_capacity, &P::has_old_capacity, &P::old_capacity, &P::set_old_capacity},
    {&ProcessWindow::young_capacity, &P::has_young_capacity, &P::young_capacity, &P::set_young_capacity},
    {&ProcessWindow::metaspace_max, &P::has_metaspace_max, &P::metaspace_max, &P::set_metaspace_max},
    {&ProcessWindow::managed_total, &P::has_managed_total, &P::managed_total, &P::set_managed_total},
    {&ProcessWindow::network_total, &P::has_network_total, &P::network_total, &P::set_network_total},
    {&ProcessWindow::memory_limit, &P::has_memory_limit, &P::memory_limit, &P::set_memory_limit},
};

struct LiveRow {
  bool (M::*has)() const;
  int64_t (M::*get)() const;
  void (M::*set)(int64_t);
};
// By LiveRung.
constexpr LiveRow kLive[kLiveRungCount] = {
    {&M::has_live_full_collection, &M::live_full_collection, &M::set_live_full_collection},
    {&M::has_live_marking, &M::live_marking, &M::set_live_marking},
    {&M::has_live_collection, &M::live_collection, &M::set_live_collection},
    {&M::has_live_old_gen, &M::live_old_gen, &M::set_live_old_gen},
    {&M::has_live_heap, &M::live_heap, &M::set_live_heap},
};

template <typename Struct, typename Message, size_t N>
void WriteBytes(const BytesRow<Struct, Message> (&table)[N], const Struct& from, Message& proto) {
  for (const auto& row : table) {
    if (const auto& bytes = from.*row.member) (proto.*row.set)(bytes->value());
  }
}

template <typename Struct, typename Message, size_t N>
void ReadBytes(const BytesRow<Struct, Message> (&table)[N], const Message& proto, Struct& to) {
  for (const auto& row : table) {
    if ((proto.*row.has)()) to.*row.member = Bytes((proto.*row.get)());
  }
}

void Write(const CpuBin& bin, v1::CpuBin& proto) {
  proto.set_covered_s(bin.covered_s);
  proto.set_cpu_s(bin.cpu_s);
  proto.set_busiest_cores(bin.busiest_cores);
  proto.set_warm_s(bin.warm_s);
  proto.set_throttle_seen_s(bin.throttle_seen_s);
  proto.set_throttled_s(bin.throttled_s);
  proto.set_processes(bin.processes);
  proto.set_slots(bin.slots);
  if (bin.limit_cores) proto.set_limit_cores(*bin.limit_cores);
}

CpuBin Read(const v1::CpuBin& proto) {
  CpuBin bin;
  bin.covered_s = proto.covered_s();
  bin.cpu_s = proto.cpu_s();
  bin.busiest_cores = proto.busiest_cores();
  bin.warm_s = proto.warm_s();
  bin.throttle_seen_s = proto.throttle_seen_s();
  bin.throttled_s = proto.throttled_s();
  bin.processes = proto.processes();
  bin.slots = proto.slots();
  if (proto.has_limit_cores()) bin.limit_cores = proto.limit_cores();
  return bin;
}

void Write(const MemoryBin& bin, M& proto) {
  for (size_t i = 0; i < kLiveRungCount; ++i) {
    const LiveRow& row = kLive[i];
    if (bin.live[i]) (proto.*row.set)(bin.live[i]->value());
  }
  for (const SumRow& row : kSums) (proto.*row.set)(bin.*row.member);
  WriteBytes(kLargest, bin, proto);
}

MemoryBin Read(const M& proto) {
  MemoryBin bin;
  for (size_t i = 0; i < kLiveRungCount; ++i) {
    const LiveRow& row = kLive[i];
    if ((proto.*row.has)()) bin.live[i] = Bytes((proto.*row.get)());
  }
  for (const SumRow& row : kSums) bin.*row.member = (proto.*row.get)();
  ReadBytes(kLargest, proto, bin);
  return bin;
}

void Write(const Statistic& statistic, v1::Statistic& proto) {
  proto.set_value(statistic.value);
  proto.set_method(
      ToWire(kMethods, statistic.relative_error == 0 ? StatisticMethod::kExact : StatisticMethod::kSketch));
  proto.set_relative_error(statistic.relative_error);
  proto.set_weight(statistic.weight);
}

Statistic Read(const v1::Statistic& proto, const Path& path, Violations& violations) {
  const StatisticMethod method = ReadEnum(kMethods, proto.method(), path.Field("method"), violations);
  const double error = proto.relative_error();
  if (method == StatisticMethod::kExact && error != 0 && proto.method() == v1::STATISTIC_METHOD_EXACT) {
    violations.Add(path.Field("relative_error").Render(), error, "0, as the method is STATISTIC_METHOD_EXACT");
  }
  if (method == StatisticMethod::kSketch && !(error > 0 && error < 1)) {
    violations.Add(path.Field("relative_error").Render(), error, "(0, 1), as the method is STATISTIC_METHOD_SKETCH");
  }
  return {proto.value(), error, proto.weight()};
}

void Write(const ProcessWindow& process, P& proto) {
  proto.set_id(Utf8(process.id));
  proto.set_covered_s(process.covered_s);
  if (process.cpu_cores_p90) Write(*process.cpu_cores_p90, *proto.mutable_cpu_cores_p90());
  if (process.gc_fraction) proto.set_gc_fraction(*process.gc_fraction);
  WriteBytes(kSizes, process, proto);
  if (process.cpu_limit_cores) proto.set_cpu_limit_cores(*process.cpu_limit_cores);
  if (process.cpu_request_cores) proto.set_cpu_request_cores(*process.cpu_request_cores);
  proto.set_collector(ToWire(kCollectors, process.collector));
}

ProcessWindow Read(const P& proto, const Path& path, Violations& violations) {
  ProcessWindow process;
  process.id = proto.id();
  process.covered_s = proto.covered_s();
  if (proto.has_cpu_cores_p90()) {
    process.cpu_cores_p90 = Read(proto.cpu_cores_p90(), path.Field("cpu_cores_p90"), violations);
  }
  if (proto.has_gc_fraction()) process.gc_fraction = proto.gc_fraction();
  ReadBytes(kSizes, proto, process);
  if (proto.has_cpu_limit_cores()) process.cpu_limit_cores = proto.cpu_limit_cores();
  if (proto.has_cpu_request_cores()) process.cpu_request_cores = proto.cpu_request_cores();
  process.collector = ReadEnum(kCollectors, proto.collector(), path.Field("collector"), violations);
  return process;
}

}  // namespace

void Write(const RoleWindow& role, v1::RoleWindow& proto) {
  for (const ProcessWindow& process : role.processes) Write(process, *proto.add_processes());
  for (const CpuBin& bin : role.cpu) Write(bin, *proto.add_cpu());
  for (const MemoryBin& bin : role.memory) Write(bin, *proto.add_memory());
}

RoleWindow Read(const v1::RoleWindow& proto, const Path& path, Violations& violations) {
  RoleWindow role;
  const Path processes = path.Field("processes");
  if (!CheckCount(processes, proto.processes_size(), limits::kProcesses, violations) ||
      !CheckCount(path.Field("cpu"), proto.cpu_size(), limits::kBinsPerVertex, violations) ||
      !CheckCount(path.Field("memory"), proto.memory_size(), limits::kBinsPerVertex, violations)) {
    return role;
  }
  for (int i = 0; i < proto.processes_size(); ++i) {
    role.processes.push_back(Read(proto.processes(i), processes.At(i), violations));
  }
  role.cpu.reserve(static_cast<size_t>(proto.cpu_size()));
  for (const v1::CpuBin& bin : proto.cpu()) role.cpu.push_back(Read(bin));
  role.memory.reserve(static_cast<size_t>(proto.memory_size()));
  for (const M& bin : proto.memory()) role.memory.push_back(Read(bin));
  return role;
}

}  // namespace tune
