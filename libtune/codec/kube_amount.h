// Amounts as Kubernetes' objects have them, and which of them libtune takes.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace tune {

struct AmountKind {
  bool thousandths;  // else whole
  int64_t least, most;
  const char* allowed;
};
// The most is what pack/ takes.
inline constexpr AmountKind kCpuAmount = {true, 0, 1'000'000'000,
                                          "a Kubernetes quantity in [0, 1e6] cores, as 500m, 2"};
inline constexpr AmountKind kMemoryAmount = {false, 0, 1'000'000'000'000'000'000,
                                             "a Kubernetes quantity in [0, 1e18] bytes, as 1536Mi, 2Gi"};
inline constexpr AmountKind kPodsAmount = {false, 0, std::numeric_limits<int>::max(), "a whole number in [0, 2^31)"};
inline constexpr AmountKind kRatioAmount = {true, 1000, 1'000'000, "a Kubernetes quantity in [1, 1000], as 2, 1500m"};

// In the kind's unit; nullopt: no quantity, or one out of range.
std::optional<int64_t> ParseAmount(const std::string& text, const AmountKind& kind);

}  // namespace tune
