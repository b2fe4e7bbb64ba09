#include "bench/streambed/memory.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/estimate/memory_bound.h"

namespace streambed {
namespace {

using tune::MemoryEffect;
using tune::MemoryVerdict;
using tune::SustainedRun;
using Runs = std::vector<SustainedRun>;
using Keep = std::function<bool(const SustainedRun&)>;

// What is published of the queries; nothing is fitted to it.
const std::map<std::string, MemoryVerdict> kPublished = {{"q1", MemoryVerdict::kNotMemoryBound},
                                                         {"q5", MemoryVerdict::kMemoryBound},
                                                         {"q11", MemoryVerdict::kNotMemoryBound}};

constexpr char kSearch[] = "runs";
constexpr char kVerified[] = "verifications";
constexpr char kLarge[] = "large ones";

constexpr char kHeader[] = R"(
## Memory-bound or not

Runs with equal subtasks and different memory; elasticity of the rate by memory with its 95 % interval.
below: took all that was offered, left out; failed: contradicted by its twins, left out.

| job | from                       | runs | parallelisms | pairs | below | failed | elasticity | doubling gains % | verdict |
|-----|----------------------------|------|--------------|-------|-------|--------|------------|------------------|---------|
)";

tune::Bytes OfSlot(int memory_mib, int slots_per_tm) { return tune::Bytes((int64_t{memory_mib} << 20) / slots_per_tm); }

// The three sets measure in different ways, so each is a series.
std::map<std::string, Runs> ByQuery(const std::vector<Run>& runs, const std::vector<Verification>& verifications) {
  std::map<std::string, Runs> by_query;
  for (const Run& run : runs) {
    by_query[run.query].push_back({.series = kSearch,
                                   .parallelism = run.Subtasks(),
                                   .memory_per_slot = OfSlot(run.memory_mib, run.slots_per_tm),
                                   .rate = tune::RecordsPerSecond(run.measured_rate)});
  }
  for (const Verification& v : verifications) {
    by_query[v.query].push_back({.series = v.large ? kLarge : kVerified,
                                 .parallelism = v.Subtasks(),
                                 .memory_per_slot = OfSlot(v.memory_mib, v.slots_per_tm),
                                 .rate = tune::RecordsPerSecond(v.measured_rate),
                                 .saturated = v.saturated});
  }
  return by_query;
}

Runs Select(const Runs& runs, const Keep& keep) {
  Runs kept;
  for (const SustainedRun& run : runs) {
    if (keep(run)) kept.push_back(run);
  }
  return kept;
}

const char* Short(MemoryVerdict verdict) {
  if (verdict == MemoryVerdict::kMemoryBound) return "memory-bound";
  if (verdict == MemoryVerdict::kNotMemoryBound) return "not bound";
  return "cannot be told";
}

bool Told(MemoryVerdict v) { return v == MemoryVerdict::kMemoryBound || v == MemoryVerdict::kNotMemoryBound; }

absl::Status PrintRow(const std::string& query, const std::string& from, const Runs& runs,
                      const tune::MemoryGoal& goal = {}) {
  const absl::StatusOr<MemoryEffect> effect = tune::JudgeMemory(runs, goal);
  if (!effect.ok()) return effect.status();
  const tune::MemoryElasticity e = effect->elasticity.value_or(tune::MemoryElasticity());
  const std::string figures =
      effect->elasticity ? absl::StrFormat("%6.3f (%6.3f to %6.3f) | %+4.0f (%+4.0f to %+4.0f)", e.estimate, e.low,
                                           e.high, 100 * tune::GainPerDoubling(e.estimate),
                                           100 * tune::GainPerDoubling(e.low), 100 * tune::GainPerDoubling(e.high))
                         : absl::StrFormat("%25s | %19s", "-", "-");
  absl::PrintF("| %-3s | %-26s | %4d | %12d | %5d | %5d | %6d | %s | %-14s |\n", query, from, effect->runs,
               effect->parallelisms, effect->pairs, effect->unsaturated, effect->failed, figures,
               Short(effect->verdict));
  return absl::OkStatus();
}

absl::Status PrintQuery(const std::string& query, const Runs& all) {
  absl::Status status = PrintRow(query, "all", all);
  for (const char* series : {kSearch, kVerified, kLarge}) {
    status.Update(PrintRow(query, absl::StrCat(series, " alone"),
                           Select(all, [&](const SustainedRun& r) { return r.series == series; })));
  }
  Runs offered = all;
  for (SustainedRun& run : offered) run.saturated = true;
  status.Update(PrintRow(query, "all, lower bounds as rates", offered));
  for (const double gain : {0.05, 0.15, 0.20}) {
    status.Update(PrintRow(query, absl::StrFormat("all, goal %.0f %%", 100 * gain), all, {.gain_per_doubling = gain}));
  }
  for (const int64_t mib : {1024, 2048}) {
    status.Update(PrintRow(query, absl::StrCat("all, from ", mib, " MiB a slot"),
                           Select(all, [&](const SustainedRun& r) { return r.memory_per_slot.value() >= mib << 20; })));
  }
  return status;
}

// Verdicts with the runs of one key left out, for every key there is.
absl::Status PrintLeftOut(const std::string& what, const Runs& all, MemoryVerdict whole,
                          const std::function<std::string(size_t)>& key_of) {
  std::set<std::string> keys;
  for (size_t i = 0; i < all.size(); ++i) keys.insert(key_of(i));
  int same = 0, untold = 0, other = 0;
  for (const std::string& key : keys) {
    Runs kept;
    for (size_t i = 0; i < all.size(); ++i) {
      if (key_of(i) != key) kept.push_back(all[i]);
    }
    const absl::StatusOr<MemoryEffect> effect = tune::JudgeMemory(kept);
    if (!effect.ok()) return effect.status();
    if (effect->verdict == whole) {
      ++same;
    } else if (Told(effect->verdict)) {
      ++other;
    } else {
      ++untold;
    }
  }
  absl::PrintF("  one %-12s left out: %2d times the same verdict, %d cannot be told, %d the opposite\n", what, same,
               untold, other);
  return absl::OkStatus();
}

absl::Status PrintRobustness(const std::string& query, const Runs& all) {
  const absl::StatusOr<MemoryEffect> effect = tune::JudgeMemory(all);
  if (!effect.ok()) return effect.status();
  const auto published = kPublished.find(query);
  const char* met = published == kPublished.end()          ? "not published"
                    : published->second == effect->verdict ? "met"
                                                           : "MISSED";
  absl::PrintF("\n%s: %s\n  as published: %s\n", query, tune::DescribeMemory(*effect), met);
  const auto memory = [&](size_t i) { return absl::StrCat(all[i].memory_per_slot.value()); };
  absl::Status status = PrintLeftOut("run", all, effect->verdict, [](size_t i) { return absl::StrCat(i); });
  status.Update(PrintLeftOut("parallelism", all, effect->verdict,
                             [&](size_t i) { return absl::StrCat(all[i].series, all[i].parallelism); }));
  status.Update(PrintLeftOut("memory size", all, effect->verdict, memory));
  absl::PrintF("  steps, MiB a slot (parallelisms run with both):");
  for (const tune::MemoryStep& step : effect->steps) {
    absl::PrintF(" %d -> %d x%.2f (%d)", step.from.value() >> 20, step.to.value() >> 20, step.gain, step.parallelisms);
  }
  absl::PrintF("\n");
  return status;
}

}  // namespace

absl::Status PrintMemoryBound(const std::vector<Run>& runs, const std::vector<Verification>& verifications) {
  absl::PrintF("%s", kHeader);
  const std::map<std::string, Runs> by_query = ByQuery(runs, verifications);
  absl::Status status;
  for (const auto& [query, of_query] : by_query) status.Update(PrintQuery(query, of_query));
  for (const auto& [query, of_query] : by_query) status.Update(PrintRobustness(query, of_query));
  return status;
}

}  // namespace streambed
