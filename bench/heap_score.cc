// Live sets and heap sizes found from GC logs, against what was measured: `heap_score [FOLDER]`, by default
// datasets/heap (its README says how the runs were made).
//
// Live set: against the forced full collection at the end, which is not read. Heap: the size found from each run's log,
// against the overhead measured at every size of the sweep (between two sizes on a line): it must meet the goal, and be
// at most 35 % above the smallest size of the sweep that does.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "libtune/gc/gc_sizing.h"
#include "libtune/history/gc_log/gc_log.h"

namespace {

namespace fs = std::filesystem;

constexpr double kMib = 1 << 20;
constexpr double kGoal = 0.05;
constexpr double kMostAbove = 1.35;
constexpr double kExactOff = 0.05;   // of the live set: full collections
constexpr double kMarkingOff = 0.1;  // anything else: never below

struct Run {
  std::string name, job, gc;
  double heap_mib = 0, overhead = 0, live_mib = 0;
  bool disturbed = false;
  tune::GcSizing sizing;
};

absl::StatusOr<Run> ReadRun(const fs::path& folder) {
  std::ifstream file(folder / "truth.json");
  const auto truth = nlohmann::json::parse(file, nullptr, false);
  if (truth.is_discarded()) return absl::InvalidArgumentError((folder / "truth.json").string() + " is no JSON");
  if (!truth.value("survives", false)) return absl::NotFoundError("the TaskManager died");
  Run run;
  run.name = folder.filename().string();
  run.job = truth.at("job");
  run.gc = truth.at("gc");
  run.heap_mib = truth.at("heap_mb");
  run.overhead = truth.at("overhead_fraction");
  // Where the old generation is full, a part of the live set stays young. G1 counts its regions whole.
  run.live_mib = std::max(truth.value("live_old_mb", 0.0), truth.value("live_heap_mb", 0.0));
  run.disturbed = truth.value("disturbed", false);
  const int64_t from_ms = truth.at("steady_from_ms"), to_ms = truth.at("steady_to_ms");
  tune::GcTotalsBuilder totals(0);
  tune::GcSizer sizer(0);
  const auto outline = tune::ReadGcLog(
      {(folder / "gc.log.gz").string()},
      [&](const tune::Collection& c) {
        if (!c.time_ms || *c.time_ms < from_ms || *c.time_ms > to_ms) return;
        totals.Add(c);
        sizer.Add(c);
      },
      nullptr);
  if (!outline.ok()) return outline.status();
  run.sizing = sizer.Size(totals.totals(), outline->max_heap, {kGoal, tune::HeapGoals().margin});
  return run;
}

// Overhead by heap size, of the runs with the same job and collector.
using Sweep = std::map<double, double>;

Sweep SweepOf(const std::vector<Run>& runs, const Run& like) {
  Sweep sweep;
  for (const Run& run : runs) {
    if (run.job == like.job && run.gc == like.gc) sweep[run.heap_mib] = run.overhead;
  }
  return sweep;
}

// The smallest size of a sweep from which on every size meets the goal.
std::optional<double> SmallestGood(const Sweep& sweep) {
  std::optional<double> smallest;
  for (auto it = sweep.rbegin(); it != sweep.rend() && it->second <= kGoal; ++it) smallest = it->first;
  return smallest;
}

// Between two sizes of the sweep on a straight line of the logarithms; beyond its ends the end's.
double OverheadAt(const Sweep& sweep, double heap_mib) {
  const auto above = sweep.lower_bound(heap_mib);
  if (above == sweep.begin()) return above->second;
  const auto below = std::prev(above);
  if (above == sweep.end()) return below->second;
  const double share =
      (std::log(heap_mib) - std::log(below->first)) / (std::log(above->first) - std::log(below->first));
  return std::exp(std::log(below->second) + share * (std::log(above->second) - std::log(below->second)));
}

std::string LiveVerdict(const Run& run) {
  if (run.live_mib <= 0) return "no truth";
  if (!run.sizing.live) return "not known";
  const double off = run.sizing.live->bytes / kMib / run.live_mib - 1;
  const bool exact = run.sizing.live->rung == tune::LiveRung::kFullCollection;
  const bool right = exact ? std::abs(off) <= kExactOff : off >= 0 && off <= kMarkingOff;
  if (!right && run.sizing.live->is_bound && off >= 0) return "bound";
  return right ? "right" : "WRONG";
}

std::string HeapVerdict(const Run& run, const Sweep& sweep, const std::optional<double>& smallest) {
  if (!smallest) return "no truth";
  if (!run.sizing.heap) return "person";
  const double wanted = run.sizing.heap->bytes / kMib;
  return OverheadAt(sweep, wanted) > kGoal ? "SMALL" : wanted > kMostAbove * *smallest ? "LARGE" : "right";
}

int Score(const fs::path& root) {
  std::vector<Run> runs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    if (!fs::exists(entry.path() / "truth.json")) continue;
    auto run = ReadRun(entry.path());
    if (run.ok()) {
      runs.push_back(*std::move(run));
    } else {
      std::printf("%s: left out: %s\n", entry.path().filename().c_str(), std::string(run.status().message()).c_str());
    }
  }
  if (runs.empty()) {
    std::fprintf(stderr, "%s has no runs; allowed: a folder as datasets/heap\n", root.c_str());
    return 2;
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return std::tie(a.job, a.gc, a.heap_mib) < std::tie(b.job, b.gc, b.heap_mib);
  });
  std::map<std::string, int> live_verdicts, heap_verdicts;
  std::printf("%-22s %9s %9s %9s %7s  %-8s %9s %9s %6s %9s  %s\n", "run", "overhead", "live MiB", "found", "off",
              "live", "smallest", "heap MiB", "ratio", "overhead", "heap");
  for (const Run& run : runs) {
    const Sweep sweep = SweepOf(runs, run);
    const auto smallest = SmallestGood(sweep);
    const std::string live = LiveVerdict(run), heap = HeapVerdict(run, sweep, smallest);
    ++live_verdicts[live];
    ++heap_verdicts[heap];
    const double found = run.sizing.live ? run.sizing.live->bytes / kMib : 0;
    const double wanted = run.sizing.heap ? run.sizing.heap->bytes / kMib : 0;
    std::printf("%-22s %8.2f%% %9.1f %9.1f %+6.1f%%  %-8s %9.0f %9.0f %6.2f %8.2f%%  %s%s\n", run.name.c_str(),
                100 * run.overhead, run.live_mib, found, run.live_mib > 0 ? 100 * (found / run.live_mib - 1) : 0,
                live.c_str(), smallest.value_or(0), wanted, smallest ? wanted / *smallest : 0,
                wanted > 0 ? 100 * OverheadAt(sweep, wanted) : 0, heap.c_str(), run.disturbed ? " (disturbed)" : "");
  }
  for (const auto& [title, verdicts] : {std::pair{"live set", &live_verdicts}, {"heap", &heap_verdicts}}) {
    std::printf("\n%s:", title);
    for (const auto& [verdict, count] : *verdicts) std::printf(" %d %s", count, verdict.c_str());
  }
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return Score(argc > 1 ? argv[1] : "datasets/heap"); }
