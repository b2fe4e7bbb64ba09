// Whether a job keeps up since some time, from its window.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "tune/window.h"

namespace tune {

struct LagView {
  // What waits in the sources' logs at the end, records. nullopt: not measured.
  std::optional<double> behind;
  // By how much more is produced than read, as a share of what is produced: of the source that is worst; <= 0: what
  // waits shrinks. nullopt: too few bins, or nothing is known of the log.
  std::optional<double> growth;
  // What waits grows clearly (Mann and Kendall), by kGrowth at least, and the source has no time left: all of it, or,
  // where Flink itself tells what waits, the one subtask that has least. Offsets that are committed with each
  // checkpoint rise and fall between them, whatever time one of the subtasks has.
  bool grows = false;
  // Of the sources' time, busy or held back from downstream, in [0, 1], over the later half of the bins: the worst
  // source's. nullopt: not measured.
  std::optional<double> held_back;
};

constexpr double kGrowth = 0.03;    // of what is produced
constexpr double kNoTime = 0.9;     // of a source's time: it cannot read more
constexpr int kLeastLagBins = 6;    // with data
constexpr double kClearRise = 2.6;  // of MannKendall(): by chance once in two hundred times

// Over the bins that begin at `from` or later.
LagView LookAtLag(const JobWindow& window, absl::Time from);

constexpr absl::Duration kPresent = absl::Minutes(15);
// As it is at the window's end: what waits over the last kPresent; held back in the bins of these that came after the
// job's last start and warm-up, whatever was restarted for. How it was before that says nothing of it.
LagView LookAtPresent(const JobWindow& window);

}  // namespace tune
