#pragma once

#include <optional>

namespace tune {

// Growth of a counter between two samples; nullopt when absent or reset.
inline std::optional<double> Growth(const std::optional<double>& last, const std::optional<double>& now) {
  if (!last || !now || *now < *last) return std::nullopt;
  return *now - *last;
}

}  // namespace tune
