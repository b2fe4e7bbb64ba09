// DDSketch: quantiles of a stream within a relative error, in bounded memory, from parts that can be merged.
//
// Values fall into buckets whose bounds grow by (1 + alpha) / (1 - alpha), so a bucket's middle is within `alpha` of
// everything in it. What a quantile means is said in quantile.h; the sketch answers with a value within a relative
// `alpha` of the exact one. Exceptions, none of them silent:
// - Values below kSmallest count as zero: their answers are off by less than kSmallest.
// - A sketch keeps at most `max_buckets` buckets, counted down from the largest value's. What lies lower is collapsed
//   into the lowest of them, and GuaranteedFrom() is where the guarantee begins. With the defaults that happens only
//   when the values span more than 17 decades.
// The answer does not depend on the order of the values, nor on how they were split over sketches that were merged,
// but for the rounding of sums of weights; nor on the machine, since no function of its mathematical library is used.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tune {

struct SketchOptions {
  double alpha = 0.01;     // relative error, in [0.0001, 0.2]
  int max_buckets = 2048;  // in [64, 1 << 20]; 8 bytes each, allocated as needed
};

// A sketch as data: the buckets that hold something, by index, ascending.
struct SketchData {
  SketchOptions options;
  double zero_weight = 0;
  int64_t count = 0;  // values of any weight, zeros too
  int64_t rejected = 0;
  double min = 0;  // meaningful where count > 0
  double max = 0;
  bool collapsed = false;  // the lowest bucket holds lower values too
  std::vector<int32_t> index;
  std::vector<double> weight;  // as many as `index`; each > 0
};

class DdSketch {
 public:
  static constexpr double kSmallest = 1e-9;
  static constexpr double kLargest = 1e12;

  DdSketch();  // default options
  // kInvalidArgument names the option out of range.
  static absl::StatusOr<DdSketch> Create(const SketchOptions& options);

  // False, and counted as rejected: a value that is NaN, negative or above kLargest, a weight that is NaN, infinite or
  // negative. A weight of 0 changes nothing.
  bool Add(double value, double weight = 1) {
    if (!(value <= kLargest && value >= kSmallest && weight > 0 && weight <= std::numeric_limits<double>::max())) {
      return AddUnusual(value, weight);
    }
    const int32_t index = mapping_.Index(value);
    const uint32_t at = static_cast<uint32_t>(index - first_);
    if (at >= weights_.size()) {
      AddOutside(index, weight);
    } else {
      weights_[at] += weight;
    }
    Note(value, weight);
    return true;
  }

  // Afterwards this is the sketch of both streams. kInvalidArgument: other options than this one's.
  absl::Status Merge(const DdSketch& other);

  // nullopt: nothing of any weight was added, or q is outside [0, 1].
  std::optional<double> Quantile(double q) const;

  // Quantiles from this value up are within alpha; 0 while nothing was collapsed.
  double GuaranteedFrom() const;

  const SketchOptions& options() const { return mapping_.options; }
  int64_t count() const { return count_; }
  int64_t rejected() const { return rejected_; }
  double weight() const { return weight_; }
  std::optional<double> min() const { return count_ > 0 ? std::optional<double>(min_) : std::nullopt; }
  std::optional<double> max() const { return count_ > 0 ? std::optional<double>(max_) : std::nullopt; }

  SketchData ToData() const;
  // kInvalidArgument names the field that no sketch could have written.
  static absl::StatusOr<DdSketch> FromData(const SketchData& data);

 private:
  // Bucket of a value: floor(scale * (e + P(s)) + shift) of v = 2^e (1 + s). P(s) = ((kA s + kB) s + kC) s runs
  // from 0 to 1 with s and follows log2(1 + s), so that no bucket grows by more than (1 + alpha) / (1 - alpha): the
  // slope of P against ln(1 + s), (1 + s) P'(s), is nowhere below kC.
  struct Mapping {
    static constexpr double kA = 6.0 / 35, kB = -3.0 / 5, kC = 10.0 / 7;

    explicit Mapping(const SketchOptions& o);
    int32_t Index(double value) const {
      const uint64_t bits = std::bit_cast<uint64_t>(value);
      const double e = static_cast<double>(static_cast<int32_t>(bits >> 52) - 1023);
      const double s = std::bit_cast<double>((bits << 12 >> 12) | std::bit_cast<uint64_t>(1.0)) - 1;
      return static_cast<int32_t>((e + ((kA * s + kB) * s + kC) * s) * scale + shift);
    }
    double LowerBound(int32_t index) const;
    double Middle(int32_t index) const;  // within alpha of everything in the bucket

    SketchOptions options;
    double scale;
    double shift;  // brings every index above 0, where truncation rounds down
  };

  explicit DdSketch(const Mapping& mapping) : mapping_(mapping) {}
  static absl::Status CheckBuckets(const SketchData& data, const Mapping& mapping);
  static absl::Status CheckRange(const SketchData& data, const Mapping& mapping);
  bool AddUnusual(double value, double weight);
  void AddOutside(int32_t index, double weight);
  std::pair<int32_t, int32_t> Used() const;
  void MakeRoomFor(int32_t first, int32_t last);
  void Note(double value, double weight) {
    ++count_;
    weight_ += weight;
    min_ = value < min_ ? value : min_;
    max_ = value > max_ ? value : max_;
  }

  Mapping mapping_;
  std::vector<double> weights_;  // of buckets first_, first_ + 1, …
  int32_t first_ = 0;
  double zero_weight_ = 0;
  double weight_ = 0;       // zeros too
  bool collapsed_ = false;  // something lies in weights_[0] that belongs lower
  int64_t count_ = 0;
  int64_t rejected_ = 0;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -std::numeric_limits<double>::infinity();
};

}  // namespace tune
