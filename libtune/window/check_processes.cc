#include "libtune/window/check_processes.h"

#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

template <typename Struct>
struct AmountRow {
  const char* name;
  double Struct::* member;
};
constexpr AmountRow<CpuBin> kCpuAmounts[] = {
    {"covered_s", &CpuBin::covered_s},
    {"cpu_s", &CpuBin::cpu_s},
    {"busiest_cores", &CpuBin::busiest_cores},
    {"warm_s", &CpuBin::warm_s},
    {"throttle_seen_s", &CpuBin::throttle_seen_s},
    {"throttled_s", &CpuBin::throttled_s},
};
constexpr AmountRow<MemoryBin> kMemoryAmounts[] = {
    {"gc_seen_s", &MemoryBin::gc_seen_s},
    {"gc_s", &MemoryBin::gc_s},
    {"full_seen_s", &MemoryBin::full_seen_s},
    {"full_gcs", &MemoryBin::full_gcs},
    {"full_gc_time_s", &MemoryBin::full_gc_time_s},
    {"log_s", &MemoryBin::log_s},
    {"log_pause_s", &MemoryBin::log_pause_s},
    {"log_young_pause_s", &MemoryBin::log_young_pause_s},
    {"log_full_pause_s", &MemoryBin::log_full_pause_s},
    {"log_full_gcs", &MemoryBin::log_full_gcs},
    {"log_futile_full_gcs", &MemoryBin::log_futile_full_gcs},
    {"log_young_gcs", &MemoryBin::log_young_gcs},
    {"log_allocated", &MemoryBin::log_allocated},
    {"log_promoted", &MemoryBin::log_promoted},
    {"log_survived", &MemoryBin::log_survived},
    {"oom_kills", &MemoryBin::oom_kills},
};

template <typename Struct>
struct BytesRow {
  const char* name;
  std::optional<Bytes> Struct::* member;
};
constexpr BytesRow<MemoryBin> kMemoryBytes[] = {
    {"heap_used", &MemoryBin::heap_used},
    {"metaspace_used", &MemoryBin::metaspace_used},
    {"direct_used", &MemoryBin::direct_used},
    {"managed_used", &MemoryBin::managed_used},
    {"network_used", &MemoryBin::network_used},
    {"rss", &MemoryBin::rss},
    {"working_set", &MemoryBin::working_set},
    {"unreclaimable", &MemoryBin::unreclaimable},
    {"file_cache", &MemoryBin::file_cache},
    {"dirty_file", &MemoryBin::dirty_file},
    {"native", &MemoryBin::native},
    {"killed_limit", &MemoryBin::killed_limit},
};
constexpr BytesRow<ProcessWindow> kSizes[] = {
    {"heap_used_max", &ProcessWindow::heap_used_max}, {"heap_max", &ProcessWindow::heap_max},
    {"old_capacity", &ProcessWindow::old_capacity},   {"young_capacity", &ProcessWindow::young_capacity},
    {"metaspace_max", &ProcessWindow::metaspace_max}, {"managed_total", &ProcessWindow::managed_total},
    {"network_total", &ProcessWindow::network_total}, {"memory_limit", &ProcessWindow::memory_limit},
};
constexpr const char* kLiveNames[kLiveRungCount] = {"live_full_collection", "live_marking", "live_collection",
                                                    "live_old_gen", "live_heap"};

template <typename Struct, size_t N>
void CheckAmounts(const AmountRow<Struct> (&table)[N], const Struct& bin, const Path& path, Violations& violations) {
  for (const auto& row : table) {
    if (!IsAmount(bin.*row.member)) CheckAmount(path.Field(row.name), bin.*row.member, violations);
  }
}

void CheckBytes(const char* name, const std::optional<Bytes>& bytes, const Path& path, Violations& violations) {
  if (!bytes || bytes->value() >= 0) return;
  CheckRange(path.Field(name), bytes->value(), 0, std::numeric_limits<int64_t>::max(), violations);
}

template <typename Struct, size_t N>
void CheckAllBytes(const BytesRow<Struct> (&table)[N], const Struct& of, const Path& path, Violations& violations) {
  for (const auto& row : table) CheckBytes(row.name, of.*row.member, path, violations);
}

// A part of the time is at most all of it; rounding is forgiven.
void CheckPart(const char* name, double part, double whole, const Path& path, Violations& violations) {
  if (part <= whole * (1 + 1e-9) + 1e-9) return;
  violations.Add(path.Field(name).Render(), part, absl::StrCat("at most ", whole));
}

void CheckCpuBin(const CpuBin& bin, const Path& path, Violations& violations) {
  CheckAmounts(kCpuAmounts, bin, path, violations);
  CheckPart("warm_s", bin.warm_s, bin.covered_s, path, violations);
  CheckPart("throttled_s", bin.throttled_s, bin.throttle_seen_s, path, violations);
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  if (bin.processes < 0) CheckRange(path.Field("processes"), int64_t{bin.processes}, 0, kMost, violations);
  if (bin.slots < 0) CheckRange(path.Field("slots"), int64_t{bin.slots}, 0, kMost, violations);
  if (bin.limit_cores) CheckAmount(path.Field("limit_cores"), *bin.limit_cores, violations);
}

void CheckMemoryBin(const MemoryBin& bin, const Path& path, Violations& violations) {
  CheckAmounts(kMemoryAmounts, bin, path, violations);
  CheckPart("log_futile_full_gcs", bin.log_futile_full_gcs, bin.log_full_gcs, path, violations);
  CheckAllBytes(kMemoryBytes, bin, path, violations);
  for (size_t i = 0; i < kLiveRungCount; ++i) CheckBytes(kLiveNames[i], bin.live[i], path, violations);
  if (bin.killed_limit && bin.oom_kills == 0) {
    violations.Add(path.Field("killed_limit").Render(), static_cast<double>(bin.killed_limit->value()),
                   "absent, as oom_kills is 0");
  }
}

void CheckProcess(const ProcessWindow& process, const Path& path, Violations& violations) {
  CheckAmount(path.Field("covered_s"), process.covered_s, violations);
  if (process.cpu_cores_p90) {
    const Path cores = path.Field("cpu_cores_p90");
    CheckAmount(cores.Field("value"), process.cpu_cores_p90->value, violations);
    CheckAmount(cores.Field("weight"), process.cpu_cores_p90->weight, violations);
    const double error = process.cpu_cores_p90->relative_error;
    if (!(error >= 0 && error < 1)) violations.Add(cores.Field("relative_error").Render(), error, "[0, 1)");
  }
  if (process.gc_fraction) CheckRange(path.Field("gc_fraction"), *process.gc_fraction, 0, 1, violations);
  CheckAllBytes(kSizes, process, path, violations);
  if (process.cpu_limit_cores) CheckAmount(path.Field("cpu_limit_cores"), *process.cpu_limit_cores, violations);
  if (process.cpu_request_cores) CheckAmount(path.Field("cpu_request_cores"), *process.cpu_request_cores, violations);
}

// As many as the job has, or none.
void CheckBinCount(size_t found, size_t bins, const Path& path, Violations& violations) {
  if (found == 0 || found == bins) return;
  violations.Add(path.Render(), static_cast<double>(found), absl::StrCat(bins, " bins, or none"));
}

}  // namespace

void CheckRole(const RoleWindow& role, size_t bins, const Path& path, Violations& violations) {
  const Path processes = path.Field("processes");
  for (const ProcessWindow& process : role.processes) CheckProcess(process, processes.Key(process.id), violations);
  const Path cpu = path.Field("cpu"), memory = path.Field("memory");
  CheckBinCount(role.cpu.size(), bins, cpu, violations);
  CheckBinCount(role.memory.size(), bins, memory, violations);
  for (size_t i = 0; i < role.cpu.size(); ++i) {
    CheckCpuBin(role.cpu[i], cpu.At(static_cast<int64_t>(i)), violations);
  }
  for (size_t i = 0; i < role.memory.size(); ++i) {
    CheckMemoryBin(role.memory[i], memory.At(static_cast<int64_t>(i)), violations);
  }
}

}  // namespace tune
