// Samples of TaskManagers and JobManagers -> their part of the window.
#include <algorithm>
#include <limits>

#include "libtune/graph/slots.h"
#include "libtune/window/builder_state.h"
#include "libtune/window/growth.h"
#include "libtune/window/quantile.h"

namespace tune {
namespace {

constexpr double kLoadQuantile = 0.9;

Bytes ToBytes(double value) { return Bytes(static_cast<int64_t>(value)); }

void KeepLarger(const std::optional<double>& seen, std::optional<Bytes>& known) {
  if (seen) known = std::max(known.value_or(Bytes(0)), ToBytes(*seen));
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

std::optional<Statistic> LoadOf(const ProcessTrack& track) {
  std::vector<Weighted> cores;
  double weight = 0;
  for (size_t bin = 0; bin < track.cpu_s.size(); ++bin) {
    if (track.covered_s[bin] <= 0) continue;
    cores.push_back({track.cpu_s[bin] / track.covered_s[bin], track.covered_s[bin]});
    weight += track.covered_s[bin];
  }
  const auto p90 = WeightedQuantile(cores, kLoadQuantile);
  return p90 ? std::optional(Statistic{*p90, 0, weight}) : std::nullopt;
}

ProcessWindow WindowOf(const std::string& id, const ProcessTrack& track) {
  ProcessWindow window = track.told;
  window.id = id;
  window.covered_s = Sum(track.covered_s);
  window.cpu_cores_p90 = LoadOf(track);
  const double gc_covered_s = Sum(track.gc_covered_s);
  if (gc_covered_s > 0) window.gc_fraction = std::min(1.0, Sum(track.gc_s) / gc_covered_s);
  return window;
}

// What the sample says of the process's size.
void TakeSizes(const ProcessSample& sample, ProcessWindow& told) {
  KeepLarger(sample.Get(ProcessMetric::kHeapUsed), told.heap_used_max);
  const std::pair<ProcessMetric, std::optional<Bytes>*> sizes[] = {
      {ProcessMetric::kHeapMax, &told.heap_max},           {ProcessMetric::kOldGenCapacity, &told.old_capacity},
      {ProcessMetric::kMetaspaceMax, &told.metaspace_max}, {ProcessMetric::kManagedTotal, &told.managed_total},
      {ProcessMetric::kNetworkTotal, &told.network_total}, {ProcessMetric::kMemoryLimit, &told.memory_limit},
  };
  for (const auto& [metric, size] : sizes) {
    if (const auto value = sample.Get(metric)) *size = ToBytes(*value);
  }
  if (const auto cores = sample.Get(ProcessMetric::kCpuLimitCores)) told.cpu_limit_cores = cores;
  if (const auto cores = sample.Get(ProcessMetric::kCpuRequestCores)) told.cpu_request_cores = cores;
}

void TakeUse(const ProcessSample& sample, MemoryBin& bin) {
  KeepLarger(sample.Get(ProcessMetric::kHeapUsed), bin.heap_used);
  KeepLarger(sample.Get(ProcessMetric::kMetaspaceUsed), bin.metaspace_used);
  KeepLarger(sample.Get(ProcessMetric::kDirectUsed), bin.direct_used);
  KeepLarger(sample.Get(ProcessMetric::kManagedUsed), bin.managed_used);
  KeepLarger(sample.Get(ProcessMetric::kNetworkUsed), bin.network_used);
  KeepLarger(sample.Get(ProcessMetric::kRss), bin.rss);
  KeepLarger(sample.Get(ProcessMetric::kWorkingSet), bin.working_set);
  const auto rss = sample.Get(ProcessMetric::kRss);
  if (rss) KeepLarger(*rss + sample.Get(ProcessMetric::kDirtyFile).value_or(0), bin.unreclaimable);
  KeepLarger(sample.Get(ProcessMetric::kFileCache), bin.file_cache);
  KeepLarger(sample.Get(ProcessMetric::kDirtyFile), bin.dirty_file);
}

// What rss holds beside what the JVM says is in use. Pages of the heap stay resident after a collection, so the most
// that was in use counts.
void TakeNative(const ProcessSample& sample, ProcessTrack& track, MemoryBin& bin) {
  if (const auto heap = sample.Get(ProcessMetric::kHeapUsed)) {
    track.heap_peak = std::max(track.heap_peak.value_or(0), *heap);
  }
  if (const auto metaspace = sample.Get(ProcessMetric::kMetaspaceUsed)) track.metaspace_used = metaspace;
  if (const auto direct = sample.Get(ProcessMetric::kDirectUsed)) track.direct_used = direct;
  const auto rss = sample.Get(ProcessMetric::kRss);
  if (!rss || !track.heap_peak) return;
  const double in_use = *track.heap_peak + track.metaspace_used.value_or(0) + track.direct_used.value_or(0);
  KeepLarger(std::max(0.0, *rss - in_use), bin.native);
}

// The largest over processes of what each reads lowest.
void FoldLive(const ProcessTrack& track, size_t bin, MemoryBin& out) {
  for (size_t rung = 0; rung < kLiveRungCount; ++rung) {
    const double reading = track.live[bin][rung];
    if (reading >= 0) KeepLarger(reading, out.live[rung]);
  }
}

}  // namespace

void ProcessTrack::Resize(size_t bins) {
  for (auto* list : {&cpu_s, &covered_s, &gc_s, &gc_covered_s}) list->resize(bins);
  live.resize(bins, kNoReadings);
}

void ProcessTrack::DropFront(size_t bins) {
  const auto drop = [bins](auto& list) {
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(bins, list.size())));
  };
  for (auto* list : {&cpu_s, &covered_s, &gc_s, &gc_covered_s}) drop(*list);
  drop(live);
}

void ProcessTrack::Read(LiveRung rung, size_t bin, double bytes) {
  double& known = live[bin][static_cast<size_t>(rung)];
  known = known < 0 ? bytes : Kept(rung, known, bytes);
}

bool ProcessTrack::TakeCounters(const ProcessSample& sample) {
  const auto fell = [&](size_t i) {
    const auto now = sample.Get(kProcessCounters[i]);
    return now && counters[i] && *now < *counters[i];
  };
  bool another = false;
  for (size_t i = 0; i < counters.size(); ++i) another = another || fell(i);
  if (another) {
    started_ms = sample.time_ms;
    counters = {};
    heap_peak = metaspace_used = direct_used = std::nullopt;
  }
  for (size_t i = 0; i < counters.size(); ++i) {
    if (const auto now = sample.Get(kProcessCounters[i])) counters[i] = now;
  }
  return another;
}

ProcessTrack& WindowBuilder::State::TrackOf(ProcessRole role, const std::string& id, int64_t time_ms) {
  RoleTrack& tracks = RoleOf(role);
  if (tracks.processes.empty()) {
    tracks.window->cpu.resize(job_bins.size());
    tracks.window->memory.resize(job_bins.size());
  }
  const auto [it, is_new] = tracks.processes.try_emplace(id);
  if (is_new) {
    it->second.started_ms = time_ms;
    it->second.began_in_window = start_ms >= 0 && time_ms - start_ms >= process_warm_up_ms;
    it->second.Resize(job_bins.size());
  }
  it->second.heard_ms = std::max(it->second.heard_ms, time_ms);
  return it->second;
}

void WindowBuilder::State::AddProcess(const ProcessSample& sample) {
  RoleTrack& role = RoleOf(sample.role);
  ProcessTrack& track = TrackOf(sample.role, sample.id, sample.time_ms);
  if (!track.has_last) {
    track.last = sample;
    track.has_last = true;
    track.TakeCounters(sample);
  }
  AddKills(sample, track, role);
  TakeSizes(sample, track.told);
  const double slots_told = sample.Get(ProcessMetric::kSlots).value_or(0);
  if (slots_told >= 1 && !window.facts.slots_per_task_manager) {
    window.facts.slots_per_task_manager = static_cast<int>(std::min(slots_told, double{kMaxParallelism}));
  }
  if (sample.time_ms <= track.last.time_ms) return;
  // A CPU clock that stood still is an old answer: the next one speaks for the whole span.
  const auto growth = [&](ProcessMetric metric) { return Growth(track.last.Get(metric), sample.Get(metric)); };
  const auto cpu_ns = growth(ProcessMetric::kCpuTimeNs);
  if (cpu_ns && *cpu_ns == 0) return;
  const bool another = track.TakeCounters(sample);
  if (!another) AddLoad(sample, cpu_ns, track, role);
  AddReadings(sample, track, role);
  track.last = sample;
}

// The kernel killed processes of the container since its counter was last told. A kill often ends the container, and
// the next one counts from zero: under the same name the counter falls, under a new one it is first seen above zero.
// The limit that it hit is the one told before.
void WindowBuilder::State::AddKills(const ProcessSample& sample, ProcessTrack& track, RoleTrack& role) {
  const auto told = sample.Get(ProcessMetric::kOomKills);
  if (!told || sample.time_ms < track.last.time_ms || sample.time_ms < start_ms) return;
  const double before = track.oom_kills.value_or(track.began_in_window ? 0 : *told);
  const double kills = *told < before ? *told : *told - before;
  track.oom_kills = told;
  if (kills <= 0) return;
  MemoryBin& bin = role.window->memory[BinAt(sample.time_ms - start_ms)];
  bin.oom_kills += kills;
  const Bytes limit = track.told.memory_limit.value_or(ToBytes(sample.Get(ProcessMetric::kMemoryLimit).value_or(0)));
  if (limit > Bytes(0)) bin.killed_limit = std::max(bin.killed_limit.value_or(limit), limit);  // 0: unlimited
}

// CPU, throttling and collections since the process's last sample.
void WindowBuilder::State::AddLoad(const ProcessSample& sample, std::optional<double> cpu_ns, ProcessTrack& track,
                                   RoleTrack& role) {
  const double elapsed_s = static_cast<double>(sample.time_ms - track.last.time_ms) / 1000;
  const auto growth = [&](ProcessMetric metric) { return Growth(track.last.Get(metric), sample.Get(metric)); };
  const auto gc_ms = growth(ProcessMetric::kGcTimeMs);
  const auto full = growth(ProcessMetric::kFullGcCount), full_ms = growth(ProcessMetric::kFullGcTimeMs);
  const auto periods = growth(ProcessMetric::kCpuPeriods), held = growth(ProcessMetric::kCpuThrottledPeriods);
  const bool warm = IsWarm(track, track.last.time_ms);
  const int slots = SlotsNow();
  Spread(track.last.time_ms, sample.time_ms, [&](size_t bin, double share) {
    role.dirty_from = std::min(role.dirty_from, bin);
    CpuBin& cpu = role.window->cpu[bin];
    MemoryBin& memory = role.window->memory[bin];
    if (cpu_ns) {
      track.cpu_s[bin] += *cpu_ns / 1e9 * share;
      track.covered_s[bin] += elapsed_s * share;
      cpu.cpu_s += *cpu_ns / 1e9 * share;
      cpu.covered_s += elapsed_s * share;
      if (warm) cpu.warm_s += elapsed_s * share;
      cpu.slots = slots;
      if (const auto limit = track.told.cpu_limit_cores; limit.value_or(0) > 0) {
        cpu.limit_cores = std::min(cpu.limit_cores.value_or(*limit), *limit);
      }
    }
    if (held && periods) {
      cpu.throttle_seen_s += elapsed_s * share;
      if (*periods > 0) cpu.throttled_s += std::min(1.0, *held / *periods) * elapsed_s * share;
    }
    if (gc_ms) {
      track.gc_s[bin] += *gc_ms / 1000 * share;
      track.gc_covered_s[bin] += elapsed_s * share;
    }
    if (gc_ms && warm) {
      memory.gc_s += *gc_ms / 1000 * share;
      memory.gc_seen_s += elapsed_s * share;
    }
    if (full && warm) {
      memory.full_gcs += *full * share;
      memory.full_gc_time_s += full_ms.value_or(0) / 1000 * share;
      memory.full_seen_s += elapsed_s * share;
    }
  });
}

// Gauges of memory, at the sample's instant.
void WindowBuilder::State::AddReadings(const ProcessSample& sample, ProcessTrack& track, RoleTrack& role) {
  if (sample.time_ms < start_ms) return;
  const size_t bin = BinAt(sample.time_ms - start_ms);
  role.dirty_from = std::min(role.dirty_from, bin);
  TakeUse(sample, role.window->memory[bin]);
  TakeNative(sample, track, role.window->memory[bin]);
  if (!IsWarm(track, sample.time_ms)) return;
  // These two keep the value of a collection that may be long past: it is a reading when it is a new one.
  const auto is_new = [&](ProcessMetric gauge) {
    const auto before = track.last.Get(gauge), now = sample.Get(gauge);
    return before && now && *now > 0 && *now != *before;
  };
  if (is_new(ProcessMetric::kOldGenAfterFullGc)) {
    track.Read(LiveRung::kFullCollection, bin, *sample.Get(ProcessMetric::kOldGenAfterFullGc));
  }
  const double survivors = sample.Get(ProcessMetric::kSurvivorUsed).value_or(0);
  if (is_new(ProcessMetric::kOldGenAfterGc)) {
    track.Read(LiveRung::kCollection, bin, *sample.Get(ProcessMetric::kOldGenAfterGc) + survivors);
  }
  const auto old = sample.Get(ProcessMetric::kOldGenUsed);
  if (old) track.Read(LiveRung::kOldGen, bin, *old + survivors);
  const auto heap = sample.Get(ProcessMetric::kHeapUsed);
  if (heap) track.Read(LiveRung::kHeap, bin, *heap);
}

bool WindowBuilder::State::IsWarm(const ProcessTrack& track, int64_t time_ms) const {
  return time_ms - track.started_ms >= process_warm_up_ms;
}

int WindowBuilder::State::SlotsNow() {
  if (slots_now == 0) slots_now = SlotsOf(window.graph);
  return slots_now;
}

// One that was last heard of before the window's start is gone, and forgotten.
void WindowBuilder::State::FinishProcesses(RoleTrack& role) {
  std::erase_if(role.processes, [this](const auto& entry) { return entry.second.heard_ms < start_ms; });
  role.window->processes.clear();
  for (const auto& [id, track] : role.processes) role.window->processes.push_back(WindowOf(id, track));
  for (size_t bin = role.dirty_from; bin < role.window->cpu.size(); ++bin) {
    CpuBin& cpu = role.window->cpu[bin];
    cpu.busiest_cores = 0;
    cpu.processes = 0;
    role.window->memory[bin].live = {};
    for (const auto& [id, track] : role.processes) {
      FoldLive(track, bin, role.window->memory[bin]);
      if (track.covered_s[bin] <= 0) continue;
      cpu.busiest_cores = std::max(cpu.busiest_cores, track.cpu_s[bin] / track.covered_s[bin]);
      ++cpu.processes;
    }
  }
  role.dirty_from = role.window->cpu.size();
}

}  // namespace tune
