#include "libtune/gc/gc_totals.h"

#include <algorithm>

namespace tune {
namespace {

std::optional<double> Rate(double bytes, double seconds) {
  if (seconds <= 0) return std::nullopt;
  return bytes / seconds;
}

}  // namespace

FullReason ReasonOf(const Collection& full, double since_start_s, double warm_up_s) {
  if (WasAskedFor(full)) return FullReason::kOnRequest;
  if (!NeededRoom(full) || since_start_s < warm_up_s) return FullReason::kStartUp;
  return FullReason::kOrganic;
}

std::optional<double> GcSpan::pause_fraction() const {
  if (covered_s <= 0) return std::nullopt;
  return std::min(1.0, pause_s / covered_s);
}

std::optional<double> GcSpan::allocation_rate() const { return Rate(allocated_bytes, allocated_over_s); }
std::optional<double> GcSpan::promotion_rate() const { return Rate(promoted_bytes, promoted_over_s); }

void GcTotalsBuilder::StartJvm() {
  covered_to_.reset();
  allocation_ = {};
  promoted_to_.reset();
}

// A JVM's time begins with its first collection, or with the end of the warm-up if that is later.
void GcTotalsBuilder::Cover(double now_s) {
  const double from = covered_to_.value_or(now_s);
  totals_.all.covered_s += std::max(0.0, now_s - from);
  totals_.steady.covered_s += std::max(0.0, now_s - std::max(from, warm_up_s_));
  covered_to_ = std::max(from, now_s);
}

void GcTotalsBuilder::BeginAt(std::optional<double> uptime_s, std::optional<int64_t> time_ms) {
  if (!first_) return;
  double gap = 0;  // between the begin of the log and that of its first collection
  if (uptime_s && first_->uptime_s) {
    gap = *first_->uptime_s - *uptime_s;
  } else if (time_ms && first_->time_ms) {
    gap = static_cast<double>(*first_->time_ms - *time_ms) / 1e3;
  }
  gap -= first_->pause_s;
  if (gap <= 0) return;
  totals_.all.covered_s += gap;
  if (!first_->uptime_s) return;  // by dates alone, the start-up is counted from the first collection on
  const double first_began_s = *first_->uptime_s - first_->pause_s;
  totals_.steady.covered_s += std::max(0.0, first_began_s - std::max(first_began_s - gap, warm_up_s_));
}

void GcTotalsBuilder::EndAt(std::optional<double> uptime_s, std::optional<int64_t> time_ms) {
  if (!covered_to_) return;
  if (const std::optional<double> end = clock_.SinceStart(uptime_s, time_ms); end) Cover(*end);
}

void GcTotalsBuilder::Add(const Collection& c) {
  if (clock_.IsNewJvm(c)) StartJvm();
  AddGroup(c);
  if (c.young.capacity) totals_.young_capacity = c.young.capacity;
  if (c.old.capacity) totals_.old_capacity = c.old.capacity;
  if (c.heap.capacity) totals_.heap_capacity = c.heap.capacity;
  const std::optional<double> told = clock_.SinceStart(c);
  const double since_start_s = told.value_or(0);
  if (told && !first_) first_ = c;
  if (told && !covered_to_) covered_to_ = std::max(0.0, *told - c.pause_s);
  if (told) Cover(*told);
  const FullReason reason = ReasonOf(c, since_start_s, told ? warm_up_s_ : 0);
  const std::optional<Allocation> allocation = allocation_.Take(c, since_start_s);
  AddTo(totals_.all, c, reason, since_start_s, allocation);
  if (told && since_start_s >= warm_up_s_) AddTo(totals_.steady, c, reason, since_start_s, allocation);
  if (PromotedBy(c)) promoted_to_ = since_start_s;
}

void GcTotalsBuilder::AddTo(GcSpan& span, const Collection& c, FullReason reason, double since_start_s,
                            const std::optional<Allocation>& allocation) {
  ++span.collections;
  span.pause_s += c.pause_s;
  span.concurrent_s += c.concurrent_s;
  span.cpu_s += c.cpu_s;
  if (WasAskedFor(c)) span.request_pause_s += c.pause_s;
  if (c.kind == CollectionKind::kFull) {
    if (reason == FullReason::kOrganic) span.full_pause_s += c.pause_s;
    ++(reason == FullReason::kOrganic   ? span.full
       : reason == FullReason::kStartUp ? span.full_start_up
                                        : span.full_on_request);
  }
  if (allocation) {
    span.allocated_bytes += allocation->bytes;
    span.allocated_over_s += allocation->over_s;
  }
  const std::optional<double> promoted = PromotedBy(c);
  if (promoted && promoted_to_) {
    span.promoted_bytes += *promoted;
    span.promoted_over_s += std::max(0.0, since_start_s - *promoted_to_);
  }
}

void GcTotalsBuilder::AddGroup(const Collection& c) {
  GcTotals::Key key{c.kind, c.name, c.cause};
  if (totals_.groups.size() >= GcTotals::kMostGroups && !totals_.groups.contains(key)) key = {c.kind, "", ""};
  GcGroup& group = totals_.groups[key];
  ++group.count;
  group.pause_s += c.pause_s;
  group.longest_pause_s = std::max(group.longest_pause_s, c.longest_pause_s);
  group.concurrent_s += c.concurrent_s;
  group.pauses.Add(c.pause_s);
}

}  // namespace tune
