// What is to be done, and what the estimate behind it is worth.
#pragma once

namespace tune {

enum class Action {
  kHold,  // keep the value
  kRaise,
  kLower,
  kPerson,  // no resource helps: somebody has to look; the findings say at what
};

// What the estimate is worth.
enum class Verdict {
  kEstimated,    // demand and capacity are both known
  kLowerBound,   // demand is hidden: at least this much is needed
  kExcluded,     // a finding says why this vertex must not be sized by its load
  kThinData,     // too little was seen
  kNotMeasured,  // a metric that is needed is missing
};

// How sure an answer is. kLow: short or gappy data or an assumption; kHigh: hours of gapless data.
enum class Confidence { kLow, kMedium, kHigh };

}  // namespace tune
