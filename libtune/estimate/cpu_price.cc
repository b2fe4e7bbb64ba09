#include "libtune/estimate/cpu_price.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tune {
namespace {

constexpr double kLeastDays = 1.0 / 3;
constexpr double kDaySeconds = 86400;

// Gauss and Hermite's three points stand for the normal law of the common factor.
constexpr size_t kLevels = 3;
constexpr std::array<double, kLevels> kLevelWeight = {1.0 / 6, 2.0 / 3, 1.0 / 6};

// The use at one level of the common factor, read with requests that only grow.
struct Level {
  double factor = 1;
  double weight = 1;
  size_t count = 0;  // values <= the last request
};

class Pricer {
 public:
  Pricer(const CpuUse& use, double spread, double price) : use_(use), price_(price) {
    const double wide = std::sqrt(3.0) * spread;
    const std::array<double, kLevels> shift = {-wide, 0, wide};
    for (size_t k = 0; k < kLevels; ++k) levels_[k] = {std::exp(shift[k]), kLevelWeight[k], 0};
  }

  // Prices a request not below the last one; 0 < request.
  PricedRequest At(double request) {
    PricedRequest priced{.cores = request};
    for (Level& level : levels_) {
      while (level.count < use_.cores().size() && use_.cores()[level.count] * level.factor <= request) ++level.count;
      const double within = use_.FractionOf(level.count);
      priced.idle_fraction += level.weight * (within - use_.UseOf(level.count) * level.factor / request);
      priced.over_fraction += level.weight * (1 - within);
    }
    return priced;
  }

  double Cost(const PricedRequest& priced) const { return priced.idle_fraction + price_ * priced.over_fraction; }

  // Between two values of the use the cost only grows, so the values, at each level, are all that can be cheapest.
  double NextCandidate(double request) const {
    double next = std::numeric_limits<double>::infinity();
    for (const Level& level : levels_) {
      if (level.count < use_.cores().size()) next = std::min(next, use_.cores()[level.count] * level.factor);
    }
    return std::max(next, request);
  }

 private:
  const CpuUse& use_;
  double price_;
  std::array<Level, kLevels> levels_;
};

}  // namespace

double LevelSpread(double covered_s, double level_sd) {
  return level_sd * std::sqrt(2 / std::max(covered_s / kDaySeconds, kLeastDays));
}

PricedRequest CheapestRequest(const CpuUse& use, double spread, double price, double low, double high) {
  Pricer pricer(use, spread, price);
  PricedRequest best = pricer.At(low);
  double least = pricer.Cost(best);
  for (double request = pricer.NextCandidate(low); request <= high && std::isfinite(request);
       request = pricer.NextCandidate(request)) {
    const PricedRequest priced = pricer.At(request);
    if (pricer.Cost(priced) < least) {
      best = priced;
      least = pricer.Cost(priced);
    }
  }
  return best;
}

}  // namespace tune
