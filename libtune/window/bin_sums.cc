#include "libtune/window/bin_sums.h"

#include <algorithm>

#include "Eigen/Core"
#include "libtune/internal/amount.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

// Bins lie in memory as their fields one after another. Two bins make a row of whole SIMD registers, and every field
// has sums of its own, so that no addition waits for the one before.
constexpr Eigen::Index kFields = sizeof(Bin) / sizeof(double);
static_assert(sizeof(Bin) == kFields * sizeof(double));
using Fields = Eigen::Array<double, kFields, 1>;
using Pair = Eigen::Array<double, 2 * kFields, 1>;

Eigen::Map<const Pair> PairAt(std::span<const Bin> bins, size_t i) {
  return Eigen::Map<const Pair>(&bins[i].covered_s);
}

Eigen::Map<const Fields> FieldsAt(std::span<const Bin> bins, size_t i) {
  return Eigen::Map<const Fields>(&bins[i].covered_s);
}

// The fields' sums, or their least values: NaN and infinity spread through sums, comparisons may lose them.
template <typename Join>
Fields Fold(std::span<const Bin> bins, Join join) {
  Pair pair = Pair::Zero();
  size_t i = 0;
  for (; i + 1 < bins.size(); i += 2) pair = join(pair, PairAt(bins, i));
  Fields folded = join(pair.head<kFields>(), pair.tail<kFields>());
  if (i < bins.size()) folded = join(folded, FieldsAt(bins, i));
  return folded;
}

}  // namespace

double VertexSums::BackPressuredFraction() const {
  return IsSome(task_s) ? std::clamp(backpressured_s / task_s, 0.0, 1.0) : 0;
}

VertexSums SumBins(std::span<const Bin> bins) {
  const Fields sum = Fold(bins, [](const auto& a, const auto& b) { return (a + b).eval(); });
  return {sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6]};
}

bool AllBinsWithin(std::span<const Bin> bins, double longest_s, double least_busy_s) {
  const Fields sum = Fold(bins, [](const auto& a, const auto& b) { return (a + b).eval(); });
  const Fields low = Fold(bins, [](const auto& a, const auto& b) { return a.min(b).eval(); });
  double covered_s = 0, warm_s = 0;
  for (const Bin& bin : bins) {
    covered_s = std::max(covered_s, bin.covered_s);
    warm_s = std::max(warm_s, bin.warm_s);
  }
  Fields least;
  least << 0, 0, 0, 0, least_busy_s, 0, 0;
  return sum.abs().maxCoeff<Eigen::PropagateNaN>() <= kLargestAmount && (low >= least).all() &&
         std::max(covered_s, warm_s) <= longest_s;
}

}  // namespace tune
