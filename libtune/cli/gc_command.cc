#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/gc_report.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "libtune/history/shown.h"
#include "libtune/window/quantile.h"

namespace tune {
namespace {

constexpr double kMib = 1 << 20;
constexpr size_t kPictureWidth = 72, kPictureHeight = 12;

std::string MibText(double bytes) { return absl::StrFormat("%.4g MiB", bytes / kMib); }
std::string MibText(const std::optional<Bytes>& bytes) {
  return bytes ? MibText(static_cast<double>(bytes->value())) : "-";
}
std::string MsText(double seconds) { return absl::StrFormat("%.4g ms", seconds * 1e3); }
std::string PercentText(double fraction) { return absl::StrFormat("%.3g %%", fraction * 100); }

std::string ChangeText(const SpaceChange& space) {
  if (!space.before && !space.after) return "-";
  return absl::StrCat(MibText(space.before), " → ", MibText(space.after));
}

std::string DateText(int64_t ms) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMillis(ms), absl::UTCTimeZone());
}

std::string SpanText(const GcLogOutline& o) {
  std::vector<std::string> parts;
  if (o.first_ms) parts.push_back(absl::StrCat(DateText(*o.first_ms), " … ", DateText(*o.last_ms), " UTC"));
  if (o.first_uptime_s) {
    parts.push_back(absl::StrFormat("uptime %.3f … %.3f s", *o.first_uptime_s, *o.last_uptime_s));
  }
  if (o.restarts > 0) parts.push_back(absl::StrCat(o.restarts, o.restarts == 1 ? " restart" : " restarts"));
  return parts.empty() ? "no times in it" : absl::StrJoin(parts, "; ");
}

void PrintLog(const GcLogOutline& o) {
  std::printf("log: %s\n", Shown(absl::StrJoin(o.files, ", ")).c_str());
  std::printf("JVM: %s; collector: %s\n", o.jvm_version.empty() ? "not told" : Shown(o.jvm_version).c_str(),
              CollectorName(o.collector));
  std::vector<std::string> heap;
  if (o.min_heap) heap.push_back(absl::StrCat("at least ", MibText(o.min_heap)));
  if (o.initial_heap) heap.push_back(absl::StrCat("at first ", MibText(o.initial_heap)));
  if (o.max_heap) heap.push_back(absl::StrCat("at most ", MibText(o.max_heap)));
  if (o.region_size) heap.push_back(absl::StrCat("regions of ", MibText(o.region_size)));
  std::printf("heap: %s\n", heap.empty() ? "not told" : absl::StrJoin(heap, ", ").c_str());
  std::printf("time: %s\n", SpanText(o).c_str());
  if (o.allocation_stalls > 0) {
    std::printf("allocation stalls: %lld, %.4g s\n", static_cast<long long>(o.allocation_stalls), o.allocation_stall_s);
  }
}

void PrintGroups(const GcTotals& totals) {
  if (totals.groups.empty()) {
    std::printf("\nno collections\n");
    return;
  }
  Table table({"collections", "cause", ">count", ">paused", ">mean", ">p90", ">longest", ">of the time"});
  for (const auto& [key, group] : totals.groups) {
    const auto& [kind, name, cause] = key;
    const double mean = group.pause_s / static_cast<double>(group.count);
    const bool has_time = totals.all.covered_s > 0;
    table.AddRow({Shown(name.empty() ? KindName(kind) : name), Shown(cause), absl::StrCat(group.count),
                  absl::StrFormat("%.4g s", group.pause_s), MsText(mean),
                  MsText(group.pauses.Quantile(0.9).value_or(0)), MsText(group.longest_pause_s),
                  has_time ? PercentText(group.pause_s / totals.all.covered_s) : "-"});
  }
  std::printf("\n%s", table.Render().c_str());
}

std::string WhenText(const Collection& c) {
  const std::string jvm = c.jvm > 0 ? absl::StrFormat("JVM %d, ", c.jvm + 1) : "";
  if (c.time_ms) return absl::StrCat(jvm, DateText(*c.time_ms));
  if (c.uptime_s) return absl::StrFormat("%s%.3f s", jvm, *c.uptime_s);
  return jvm.empty() ? "-" : jvm;
}

void PrintFull(const GcReport& report) {
  if (report.full.empty()) return;
  const size_t all = static_cast<size_t>(report.outline.full_collections);
  if (report.full.size() < all) {
    std::printf("\nthe last %zu of %zu full collections (--all shows all)\n", report.full.size(), all);
  } else {
    std::printf("\nfull collections\n");
  }
  Table table({"ended", "cause", ">pause", ">heap", ">old generation", "failure"});
  for (const Collection& c : report.full) {
    table.AddRow(
        {WhenText(c), Shown(c.cause), MsText(c.pause_s), ChangeText(c.heap), ChangeText(c.old), Shown(c.failure)});
  }
  std::printf("%s", table.Render().c_str());
}

std::string RateText(const std::optional<double>& rate) {
  return rate ? absl::StrCat(MibText(*rate), "/s") : "not told by the log";
}

void PrintOldAfterFull(const GcReport& report) {
  std::vector<double> sizes = report.old_after_full;
  if (sizes.empty()) {
    std::printf("old generation after full collections: none that the program itself brought about after start-up\n");
    return;
  }
  std::printf(
      "old generation after full collections: %s … %s, median %s (%zu of them, without start-up and requests)\n",
      MibText(*Quantile(sizes, 0)).c_str(), MibText(*Quantile(sizes, 1)).c_str(),
      MibText(*Quantile(sizes, 0.5)).c_str(), sizes.size());
}

// Figures that are measured. What follows from them for the size of the heap is not this function's.
void PrintMeasured(const GcReport& report) {
  const GcSpan& all = report.totals.all;
  const GcSpan& steady = report.totals.steady;
  const auto share = [](const GcSpan& span) {
    const std::optional<double> fraction = span.pause_fraction();
    return fraction ? absl::StrFormat("%s of %.4g s", PercentText(*fraction), span.covered_s)
                    : std::string("not known: no time is covered");
  };
  std::printf("\npaused: %s", share(all).c_str());
  if (steady.covered_s > 0) {
    std::printf("; after %.4g s of start-up: %s\n", report.warm_up_s, share(steady).c_str());
    std::printf("allocated after start-up: %s; promoted: %s\n", RateText(steady.allocation_rate()).c_str(),
                RateText(steady.promotion_rate()).c_str());
  } else {
    std::printf("; nothing after %.4g s of start-up (--warm-up)\n", report.warm_up_s);
    std::printf("allocated, start-up included: %s; promoted: %s\n", RateText(all.allocation_rate()).c_str(),
                RateText(all.promotion_rate()).c_str());
  }
  std::printf("full collections: %lld, and %lld at start-up, %lld on request\n", static_cast<long long>(all.full),
              static_cast<long long>(all.full_start_up), static_cast<long long>(all.full_on_request));
  PrintOldAfterFull(report);
}

const char* RungText(LiveRung rung) {
  switch (rung) {
    case LiveRung::kFullCollection:
      return "after full collections";
    case LiveRung::kMarking:
      return "by what concurrent marking found";
    case LiveRung::kCollection:
      return "an upper bound: after other collections";
    case LiveRung::kOldGen:
      return "an upper bound: old generation in use";
    case LiveRung::kHeap:
      return "an upper bound: heap in use";
  }
  return "";
}

const char* RuleText(HeapRule rule) {
  switch (rule) {
    case HeapRule::kLiveShare:
      return "the share of the heap that live data may fill";
    case HeapRule::kOverhead:
      return "what collections may cost";
    case HeapRule::kBurst:
      return "room for allocation";
    case HeapRule::kThrashing:
      return "collections that take a fifth of the time and more: a step up";
    case HeapRule::kClassic:
      return "so many live sets";
    case HeapRule::kExhausted:
      return "twice the heap, as the live set fills it";
  }
  return "";
}

void PrintHeap(const HeapFacts& facts, const HeapEstimate& heap) {
  const double now = facts.heap.value_or(0);
  std::printf("heap: -Xmx %s is enough, by %s", MibText(heap.bytes).c_str(), RuleText(heap.rule));
  if (now > 0) std::printf("; now %s: %s", MibText(now).c_str(), now < heap.bytes ? "too small" : "large enough");
  std::printf("\n  live share %s", MibText(heap.by_live_share).c_str());
  if (heap.by_overhead) std::printf(", cost %s", MibText(*heap.by_overhead).c_str());
  if (heap.by_burst) std::printf(", allocation %s", MibText(*heap.by_burst).c_str());
  std::printf("; the classic rule, 3 to 4 times the live set: %s … %s\n", MibText(heap.classic_low).c_str(),
              MibText(heap.classic_high).c_str());
}

void PrintSizing(const GcSizing& sizing) {
  if (!sizing.live) {
    std::printf("live set: not known: no collection after start-up tells of it (--warm-up 0 counts that too)\n");
    return;
  }
  const LiveSet& live = *sizing.live;
  std::printf("live set: %s, %s", MibText(live.bytes).c_str(), RungText(live.rung));
  if (live.low < live.bytes) std::printf(" (at least %s)", MibText(live.low).c_str());
  std::printf("\n");
  if (live.trend.rising) {
    std::printf("heap: needs a person: the live set rose by %s and %s (Mann-Kendall z %.1f); more heap puts it off\n",
                MibText(live.trend.rise).c_str(), live.exhausted ? "fills the heap" : "goes on", live.trend.z);
  }
  if (sizing.heap) PrintHeap(sizing.facts, *sizing.heap);
}

void PrintReport(const GcReport& report) {
  PrintLog(report.outline);
  PrintGroups(report.totals);
  PrintFull(report);
  PrintMeasured(report);
  PrintSizing(report.sizing);
  const std::string picture = report.picture.Draw(kPictureWidth, kPictureHeight);
  if (!picture.empty()) std::printf("\n%s", picture.c_str());
  if (report.outline.cut_off) PrintWarning("the log ends inside a collection or is cut off");
  for (const std::string& warning : report.outline.warnings) PrintWarning(warning);
}

}  // namespace

int RunGc(const Arguments& a) {
  const absl::StatusOr<GcReport> report = MakeGcReport(a);
  if (!report.ok()) return Fail(report.status());
  if (a.format == OutputFormat::kJson) {
    std::fputs(GcReportJson(*report).c_str(), stdout);
  } else {
    PrintReport(*report);
  }
  return kExitOk;
}

}  // namespace tune
