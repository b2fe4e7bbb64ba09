#include "libtune/size/role_memory.h"

#include <algorithm>
#include <map>
#include <utility>

#include "libtune/internal/amount.h"

namespace tune {
namespace {

constexpr double kLogsTell = 0.5;  // of the time that counters cover: from then on logs count, which tell more

constexpr size_t kLeastBins = 3;  // a layout of fewer is one that passes: TaskManagers of two meet while a job restarts

using Layout = std::pair<int, int>;  // slots in use on the fullest TaskManager, slots in use in all
constexpr Layout kNoLayout{0, 0};

Layout LayoutOf(const CpuBin& bin, const std::optional<int>& slots_each) {
  if (bin.processes < 1 || bin.slots < 1) return kNoLayout;
  return {SlotsOnFullest(bin.slots, bin.processes, slots_each), bin.slots};
}

// Records that the job's sources give, records/s by bin.
std::vector<double> LoadByBin(const JobWindow& window) {
  std::vector<double> load(window.vertices.front().bins.size());
  for (const SourceWindow& source : window.sources) {
    const std::vector<Bin>& bins = window.vertices[static_cast<size_t>(source.vertex)].bins;
    for (size_t i = 0; i < load.size() && i < bins.size(); ++i) {
      if (IsSome(bins[i].covered_s)) load[i] += bins[i].records_out / bins[i].covered_s;
    }
  }
  return load;
}

// Wall seconds later than start-ups, by CPU time, or else by what counts collections.
double SeenSeconds(const RoleWindow& role, size_t first_bin) {
  double seen_s = 0;
  for (size_t i = first_bin; i < role.cpu.size(); ++i) {
    const CpuBin& cpu = role.cpu[i];
    if (cpu.processes > 0) {
      seen_s += cpu.warm_s / cpu.processes;
    } else if (i < role.memory.size() && !role.processes.empty()) {
      seen_s += std::max(role.memory[i].gc_seen_s, role.memory[i].log_s) / static_cast<double>(role.processes.size());
    }
  }
  return seen_s;
}

struct Pauses {
  double counted_s = 0, pause_s = 0, full_counted_s = 0, full_pause_s = 0;
  double logged_s = 0, log_pause_s = 0, log_full_pause_s = 0, allocated = 0;
};

Pauses SumPauses(const RoleWindow& role, size_t first_bin) {
  Pauses sums;
  for (size_t i = first_bin; i < role.memory.size(); ++i) {
    const MemoryBin& bin = role.memory[i];
    sums.counted_s += bin.gc_seen_s;
    sums.pause_s += bin.gc_s;
    sums.full_counted_s += bin.full_seen_s;
    sums.full_pause_s += bin.full_gc_time_s;
    sums.logged_s += bin.log_s;
    sums.log_pause_s += bin.log_pause_s;
    sums.log_full_pause_s += bin.log_full_pause_s;
    sums.allocated += bin.log_allocated;
  }
  return sums;
}

// Counters of collectors that work beside the program count that work too.
bool CountersArePauses(Collector collector) {
  return collector != Collector::kZ && collector != Collector::kShenandoah && collector != Collector::kCms;
}

void TakeOverhead(const Pauses& sums, RoleMemory& memory) {
  HeapFacts& heap = memory.heap;
  memory.from_logs = IsSome(sums.logged_s) && sums.logged_s >= kLogsTell * sums.counted_s;
  if (memory.from_logs) {
    heap.overhead = std::min(1.0, sums.log_pause_s / sums.logged_s);
    heap.full_overhead = std::min(*heap.overhead, sums.log_full_pause_s / sums.logged_s);
    heap.allocation_rate = sums.allocated / sums.logged_s;
  } else if (IsSome(sums.counted_s) && CountersArePauses(heap.collector)) {
    heap.overhead = std::min(1.0, sums.pause_s / sums.counted_s);
    if (IsSome(sums.full_counted_s)) {
      heap.full_overhead = std::min(*heap.overhead, sums.full_pause_s / sums.full_counted_s);
    }
  }
}

// -Xmx of the processes that were seen: the spec's, unless they told of clearly another one. What they tell lacks one
// survivor space where the collector has two.
std::optional<double> HeapThen(const RoleWindow& role, const ProcessSize& now) {
  constexpr double kLeastTold = 0.8, kMostTold = 1.02;  // of the true one
  double told = 0;
  for (const ProcessWindow& process : role.processes) {
    if (process.heap_max) told = std::max(told, static_cast<double>(process.heap_max->value()));
  }
  const double spec = now.heap ? static_cast<double>(now.heap->value()) : 0;
  const bool is_other = told > 0 && (told < kLeastTold * spec || told > kMostTold * spec);
  const double heap = is_other ? told : spec;
  return heap > 0 ? std::optional(heap) : std::nullopt;
}

void TakeSizes(const RoleWindow& role, const ProcessSize& now, HeapFacts& heap) {
  for (const ProcessWindow& process : role.processes) {
    if (process.collector != Collector::kUnknown) heap.collector = process.collector;
    if (process.old_capacity) {
      heap.old_capacity = std::max(heap.old_capacity.value_or(0), static_cast<double>(process.old_capacity->value()));
    }
  }
  if (heap.collector == Collector::kG1) heap.old_capacity.reset();
  heap.heap = HeapThen(role, now);
}

void TakeLargest(const std::optional<Bytes>& seen, std::optional<double>& largest) {
  if (seen) largest = std::max(largest.value_or(0), static_cast<double>(seen->value()));
}

void TakeUse(const RoleWindow& role, size_t first_bin, RoleMemory& memory) {
  for (size_t i = first_bin; i < role.memory.size(); ++i) {
    const MemoryBin& bin = role.memory[i];
    TakeLargest(bin.managed_used, memory.managed_used);
    TakeLargest(bin.network_used, memory.network_used);
  }
}

LiveObservation Observe(const LiveSet& live, const Layout& layout, double seconds) {
  return {.bytes = live.bytes,
          .low = live.low,
          .slots = static_cast<double>(layout.first),
          .all_slots = static_cast<double>(layout.second),
          .weight_s = seconds};
}

using ReadingsByLayout = std::map<Layout, std::vector<LiveReading>>;

// Of the last bin whose layout held for a while; nullopt: none did.
std::optional<Layout> PresentLayout(const std::vector<Layout>& by_bin, const ReadingsByLayout& held) {
  const auto last = std::find_if(by_bin.rbegin(), by_bin.rend(), [&](const Layout& at) { return held.contains(at); });
  return last == by_bin.rend() ? std::nullopt : std::optional(*last);
}

// The live set of each layout that the history holds, the present one last; it alone where nothing tells layouts apart.
void TakeLive(const JobSizing& job, const RoleWindow& role, RoleMemory& memory) {
  const double bin_s = absl::ToDoubleSeconds(job.window.bin);
  const std::vector<LiveReading> readings = ReadingsOf(role.memory, job.first_bin, bin_s, LoadByBin(job.window));
  std::vector<Layout> by_bin;
  ReadingsByLayout held;
  for (size_t i = job.first_bin; i < std::min(role.memory.size(), role.cpu.size()); ++i) {
    by_bin.push_back(LayoutOf(role.cpu[i], job.window.facts.slots_per_task_manager));
    if (by_bin.back() != kNoLayout) held[by_bin.back()].push_back(readings[i - job.first_bin]);
  }
  const auto is_passing = [](const auto& layout) { return layout.second.size() < kLeastBins; };
  if (held.size() > 1) std::erase_if(held, is_passing);
  const std::optional<Layout> present = PresentLayout(by_bin, held);
  if (held.size() < 2) {
    memory.live = EstimateLiveSet(readings, kLiveBlockSeconds, memory.heap.exhausted);
    if (memory.live && present) {
      memory.layouts.push_back(Observe(*memory.live, *present, static_cast<double>(readings.size()) * bin_s));
    }
    return;
  }
  const auto take = [&](const Layout& layout, const std::vector<LiveReading>& seen, bool exhausted) {
    std::optional<LiveSet> live = EstimateLiveSet(seen, kLiveBlockSeconds, exhausted);
    if (live) memory.layouts.push_back(Observe(*live, layout, static_cast<double>(seen.size()) * bin_s));
    return live;
  };
  for (const auto& [layout, seen] : held) {
    if (layout != *present) take(layout, seen, false);
  }
  memory.live = take(*present, held.at(*present), memory.heap.exhausted);
}

}  // namespace

int SlotsOnFullest(int slots, int task_managers, const std::optional<int>& slots_each) {
  const int even = task_managers < 1 ? slots : (slots + task_managers - 1) / task_managers;
  return slots_each ? std::max(even, std::min(*slots_each, slots)) : even;
}

RoleMemory ReadRoleMemory(const JobSizing& job, const RoleWindow& role, const ProcessSize& now) {
  RoleMemory memory;
  memory.seen_s = SeenSeconds(role, job.first_bin);
  memory.thin = memory.seen_s < absl::ToDoubleSeconds(job.policy.min_process_coverage);
  memory.stopped = !job.window.running_at_end;
  TakeSizes(role, now, memory.heap);
  TakeOverhead(SumPauses(role, job.first_bin), memory);
  TakeUse(role, job.first_bin, memory);
  if (job.first_bin < role.memory.size()) {
    memory.heap.exhausted = IsExhausted(std::span(role.memory).subspan(job.first_bin));
  }
  TakeLive(job, role, memory);
  if (memory.live) {
    memory.heap.live = memory.live->bytes;
    memory.heap.live_is_loose = memory.live->rung >= LiveRung::kOldGen;
  }
  return memory;
}

}  // namespace tune
