// Does a series rise?
#pragma once

#include <span>

#include "libtune/estimate/line_fit.h"

namespace tune {

// Mann and Kendall's test: of all pairs in order of x, those whose y rose less those whose y fell, over the standard
// deviation that this has by chance (ties counted). Above 2.33 a rise as clear comes by chance once in a hundred times.
// More than 256 points are first summed up in 256 groups by x (medians). 0 for fewer than 4 points or equal y.
double MannKendall(std::span<const Point> points);

}  // namespace tune
