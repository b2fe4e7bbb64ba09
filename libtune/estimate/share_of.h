// The busiest subtask's share of a vertex's traffic, at any parallelism: it is asked for each one that is tried.
#pragma once

#include <algorithm>
#include <cmath>

namespace tune {

enum class ShareKind { kEven, kMeasured, kHotKey, kBroadcast };

// The largest part when `units` (key groups, partitions; 0: single records) are dealt out whole.
inline double LargestWholePart(int units, int subtasks) {
  if (units <= 0) return 1.0 / subtasks;
  const int largest = (units - 1) / subtasks + 1;  // rounded up
  return static_cast<double>(largest) / units;
}

// estimate/share.h fills it.
struct ShareOf {
  ShareKind kind = ShareKind::kEven;
  int units = 0;      // what is dealt out whole: key groups or partitions; 0: single records
  double hot = 0;     // kHotKey: share of the hot key
  double excess = 0;  // kMeasured: max/mean - 1 at `measured_at`
  int measured_at = 1;

  double At(int subtasks) const {
    const double whole = LargestWholePart(units, subtasks);
    switch (kind) {
      case ShareKind::kBroadcast:
        return 1;
      case ShareKind::kHotKey:
        return hot + (1 - hot) * whole;
      case ShareKind::kMeasured: {
        // Keys that fall unevenly by chance: the busiest subtask's excess grows with the square root of the split.
        const double grown = measured_at > 1 ? std::sqrt((subtasks - 1.0) / (measured_at - 1.0)) : 1;
        return std::min(1.0, std::max(whole, (1 + std::max(0.0, excess) * grown) / subtasks));
      }
      case ShareKind::kEven:
        break;
    }
    return whole;
  }
};

}  // namespace tune
