// The normal law behind the intervals.
#pragma once

namespace tune {

// z such that a standard normal value lies in [-z, z] with probability `confidence`; 1.645 for 0.9. NaN unless
// confidence is in (0, 1).
double TwoSidedNormalQuantile(double confidence);

}  // namespace tune
