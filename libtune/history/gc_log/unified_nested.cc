#include <algorithm>
#include <utility>

#include "libtune/history/gc_log/unified.h"

namespace tune {

// CMS may collect the young generation inside its remark (CMSScavengeBeforeRemark), whose time is that of both.
double UnifiedParser::WithoutYoungInRemark(CollectionKind kind, const std::string& cause, double seconds) {
  if (kind == CollectionKind::kYoung && cause == "CMS Final Remark") young_in_remark_s_ += seconds;
  if (kind != CollectionKind::kRemark) return seconds;
  return std::max(0.0, seconds - std::exchange(young_in_remark_s_, 0));
}

// Serial (up to JDK 14) and CMS begin a full collection inside a young one that fails: its number is the next one, and
// its end comes first. The young one's figures are then those of both. They are taken apart here.
void UnifiedParser::EndPause(int64_t number, OpenCollection open) {
  Collection& outer = open.collection;
  const bool encloses = !ended_.empty() && ended_.back().collection.kind == CollectionKind::kFull &&
                        ended_.back().collection.number == number + 1 && outer.kind == CollectionKind::kYoung;
  if (!encloses) {
    EmitEnded();
    ended_.push_back(std::move(open));
    return;
  }
  Collection& full = ended_.back().collection;
  full.young.after = outer.young.after;
  full.young.capacity = outer.young.capacity;
  full.old.after = outer.old.after;
  full.old.capacity = outer.old.capacity;
  full.metaspace = outer.metaspace;
  if (outer.heap.before == full.heap.before) {  // it failed before it moved anything
    full.young.before = outer.young.before;
    full.old.before = outer.old.before;
  }
  outer.heap.after = full.heap.before;
  outer.young.after = outer.old.after = std::nullopt;
  outer.pause_s = outer.longest_pause_s = std::max(0.0, outer.pause_s - full.pause_s);
  if (outer.uptime_s) *outer.uptime_s = std::max(0.0, *outer.uptime_s - full.pause_s);
  if (outer.time_ms) *outer.time_ms -= static_cast<int64_t>(full.pause_s * 1e3);
  ended_.insert(ended_.end() - 1, std::move(open));
}

}  // namespace tune
