// Shapes of JSON that Flink's REST answers have in common.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/json.h"

namespace tune {

// An object under `key`. `found` is empty when it is missing; kInvalidArgument when it is something else.
absl::Status FindObject(simdjson::dom::object root, const std::string& path, std::string_view key,
                        std::optional<simdjson::dom::object>& found);

// Calls `take` with every id and value of Flink's [{"id": …, "value": …}].
using TakeMetric =
    std::function<absl::Status(std::string_view id, simdjson::dom::element value, const std::string& path)>;
absl::Status ForEachMetric(simdjson::dom::object root, const std::string& path, std::string_view key,
                           const TakeMetric& take);

absl::StatusOr<double> MetricNumber(std::string_view id, simdjson::dom::element value, const std::string& path);

}  // namespace tune
