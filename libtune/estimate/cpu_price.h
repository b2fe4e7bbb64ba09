// The request that is cheapest when idle cores and minutes over the request both cost.
//
// A request r leaves the share idle(r) = E[max(0, r - use)] / r of itself unused and is exceeded in the share over(r) =
// P(use > r) of the minutes. One percentile for every service treats a service whose last percent costs a tenth more
// like one whose last percent costs ten times more. With a price, r minimises idle(r) + price * over(r): every
// service is carried to the same exchange rate between the two, which is what makes the sum over all services least.
// Source: libtune/DESIGN.md, "CPU".
#pragma once

#include "libtune/estimate/cpu_use.h"

namespace tune {

// The days ahead are like the days seen, up to a common factor: ln(factor) is normal around 0 with this standard
// deviation, level_sd * sqrt(2 / days), days at least 1/3. `level_sd` is how much ln of a service's level changes from
// one day to another; 2 / days is what a mixture of that many days lacks of the spread of a new one: 1 + 1 / days for a
// new one, less 1 - 1 / days in the mixture.
double LevelSpread(double covered_s, double level_sd);

struct PricedRequest {
  double cores = 0;
  double idle_fraction = 0;  // expected, of the request
  double over_fraction = 0;  // expected, of the minutes
};

// The cheapest request in [low, high], the smaller of two that are equal. `use` is not empty and its largest value is
// > 0; 0 < low <= high, high may be infinite; spread >= 0; price > 0.
PricedRequest CheapestRequest(const CpuUse& use, double spread, double price, double low, double high);

}  // namespace tune
