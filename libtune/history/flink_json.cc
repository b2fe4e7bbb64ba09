#include "libtune/history/flink_json.h"

#include "absl/strings/str_cat.h"

namespace tune {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

absl::Status FindObject(object root, const std::string& path, std::string_view key, std::optional<object>& found) {
  const std::optional<element> value = Field(root, key);
  if (!value || IsMissing(*value)) return absl::OkStatus();
  object fields;
  if (value->get_object().get(fields)) return WrongField(path + std::string(key), *value, "an object");
  found = fields;
  return absl::OkStatus();
}

absl::Status ForEachMetric(object root, const std::string& path, std::string_view key, const TakeMetric& take) {
  const std::optional<element> list = Field(root, key);
  if (!list || IsMissing(*list)) return absl::OkStatus();
  array metrics;
  if (list->get_array().get(metrics)) return WrongField(path + std::string(key), *list, "a list of metrics");
  for (size_t i = 0; const element metric : metrics) {
    const std::string where = absl::StrCat(path, std::string(key), "[", i++, "]");
    object fields;
    std::string_view id;
    if (metric.get_object().get(fields) || fields.at_key("id").get(id)) {
      return WrongField(where, metric, "an object with id and value");
    }
    const std::optional<element> value = Field(fields, "value");
    if (!value) continue;
    if (auto status = take(id, *value, where); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<double> MetricNumber(std::string_view id, element value, const std::string& path) {
  if (const std::optional<double> number = NumberOf(value)) return *number;
  return WrongField(absl::StrCat(path, " ", std::string(id)), value, "a number");
}

}  // namespace tune
