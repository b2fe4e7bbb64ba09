// One line of Prometheus' text exposition format.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tune {

struct PrometheusLine {
  std::string_view name;
  std::vector<std::pair<std::string_view, std::string>> labels;  // escapes undone
  double value = 0;                                              // NaN and infinities too

  // Null: no such label.
  const std::string* Label(std::string_view label) const;
};

// The metric's name in a line that is no comment. kInvalidArgument: no such line of the format.
absl::StatusOr<std::string_view> PrometheusName(std::string_view line);

// A whole line, `name{label="value",} 1.5 1700000000000`; the time stamp at its end is checked and dropped.
// `parsed` points into `line`. kInvalidArgument says what is wrong.
absl::Status ParsePrometheusLine(std::string_view line, PrometheusLine& parsed);

}  // namespace tune
