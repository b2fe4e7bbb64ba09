#include "libtune/cli/plot_processes.h"

#include <algorithm>

#include "libtune/cli/plot_findings.h"
#include "libtune/estimate/cpu_use.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

constexpr double kMib = 1 << 20;

const RoleWindow& WindowOf(const PlotInput& input, ProcessRole role) {
  return role == ProcessRole::kTaskManager ? input.window.task_managers : input.window.job_managers;
}

const ProcessRecommendation& AnswerOf(const PlotInput& input, ProcessRole role) {
  return role == ProcessRole::kTaskManager ? input.recommendation.task_managers : input.recommendation.job_manager;
}

double Mib(Bytes bytes) { return static_cast<double>(bytes.value()) / kMib; }

PlotJson MibOrNull(const std::optional<Bytes>& bytes) {
  return bytes ? PlotJson(RoundedForPlot(Mib(*bytes))) : PlotJson(nullptr);
}

template <typename T>
PlotJson OrNull(const std::optional<T>& value) {
  return value ? PlotJson(*value) : PlotJson(nullptr);
}

PlotJson SizeJson(const ProcessSize& size) {
  return {
      {"count", OrNull(size.count)},
      {"slots", OrNull(size.slots)},
      {"cores", size.cpu ? PlotJson(static_cast<double>(size.cpu->value()) / 1000) : PlotJson(nullptr)},
      {"memory_mib", MibOrNull(size.memory)},
      {"heap_mib", MibOrNull(size.heap)},
  };
}

// Of bins that were throttled so much that they show no longer what was wanted, the busiest process's cores.
PlotSeries Throttled(const std::vector<CpuBin>& bins) {
  const double least = CpuWeighting().throttled_fraction;
  return SeriesOf(bins, [&](const CpuBin& b) {
    const bool is_throttled = b.throttle_seen_s > 0 && b.throttled_s >= least * b.throttle_seen_s;
    return Part(b.busiest_cores, is_throttled && b.covered_s > 0 ? 1 : 0);
  });
}

template <typename Of>
PlotSeries MibSeries(const std::vector<MemoryBin>& bins, Of of) {
  return SeriesOf(bins, [&](const MemoryBin& b) {
    const std::optional<Bytes>& bytes = of(b);
    return bytes ? Part(Mib(*bytes), 1) : Part(0, 0);
  });
}

PlotJson LiveJson(const std::vector<MemoryBin>& bins, LiveRung rung) {
  const auto reading = [&](const MemoryBin& b) -> const auto& { return b.live.at(static_cast<size_t>(rung)); };
  return SeriesJson(MibSeries(bins, reading));
}

PlotJson SeriesOfRole(const RoleWindow& role) {
  const auto heap = [](const MemoryBin& b) -> const auto& { return b.heap_used; };
  return {
      {"mean_cores", SeriesJson(SeriesOf(role.cpu, [](const CpuBin& b) { return Part(b.cpu_s, b.covered_s); }))},
      {"busiest_cores",
       SeriesJson(SeriesOf(role.cpu, [](const CpuBin& b) { return Part(b.busiest_cores, b.covered_s > 0 ? 1 : 0); }))},
      {"throttled_cores", SeriesJson(Throttled(role.cpu))},
      {"heap_mib", SeriesJson(MibSeries(role.memory, heap))},
      {"live_full_mib", LiveJson(role.memory, LiveRung::kFullCollection)},
      {"live_marking_mib", LiveJson(role.memory, LiveRung::kMarking)},
      {"live_other_mib", LiveJson(role.memory, LiveRung::kCollection)},
      {"gc_counted", SeriesJson(SeriesOf(role.memory, [](const MemoryBin& b) { return Part(b.gc_s, b.gc_seen_s); }))},
      {"gc_logged", SeriesJson(SeriesOf(role.memory, [](const MemoryBin& b) { return Part(b.log_pause_s, b.log_s); }))},
  };
}

int MostAtOnce(const RoleWindow& role) {
  int most = 0;
  for (const CpuBin& bin : role.cpu) most = std::max(most, bin.processes);
  return most;
}

PlotJson RoleJson(const PlotInput& input, ProcessRole role) {
  const RoleWindow& window = WindowOf(input, role);
  const ProcessRecommendation& answer = AnswerOf(input, role);
  return {
      {"name", Name(role)},
      {"summary", RoleSummary(role, answer)},
      {"action", Name(answer.action)},
      {"now", SizeJson(answer.now)},
      {"wanted", SizeJson(answer.wanted)},
      {"findings", FindingsJson(input, {-1, role})},
      {"throttled_fraction", CpuWeighting().throttled_fraction},
      {"most_processes", MostAtOnce(window)},
      {"series", SeriesOfRole(window)},
  };
}

}  // namespace

bool WasSeen(const PlotInput& input, ProcessRole role) {
  const RoleWindow& window = WindowOf(input, role);
  return !window.cpu.empty() || !window.memory.empty();
}

PlotJson ProcessesJson(const PlotInput& input) {
  PlotJson list = PlotJson::array();
  for (const ProcessRole role : {ProcessRole::kTaskManager, ProcessRole::kJobManager}) {
    if (WasSeen(input, role)) list.push_back(RoleJson(input, role));
  }
  return list;
}

}  // namespace tune
