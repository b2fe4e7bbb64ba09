#include "libtune/window/sketch.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr int kLowestExponent = -30;  // of DdSketch::kSmallest
constexpr double kForgiven = 1e-12;   // as in quantile.h

absl::Status NotAllowed(const std::string& field, const std::string& value, const std::string& allowed) {
  return absl::InvalidArgumentError(absl::StrCat("sketch.", field, " = ", value, "; allowed: ", allowed));
}

absl::Status CheckOptions(const SketchOptions& options) {
  if (!(options.alpha >= 0.0001 && options.alpha <= 0.2)) {
    return NotAllowed("alpha", absl::StrCat(options.alpha), "[0.0001, 0.2]");
  }
  if (options.max_buckets < 64 || options.max_buckets > 1 << 20) {
    return NotAllowed("max_buckets", absl::StrCat(options.max_buckets), "[64, 1048576]");
  }
  return absl::OkStatus();
}

// ln((1 + alpha) / (1 - alpha)) by its series; 0.2^61 is far below the last digit.
double LogGamma(double alpha) {
  double sum = 0;
  double power = alpha;
  for (int k = 1; k <= 61; k += 2) {
    sum += power / k;
    power *= alpha * alpha;
  }
  return 2 * sum;
}

bool IsWeight(double w) { return w >= 0 && w <= std::numeric_limits<double>::max(); }

}  // namespace

DdSketch::Mapping::Mapping(const SketchOptions& o)
    : options(o), scale(1 / (kC * LogGamma(o.alpha))), shift(std::ceil((1 - kLowestExponent) * scale)) {}

double DdSketch::Mapping::LowerBound(int32_t index) const {
  const double log = (index - shift) / scale;
  const double exponent = std::floor(log);
  double s = log - exponent;
  for (int i = 0; i < 8; ++i) {  // Newton; P is nearly a straight line
    s -= (((kA * s + kB) * s + kC) * s - (log - exponent)) / ((3 * kA * s + 2 * kB) * s + kC);
  }
  return std::ldexp(1 + s, static_cast<int>(exponent));
}

double DdSketch::Mapping::Middle(int32_t index) const {
  const double low = LowerBound(index);
  const double high = LowerBound(index + 1);
  return 2 * low * high / (low + high);  // as far from both, relatively
}

DdSketch::DdSketch()
    : mapping_([]() -> const Mapping& {
        static const Mapping mapping{SketchOptions{}};
        return mapping;
      }()) {}

absl::StatusOr<DdSketch> DdSketch::Create(const SketchOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  return DdSketch(Mapping(options));
}

bool DdSketch::AddUnusual(double value, double weight) {
  if (!(value >= 0 && value <= kLargest) || !IsWeight(weight)) {
    ++rejected_;
    return false;
  }
  if (weight > 0) {
    zero_weight_ += weight;
    Note(value, weight);
  }
  return true;
}

void DdSketch::AddOutside(int32_t index, double weight) {
  MakeRoomFor(index, index);
  if (index < first_) collapsed_ = true;
  weights_[std::max(index, first_) - first_] += weight;
}

// The lowest and the highest bucket that hold something; the first above the second: none does.
std::pair<int32_t, int32_t> DdSketch::Used() const {
  int32_t from = 0, to = static_cast<int32_t>(weights_.size());
  while (from < to && weights_[from] == 0) ++from;
  while (from < to && weights_[to - 1] == 0) --to;
  if (from == to) return {std::numeric_limits<int32_t>::max(), std::numeric_limits<int32_t>::min()};
  return {first_ + from, first_ + to - 1};
}

// Covers `first` to `last`, or as much below the highest bucket in use as is allowed, and some spare ones.
void DdSketch::MakeRoomFor(int32_t first, int32_t last) {
  constexpr int32_t kSpare = 32;
  if (!weights_.empty()) {
    if (first >= first_ && last < first_ + static_cast<int32_t>(weights_.size())) return;
    const auto [lowest, highest] = Used();
    first = std::min(first, lowest);
    last = std::max(last, highest);
  }
  first = std::max(first, last - options().max_buckets + 1);
  const int32_t spare = std::min((options().max_buckets - (last - first + 1)) / 2, kSpare);
  first -= spare;
  last += spare;
  std::vector<double> wider(last - first + 1);
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] == 0) continue;
    const int32_t index = first_ + static_cast<int32_t>(i);
    if (index < first) collapsed_ = true;
    wider[std::max(index, first) - first] += weights_[i];
  }
  weights_ = std::move(wider);
  first_ = first;
}

absl::Status DdSketch::Merge(const DdSketch& other) {
  if (other.options().alpha != options().alpha) {
    return NotAllowed("alpha", absl::StrCat(other.options().alpha),
                      absl::StrCat(options().alpha, ", as in the sketch it is merged into"));
  }
  if (other.options().max_buckets != options().max_buckets) {
    return NotAllowed("max_buckets", absl::StrCat(other.options().max_buckets),
                      absl::StrCat(options().max_buckets, ", as in the sketch it is merged into"));
  }
  if (const auto [lowest, highest] = other.Used(); lowest <= highest) {
    MakeRoomFor(lowest, highest);
    for (int32_t i = lowest; i <= highest; ++i) {
      if (const double weight = other.weights_[i - other.first_]; weight > 0) AddOutside(i, weight);
    }
  }
  collapsed_ |= other.collapsed_;
  zero_weight_ += other.zero_weight_;
  weight_ += other.weight_;
  count_ += other.count_;
  rejected_ += other.rejected_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  return absl::OkStatus();
}

std::optional<double> DdSketch::Quantile(double q) const {
  if (!(q >= 0 && q <= 1) || count_ == 0) return std::nullopt;
  const double target = std::max(q * weight_ * (1 - kForgiven), std::numeric_limits<double>::min());
  double seen = zero_weight_;
  if (seen >= target) return min_;
  for (size_t i = 0; i < weights_.size(); ++i) {
    seen += weights_[i];
    if (seen >= target) return std::clamp(mapping_.Middle(first_ + static_cast<int32_t>(i)), min_, max_);
  }
  return max_;
}

double DdSketch::GuaranteedFrom() const { return collapsed_ ? mapping_.LowerBound(first_ + 1) : 0; }

SketchData DdSketch::ToData() const {
  SketchData data;
  data.options = options();
  data.zero_weight = zero_weight_;
  data.count = count_;
  data.rejected = rejected_;
  data.min = count_ > 0 ? min_ : 0;
  data.max = count_ > 0 ? max_ : 0;
  data.collapsed = collapsed_;
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] > 0) {
      data.index.push_back(first_ + static_cast<int32_t>(i));
      data.weight.push_back(weights_[i]);
    }
  }
  return data;
}

absl::Status DdSketch::CheckBuckets(const SketchData& data, const Mapping& mapping) {
  if (data.index.size() != data.weight.size()) {
    return NotAllowed("weight", absl::StrCat(data.weight.size(), " values"), absl::StrCat(data.index.size()));
  }
  for (size_t i = 0; i < data.index.size(); ++i) {
    const int32_t low = i == 0 ? 0 : data.index[i - 1] + 1;
    if (data.index[i] < low || data.index[i] > mapping.Index(kLargest) ||
        data.index[i] - data.index[0] >= data.options.max_buckets) {
      return NotAllowed(absl::StrCat("index[", i, "]"), absl::StrCat(data.index[i]), "ascending, within max_buckets");
    }
    if (!IsWeight(data.weight[i]) || data.weight[i] == 0) {
      return NotAllowed(absl::StrCat("weight[", i, "]"), absl::StrCat(data.weight[i]), "> 0, finite");
    }
  }
  if (data.collapsed &&
      (data.index.empty() || data.index.back() - data.index.front() != data.options.max_buckets - 1)) {
    return NotAllowed("collapsed", "true", "only where the buckets span max_buckets");
  }
  return absl::OkStatus();
}

absl::Status DdSketch::CheckRange(const SketchData& data, const Mapping& mapping) {
  const bool max_fits = data.max >= data.min && data.max <= kLargest &&
                        (data.index.empty() ? data.max < kSmallest
                                            : data.max >= kSmallest && mapping.Index(data.max) == data.index.back());
  if (!max_fits) return NotAllowed("max", absl::StrCat(data.max), ">= min, in the highest bucket");
  const bool min_fits =
      data.zero_weight > 0 ? data.min >= 0 && data.min < kSmallest
                           : data.min >= kSmallest && (data.collapsed || mapping.Index(data.min) == data.index.front());
  if (!min_fits) return NotAllowed("min", absl::StrCat(data.min), "in the lowest bucket, or near 0 with zero_weight");
  return absl::OkStatus();
}

absl::StatusOr<DdSketch> DdSketch::FromData(const SketchData& data) {
  if (absl::Status status = CheckOptions(data.options); !status.ok()) return status;
  DdSketch sketch{Mapping(data.options)};
  if (absl::Status status = CheckBuckets(data, sketch.mapping_); !status.ok()) return status;
  if (!IsWeight(data.zero_weight)) return NotAllowed("zero_weight", absl::StrCat(data.zero_weight), ">= 0, finite");
  if (data.rejected < 0) return NotAllowed("rejected", absl::StrCat(data.rejected), ">= 0");
  const bool empty = data.index.empty() && data.zero_weight == 0;
  if (data.count < 0 || (data.count == 0) != empty) {
    return NotAllowed("count", absl::StrCat(data.count), empty ? "0, as there is no weight" : "> 0");
  }
  sketch.count_ = data.count;
  sketch.rejected_ = data.rejected;
  if (empty) return sketch;
  if (absl::Status status = CheckRange(data, sketch.mapping_); !status.ok()) return status;
  sketch.min_ = data.min;
  sketch.max_ = data.max;
  sketch.collapsed_ = data.collapsed;
  sketch.weight_ = sketch.zero_weight_ = data.zero_weight;
  if (!data.index.empty()) sketch.MakeRoomFor(data.index.front(), data.index.back());
  for (size_t i = 0; i < data.index.size(); ++i) {
    sketch.weights_[data.index[i] - sketch.first_] = data.weight[i];
    sketch.weight_ += data.weight[i];
  }
  return sketch;
}

}  // namespace tune
