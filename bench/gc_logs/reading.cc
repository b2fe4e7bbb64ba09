#include "bench/gc_logs/reading.h"

#include <algorithm>

#include "libtune/cli/gc_report.h"
#include "libtune/gc/gc_sizing.h"
#include "libtune/gc/gc_totals.h"
#include "libtune/history/gc_log/gc_log.h"
#include "libtune/window/collection.h"

namespace tune::bench {
namespace {

constexpr double kMib = 1 << 20;
constexpr double kWarmUpSeconds = 60;  // of whole logs, for the trend; as `tune gc`

// What the JVM's own counters beside the young collections' count.
bool IsOther(const Collection& c) {
  switch (c.collector) {
    case Collector::kG1:
      return c.kind == CollectionKind::kRemark || c.kind == CollectionKind::kCleanup;
    case Collector::kCms:
      return c.kind == CollectionKind::kFull || c.kind == CollectionKind::kRemark;
    case Collector::kZ:
      return c.kind == CollectionKind::kConcurrent;
    default:
      return c.collector == Collector::kShenandoah;
  }
}

class Reader {
 public:
  explicit Reader(const Truth& truth) : truth_(truth), sizer_(truth.span_ms ? 0 : kWarmUpSeconds) {}

  void Take(const Collection& c) {
    if (WasAskedFor(c) && c.kind == CollectionKind::kFull) {
      SetIfTold(OldAfterFull(c), Figure::kOld);
      SetIfTold(c.heap.after, Figure::kHeap);
    }
    if (truth_.span_ms && (!c.time_ms || *c.time_ms < truth_.span_ms->first || *c.time_ms > truth_.span_ms->second)) {
      return;
    }
    totals_.Add(c);
    sizer_.Add(c);
    young_ += IsYoung(c) ? 1 : 0;
    full_ += c.kind == CollectionKind::kFull ? 1 : 0;
    other_ += IsOther(c) ? 1 : 0;
    if (c.kind == CollectionKind::kFull && NeededRoom(c)) TakeNeeded(c);
  }

  Reading Finish(const GcLogOutline& outline) {
    const GcSpan& all = totals_.totals().all;
    auto& figures = reading_.figures;
    figures[Figure::kYoung] = young_;
    figures[Figure::kFull] = full_;
    figures[Figure::kNeeded] = static_cast<double>(all.full);
    figures[Figure::kOther] = other_;
    figures[Figure::kFullPause] = all.full_pause_s;
    figures[Figure::kPause] = all.pause_s;
    if (truth_.span_ms) {
      const double span_s = static_cast<double>(truth_.span_ms->second - truth_.span_ms->first) / 1e3;
      figures[Figure::kOfTheTime] = 100 * all.pause_s / span_s;
      figures[Figure::kAllocated] = all.allocated_bytes / kMib / span_s;
    }
    const GcSizing sizing = sizer_.Size(totals_.totals(), outline.max_heap, {});
    if (sizing.live) figures[Figure::kLeak] = sizing.live->trend.rising ? 1 : 0;
    const size_t count = truth_.last_needed > 0 ? std::min(truth_.last_needed, old_.size()) : old_.size();
    if (count > 0) {
      const auto [least, most] = std::minmax_element(old_.end() - static_cast<std::ptrdiff_t>(count), old_.end());
      figures[Figure::kLeastOld] = *least;
      figures[Figure::kMostOld] = *most;
    }
    reading_.causes.assign(causes_.begin(), causes_.end());
    return std::move(reading_);
  }

 private:
  void SetIfTold(const std::optional<Bytes>& bytes, Figure figure) {
    if (bytes) reading_.figures[figure] = ValueOf(bytes) / kMib;
  }

  void TakeNeeded(const Collection& c) {
    causes_.insert(c.cause);
    if (const auto old = OldAfterFull(c); old) old_.push_back(ValueOf(old) / kMib);
  }

  const Truth& truth_;
  GcTotalsBuilder totals_{0};
  GcSizer sizer_;
  int young_ = 0, full_ = 0, other_ = 0;
  std::set<std::string> causes_;
  std::vector<double> old_;  // MiB, after full collections that were needed
  Reading reading_;
};

}  // namespace

absl::StatusOr<Reading> ReadLog(const Truth& truth) {
  Reader reader(truth);
  const auto outline = ReadGcLog({truth.path}, [&reader](const Collection& c) { reader.Take(c); }, nullptr);
  if (!outline.ok()) return outline.status();
  return reader.Finish(*outline);
}

}  // namespace tune::bench
