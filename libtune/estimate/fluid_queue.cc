#include "libtune/estimate/fluid_queue.h"

#include <algorithm>
#include <limits>

namespace tune {

QueueReplay ReplayQueue(std::span<const RateSpan> series, double bin_s, double capacity) {
  QueueReplay replay;
  double backlog = 0;
  for (size_t i = 0; i < series.size(); ++i) {
    if (!(series[i].seconds > 0)) continue;
    backlog = std::max(0.0, backlog + (series[i].rate - capacity) * bin_s);
    const double delay = backlog <= 0 ? 0 : capacity > 0 ? backlog / capacity : std::numeric_limits<double>::infinity();
    if (delay <= replay.longest_delay_s) continue;
    replay.longest_delay_s = delay;
    replay.worst_s = static_cast<double>(i + 1) * bin_s;
  }
  replay.end_backlog = backlog;
  return replay;
}

}  // namespace tune
