// What speaks against a change, by what was done to the job before.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/rollout/refusals.h"
#include "tune/v1/changes.pb.h"

namespace tune {

struct HistoryLimits {
  // Values that were rolled back, or that a person took back, are not tried again for so long.
  absl::Duration keep_failed = absl::Hours(24);
  absl::Duration keep_put_backs = absl::Hours(168);  // who puts values back is not forgotten for so long
  int most_put_backs = 2;                            // then somebody else wants it otherwise; >= 1
  int restarts_a_day = 4;                            // of one job, by libtune; urgent ones may be twice as many; >= 1
};

// How often somebody put back values that `wanted` would write again, and who did last; "": not known.
struct PutBacks {
  int count = 0;
  std::string by;
};
// `past`: the job's changes, the latest first. `wanted`: its fields with the values that are there now.
PutBacks PutBacksOf(const std::vector<v1::Change>& past, const v1::Change& wanted, const HistoryLimits& limits,
                    absl::Time now);

// Of kOpen, kFailedBefore, kFlapping and kBudget, each that holds.
std::vector<Refusal> RefusalsByHistory(const std::vector<v1::Change>& past, const v1::Change& wanted,
                                       const HistoryLimits& limits, absl::Time now);

// Values that differ by rounding alone: texts, numbers and amounts of memory, these within a twentieth.
bool IsAsGood(const std::string& json, const std::string& other_json);

}  // namespace tune
