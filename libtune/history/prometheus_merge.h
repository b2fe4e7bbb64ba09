// The samples of all series in time order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "libtune/history/history.h"
#include "libtune/history/prometheus_index.h"

namespace tune {

// What one slot of a subject says at an instant.
struct SlotValue {
  uint8_t metric;
  double value;  // NaN and infinities too
};
using TakeInstant = absl::FunctionRef<absl::Status(const PrometheusSubject& subject, int64_t time_ms,
                                                   std::span<const SlotValue> values)>;

// Calls `take` with every instant of every subject, in time order; at one instant in the order of the subjects.
// `text` is what was indexed. Of memory it takes some kilobytes for each series that has begun and not ended.
// kInvalidArgument: byte, series and what is wrong with a sample; an error of `take` is returned as it is.
absl::Status MergeSeries(std::string_view text, const PrometheusIndex& index, const Progress& progress,
                         TakeInstant take);

}  // namespace tune
