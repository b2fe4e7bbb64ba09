// A quantile of one long, steady stream in constant memory: extended P² of Boost.Accumulators.
//
// Fit for a monitor that watches one stream for ever and may keep nothing of it. Not fit for
// - windows and what-if: the values are in memory, and exact selection (quantile.h) is cheaper than P² and exact;
// - streams whose level shifts: after a jump to the fourfold at 92 % of a stream its p90 was off by 40 %;
// - values in clusters: with 9.5 % of them far above the rest its p90 was off sixfold;
// - heavy tails and short streams: thousands of values are needed, and it answers nothing below kFewest;
// - anything that is merged: P² cannot be. sketch.h can, and keeps its error in all of these cases.
#pragma once

#include <array>
#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/extended_p_square.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>  // Boost 1.81's header lacks it
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace tune {

class SteadyStreamQuantile {
 public:
  static constexpr int64_t kFewest = 1000;

  // kInvalidArgument: q is not in (0, 1).
  static absl::StatusOr<SteadyStreamQuantile> Create(double q) {
    if (q > 0 && q < 1) return SteadyStreamQuantile(q);
    return absl::InvalidArgumentError(absl::StrCat("q = ", q, "; allowed: (0, 1)"));
  }

  // False, and counted as rejected: NaN or infinite.
  bool Add(double value) {
    if (!std::isfinite(value)) {
      ++rejected_;
      return false;
    }
    ++count_;
    markers_(value);
    return true;
  }

  // nullopt: fewer than kFewest values so far.
  std::optional<double> Get() const {
    if (count_ < kFewest) return std::nullopt;
    return boost::accumulators::extended_p_square(markers_)[kMiddle];
  }

  int64_t count() const { return count_; }
  int64_t rejected() const { return rejected_; }

 private:
  static constexpr int kMiddle = 3;

  // Markers on both sides hold the middle one in place.
  explicit SteadyStreamQuantile(double q)
      : markers_(boost::accumulators::extended_p_square_probabilities = std::array<double, 7>{
                     q / 4, q / 2, q * 3 / 4, q, 1 - (1 - q) * 3 / 4, 1 - (1 - q) / 2, 1 - (1 - q) / 4}) {}

  using Markers =
      boost::accumulators::accumulator_set<double,
                                           boost::accumulators::stats<boost::accumulators::tag::extended_p_square>>;
  Markers markers_;
  int64_t count_ = 0;
  int64_t rejected_ = 0;
};

}  // namespace tune
