#include "libtune/window/quantile.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace tune {
namespace {

constexpr double kForgiven = 1e-12;
constexpr ptrdiff_t kCounted = 16;                // so few are compared each with each
constexpr size_t kBracketFrom = size_t{1} << 12;  // so many are worth a sample
constexpr uint64_t kExponent = uint64_t{0x7ff} << 52;

bool IsFinite(double x) { return (std::bit_cast<uint64_t>(x) & kExponent) != kExponent; }

// Has the highest bit for NaN and infinities: the exponent's carry.
uint64_t Suspect(double x) { return (std::bit_cast<uint64_t>(x) & kExponent) + (uint64_t{1} << 52); }

// What the two kinds of elements differ in. Sums of weights are integers where they can be: their additions do not
// wait for each other as long as those of doubles. Everything here compiles to code without branches, for the
// outcome of a comparison with a quantile cannot be predicted.
template <typename T>
struct Element;

template <>
struct Element<double> {
  using Sum = int64_t;
  static double Value(double x) { return x; }
  static Sum WeightIf(double, bool counts) { return counts; }
  static bool IsAllowed(double x) { return IsFinite(x); }
  static uint64_t MayBeRefused(double x) { return Suspect(x); }  // the highest bit says it
};

template <>
struct Element<Weighted> {
  using Sum = double;
  static double Value(const Weighted& x) { return x.value; }
  static Sum WeightIf(const Weighted& x, bool counts) {
    return std::bit_cast<double>(std::bit_cast<uint64_t>(x.weight) & -static_cast<uint64_t>(counts));
  }
  static bool IsAllowed(const Weighted& x) {
    return (unsigned{IsFinite(x.value)} & unsigned{IsFinite(x.weight)} & unsigned{x.weight >= 0}) != 0;
  }
  static uint64_t MayBeRefused(const Weighted& x) {
    return Suspect(x.value) | Suspect(x.weight) | std::bit_cast<uint64_t>(x.weight);
  }
};

template <typename T>
using Sum = typename Element<T>::Sum;

template <typename T>
struct Totals {
  Sum<T> weight = 0;
  bool allowed = true;
};

template <typename T>
Totals<T> Inspect(std::span<const T> values) {
  Totals<T> totals;
  for (const T& x : values) {
    totals.weight += Element<T>::WeightIf(x, true);
    totals.allowed &= Element<T>::IsAllowed(x);
  }
  totals.allowed &= IsFinite(static_cast<double>(totals.weight));
  return totals;
}

// The weight that the values up to the quantile must reach. Above 0, so that values of weight 0 never are the answer.
double Target(double total, double q) {
  return std::max(total * q * (1 - kForgiven), std::numeric_limits<double>::min());
}

// Moves the elements that `goes` takes to the front. Returns their end and weight.
template <typename T, typename Goes>
std::pair<T*, Sum<T>> Partition(T* first, T* last, Goes goes) {
  Sum<T> weight = 0;
  T* middle = first;
  for (T* p = first; p != last; ++p) {
    const T x = *p;
    const bool front = goes(Element<T>::Value(x));
    *p = *middle;
    *middle = x;
    weight += Element<T>::WeightIf(x, front);
    middle += front;
  }
  return {middle, weight};
}

// A value near the quantile `fraction` of [first, last), from an even sample.
template <typename T>
double Pivot(const T* first, const T* last, double fraction) {
  constexpr size_t kLargest = 65;
  const size_t length = last - first;
  const size_t count = length < 1024 ? 9 : length < 16384 ? 33 : kLargest;
  double sample[kLargest];
  for (size_t i = 0; i < count; ++i) {
    const double x = Element<T>::Value(first[length * (2 * i + 1) / (2 * count)]);
    size_t at = i;
    for (; at > 0 && sample[at - 1] > x; --at) sample[at] = sample[at - 1];
    sample[at] = x;
  }
  const double rank = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count);
  return sample[std::min(static_cast<size_t>(rank), count - 1)];
}

template <typename T>
double LargestOfWeight(std::span<const T> values) {
  double largest = std::numeric_limits<double>::lowest();
  for (const T& x : values) {
    if (Element<T>::WeightIf(x, true) > 0) largest = std::max(largest, Element<T>::Value(x));
  }
  return largest;
}

// The ways to select: the smallest value of [first, last) at which the weight reaches `target`; nullopt when rounding
// left it just out of reach.

template <typename T>
std::optional<double> ByCounting(const T* first, const T* last, double target) {
  double answer = std::numeric_limits<double>::infinity();
  for (const T* p = first; p != last; ++p) {
    const double value = Element<T>::Value(*p);
    Sum<T> weight = 0;
    for (const T* x = first; x != last; ++x) weight += Element<T>::WeightIf(*x, Element<T>::Value(*x) <= value);
    answer = static_cast<double>(weight) >= target ? std::min(answer, value) : answer;
  }
  return std::isinf(answer) ? std::nullopt : std::optional(answer);
}

template <typename T>
std::optional<double> BySorting(T* first, T* last, double target) {
  std::sort(first, last, [](const T& a, const T& b) { return Element<T>::Value(a) < Element<T>::Value(b); });
  Sum<T> weight = 0;
  for (const T* p = first; p != last; ++p) {
    weight += Element<T>::WeightIf(*p, true);
    if (static_cast<double>(weight) >= target) return Element<T>::Value(*p);
  }
  return std::nullopt;
}

// [first, last) weighs `total`.
template <typename T>
std::optional<double> Select(T* first, T* last, Sum<T> total, double target) {
  // Halving at every pass would touch 2 n elements; pivots from a sample do better. Who needs 16 n has values laid
  // out against the sample.
  int64_t budget = 16 * (last - first);
  while (last - first > kCounted) {
    if (budget <= 0) return BySorting(first, last, target);
    budget -= last - first;
    const double pivot = Pivot(first, last, target / static_cast<double>(total));
    const auto [from, below] = Partition(first, last, [pivot](double x) { return x < pivot; });
    if (static_cast<double>(below) >= target) {
      last = from;
      total = below;
      continue;
    }
    const auto [above, equal] = Partition(from, last, [pivot](double x) { return x <= pivot; });
    target -= static_cast<double>(below);
    if (static_cast<double>(equal) >= target) return pivot;
    target -= static_cast<double>(equal);
    total -= below + equal;
    first = above;
  }
  return ByCounting(first, last, target);
}

// Elements of `values`, drawn evenly with a shift of their own each, which no period in the values follows.
template <typename T>
std::vector<T> Sample(std::span<const T> values) {
  const double wanted = std::cbrt(static_cast<double>(values.size())) * std::cbrt(static_cast<double>(values.size()));
  const size_t count = std::clamp<size_t>(static_cast<size_t>(wanted / 2), 128, 16384);
  const size_t stride = values.size() / count;
  std::vector<T> sample(count);
  uint64_t random = 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < count; ++i) {
    random = random * 6364136223846793005 + 1442695040888963407;
    sample[i] = values[i * stride + (random >> 33) % stride];
  }
  return sample;
}

// What a pass finds of a bracket [low, high).
template <typename T>
struct Narrowed {
  Sum<T> total = 0;
  Sum<T> below = 0;
  std::unique_ptr<T[]> inside;
  size_t count = 0;
  bool complete = false;  // at most `limit` were inside, and no value or weight is suspect
};

template <typename T>
Narrowed<T> Narrow(std::span<const T> values, double low, double high, size_t limit) {
  constexpr size_t kBlock = 512;
  Narrowed<T> found;
  found.inside = std::make_unique_for_overwrite<T[]>(limit + kBlock);
  // Locals, since stores through `out` could change members.
  T* out = found.inside.get();
  const T* const full = out + limit;
  Sum<T> total = 0, below = 0;
  uint64_t suspect = 0;
  for (size_t start = 0; start < values.size(); start += kBlock) {
    if (out > full) return found;
    for (const T& x : values.subspan(start, std::min(kBlock, values.size() - start))) {
      const bool is_below = Element<T>::Value(x) < low;
      suspect |= Element<T>::MayBeRefused(x);
      total += Element<T>::WeightIf(x, true);
      below += Element<T>::WeightIf(x, is_below);
      *out = x;
      out += static_cast<ptrdiff_t>(Element<T>::Value(x) < high) - is_below;
    }
  }
  found.total = total;
  found.below = below;
  found.count = out - found.inside.get();
  found.complete = suspect >> 63 == 0 && IsFinite(static_cast<double>(total));
  return found;
}

// Answers from a sample's bracket; nullopt when the sample misled, or for whatever else needs a closer look.
template <typename T>
std::optional<double> FromBracket(std::span<const T> values, double q) {
  std::vector<T> sample = Sample(values);
  const Totals<T> sampled = Inspect<T>(sample);
  if (!sampled.allowed || sampled.weight <= 0) return std::nullopt;
  const double count = static_cast<double>(sample.size());
  const double margin = 3 * std::sqrt(q * (1 - q) / count) + 2 / count;
  const auto at = [&](double fraction, double otherwise) {
    if (fraction <= 0 || fraction >= 1) return otherwise;
    const double target = Target(static_cast<double>(sampled.weight), fraction);
    return Select(sample.data(), sample.data() + sample.size(), sampled.weight, target).value_or(otherwise);
  };
  const double low = at(q - margin, std::numeric_limits<double>::lowest());
  const double high = at(q + margin, std::numeric_limits<double>::infinity());

  const double share = std::min(4 * margin, 0.5);
  Narrowed<T> found = Narrow(values, low, high, static_cast<size_t>(share * static_cast<double>(values.size())));
  if (!found.complete) return std::nullopt;
  const double target = Target(static_cast<double>(found.total), q) - static_cast<double>(found.below);
  const std::span<T> inside(found.inside.get(), found.count);
  const Sum<T> weight = Inspect<T>(inside).weight;
  if (target <= 0 || static_cast<double>(weight) < target) return std::nullopt;
  return Select(inside.data(), inside.data() + inside.size(), weight, target);
}

template <typename T>
std::optional<double> Find(std::span<T> values, double q) {
  if (!(q >= 0 && q <= 1) || values.empty()) return std::nullopt;
  if (values.size() >= kBracketFrom) {
    if (const std::optional<double> answer = FromBracket<T>(values, q)) return answer;
  }
  const Totals<T> totals = Inspect<T>(values);
  if (!totals.allowed || totals.weight <= 0) return std::nullopt;
  const double target = Target(static_cast<double>(totals.weight), q);
  const auto answer = Select(values.data(), values.data() + values.size(), totals.weight, target);
  return answer ? answer : LargestOfWeight<T>(values);
}

}  // namespace

std::optional<double> WeightedQuantile(std::span<Weighted> values, double q) { return Find(values, q); }

std::optional<double> Quantile(std::span<double> values, double q) { return Find(values, q); }

}  // namespace tune
