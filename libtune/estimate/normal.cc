#include "libtune/estimate/normal.h"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>

namespace tune {

double TwoSidedNormalQuantile(double confidence) {
  if (!(confidence > 0 && confidence < 1)) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt(2.0) * boost::math::erf_inv(confidence);
}

}  // namespace tune
