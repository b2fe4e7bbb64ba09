#include "libtune/cli/gc_report.h"

#include <algorithm>
#include <utility>

#include "libtune/cli/terminal.h"
#include "libtune/gc/jvm_clock.h"

namespace tune {
namespace {

constexpr size_t kMostOldSizes = size_t{1} << 20;

}  // namespace

const char* CollectorName(Collector collector) {
  switch (collector) {
    case Collector::kUnknown:
      return "unknown";
    case Collector::kSerial:
      return "Serial";
    case Collector::kParallel:
      return "Parallel";
    case Collector::kCms:
      return "CMS";
    case Collector::kG1:
      return "G1";
    case Collector::kShenandoah:
      return "Shenandoah";
    case Collector::kZ:
      return "ZGC";
    case Collector::kEpsilon:
      return "Epsilon";
  }
  return "unknown";
}

const char* KindName(CollectionKind kind) {
  switch (kind) {
    case CollectionKind::kYoung:
      return "young";
    case CollectionKind::kMixed:
      return "mixed";
    case CollectionKind::kFull:
      return "full";
    case CollectionKind::kRemark:
      return "remark";
    case CollectionKind::kCleanup:
      return "cleanup";
    case CollectionKind::kConcurrent:
      return "concurrent";
    case CollectionKind::kOther:
      return "other";
  }
  return "other";
}

std::optional<Bytes> OldAfterFull(const Collection& full) {
  if (full.old.after) return full.old.after;
  return full.collector == Collector::kG1 ? full.heap.after : std::nullopt;
}

absl::StatusOr<GcReport> MakeGcReport(const Arguments& a) {
  GcReport report;
  report.warm_up_s = a.warm_up_s;
  GcTotalsBuilder totals(a.warm_up_s);
  GcSizer sizer(a.warm_up_s);
  JvmClock clock;
  const auto take = [&](const Collection& c) {
    totals.Add(c);
    report.picture.Add(c);
    sizer.Add(c);
    const double since_start_s = clock.SinceStart(c).value_or(0);
    if (c.kind != CollectionKind::kFull) return;
    report.full.push_back(c);
    if (!a.all && report.full.size() > static_cast<size_t>(a.last)) report.full.pop_front();
    const std::optional<Bytes> old = OldAfterFull(c);
    const bool counts = ReasonOf(c, since_start_s, a.warm_up_s) == FullReason::kOrganic;
    if (old && counts && report.old_after_full.size() < kMostOldSizes) {
      report.old_after_full.push_back(static_cast<double>(old->value()));
    }
  };
  absl::StatusOr<GcLogOutline> outline = ReadGcLog(a.histories, take, TerminalProgress("reading"));
  EndProgress();
  if (!outline.ok()) return outline.status();
  totals.BeginAt(outline->first_uptime_s, outline->first_ms);
  totals.EndAt(outline->last_uptime_s, outline->last_ms);
  report.outline = *std::move(outline);
  report.totals = totals.totals();
  report.sizing = sizer.Size(report.totals, report.outline.max_heap, {});
  return report;
}

}  // namespace tune
