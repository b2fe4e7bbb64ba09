#include "libtune/history/gc_log/collection_queue.h"

namespace tune {

void CollectionQueue::Restart() {
  ++outline_.restarts;
  last_uptime_s_.reset();
}

void CollectionQueue::See(const Stamp& stamp) {
  if (stamp.uptime_s) {
    last_uptime_s_ = stamp.uptime_s;
    if (!outline_.first_uptime_s) outline_.first_uptime_s = stamp.uptime_s;
    outline_.last_uptime_s = stamp.uptime_s;
  }
  if (stamp.time_ms) {
    if (!outline_.first_ms) outline_.first_ms = stamp.time_ms;
    outline_.last_ms = stamp.time_ms;
  }
}

void CollectionQueue::Emit(Collection& collection) {
  ++outline_.collections;
  if (collection.kind == CollectionKind::kFull) ++outline_.full_collections;
  collection.jvm = outline_.restarts;
  collection.collector = outline_.collector;
  if (sink_) sink_(collection);
}

std::string CutText(std::string_view text) {
  constexpr size_t kMost = size_t{4} << 10;
  return std::string(text.substr(0, kMost));
}

}  // namespace tune
