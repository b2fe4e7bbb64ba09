// The live set of one TaskManager as a function of the layout.
//
//   live(s, x) = fixed + per_slot * s + state * x,   all three >= 0
//
// s = slots in use on the TaskManager, x = its share of the keyed state: s / S when S slots are in use in all. Halving
// the parallelism doubles x at the same s.
//
// What was seen rarely tells the three apart. So not one set of terms is fitted, but all that agree with what was seen
// are kept (a polytope, by its corners), and a layout's live set is known as an interval: its upper end is the least
// that no agreeing terms exceed. With one layout (s0, x0) seen that is: all but Flink's own part grows with the larger
// of s / s0 and x / x0, and nothing shrinks. With several, what they prove of each part. Source: libtune/DESIGN.md,
// "Layout".
#pragma once

#include <span>
#include <vector>

#include "absl/status/statusor.h"

namespace tune {

// Largest live set of a TaskManager with this many slots in use, over the time that the layout held.
struct LiveObservation {
  double bytes = 0;      // > 0
  double low = 0;        // at least so much is alive, in [0, bytes]; 0 where only an upper bound is known
  double slots = 1;      // in use on the TaskManager; >= 1
  double all_slots = 1;  // in use in all; >= slots
  double weight_s = 0;   // seconds that it held: with more than kMostLayouts, those with the largest count. >= 0
};
constexpr int kMostLayouts = 8;

struct LiveTerms {
  double fixed = 0, per_slot = 0, state = 0;  // bytes, >= 0

  double At(double slots, double share) const { return fixed + per_slot * slots + state * share; }
};

struct LiveModel {
  std::vector<LiveTerms> corners;  // of all terms that agree; never empty
  // Readings contradict one another a little, as state grows and readings err: this share of every lower bound was
  // given up for terms to exist, and the upper end was then lifted to cover every reading at its own layout.
  double tolerance = 0;                   // in [0, 1]
  double lift = 1;                        // >= 1
  double flink_bytes = 0;                 // the smallest `fixed` that was considered
  std::vector<LiveObservation> observed;  // one for each layout, as used
};

struct LiveInterval {
  double low = 0, high = 0;  // bytes; `high` is what to size for
  bool known_at = false;     // this very layout was seen
};

// `flink_bytes`: what is alive in a TaskManager without a job; it stays when all else grows. A TaskManager of an idle
// job holds 15 MB. kInvalidArgument names the observation: `live[2].slots = 0; allowed: …`; at least one is needed.
constexpr double kFlinkLiveBytes = 10.0 * (1 << 20);
absl::StatusOr<LiveModel> FitLive(std::span<const LiveObservation> observations, double flink_bytes = kFlinkLiveBytes);

// Of `slots` > 0 in use that hold `share` of the state, in [0, 1]. Never less for more of either.
LiveInterval LiveAt(const LiveModel& model, double slots, double share);

}  // namespace tune
