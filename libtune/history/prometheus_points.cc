#include "libtune/history/prometheus_points.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libtune/history/numbers.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr size_t kShown = 40;  // bytes of a wrong value that a message shows

absl::Status Wrong(const std::string& field, std::string_view token, const std::string& allowed) {
  const size_t end = token.find_last_not_of(" \t\r\n,]");
  token = token.substr(0, end == std::string_view::npos ? 0 : end + 1);
  std::string shown(token.substr(0, kShown));
  if (token.size() > kShown) shown += "…";
  return NotAllowed(field, shown, allowed);
}

// A time in seconds, decimals allowed.
absl::Status DecodeTime(simdjson::ondemand::value item, int64_t& time_ms) {
  double seconds = 0;
  const std::string_view token = item.raw_json_token();
  if (item.get_double().get(seconds) || !(seconds >= 0 && seconds * 1000 <= static_cast<double>(kLargestTimeMs))) {
    return Wrong("time", token, "seconds since 1970");
  }
  time_ms = std::llround(seconds * 1000);
  return absl::OkStatus();
}

absl::Status DecodeValue(simdjson::ondemand::value item, double& value) {
  if (!item.get_double_in_string().get(value)) return absl::OkStatus();
  const std::string_view token = item.raw_json_token();
  std::string_view text;
  if (!item.get_string().get(text)) {
    if (const std::optional<double> number = ParseNumber(text)) {  // NaN, +Inf, -Inf
      value = *number;
      return absl::OkStatus();
    }
  }
  return Wrong("value", token, "a number in quotes");
}

}  // namespace

absl::Status PointDecoder::DecodePair(simdjson::ondemand::array pair, PrometheusPoint& point) {
  size_t count = 0;
  for (auto item : pair) {
    simdjson::ondemand::value value;
    if (const auto error = item.get(value)) {
      return absl::InvalidArgumentError(absl::StrCat("not JSON: ", simdjson::error_message(error)));
    }
    if (count == 0) {
      if (auto status = DecodeTime(value, point.time_ms); !status.ok()) return status;
    } else if (count == 1) {
      if (auto status = DecodeValue(value, point.value); !status.ok()) return status;
    }
    ++count;
  }
  return count == 2 ? absl::OkStatus() : NotAllowed("sample", absl::StrCat(count, " values"), "[time, \"value\"]");
}

absl::Status PointDecoder::Decode(std::string_view pairs, size_t& at, std::vector<PrometheusPoint>& points) {
  points.clear();
  size_t end = pairs.size();
  if (end - at > kBlock) {
    size_t cut = pairs.rfind(']', at + kBlock - 1);
    if (cut == std::string_view::npos || cut < at) cut = pairs.find(']', at + kBlock);
    if (cut != std::string_view::npos) end = cut + 1;
  }
  buffer_.clear();
  buffer_.append("[").append(pairs.substr(at, end - at)).append("]");
  buffer_.reserve(std::max(buffer_.size(), kBlock) + simdjson::SIMDJSON_PADDING + 2);

  simdjson::ondemand::document document;
  simdjson::ondemand::array all;
  auto error = parser_.iterate(buffer_.data(), buffer_.size(), buffer_.capacity()).get(document);
  if (!error) error = document.get_array().get(all);
  if (error) return absl::InvalidArgumentError(absl::StrCat("not JSON: ", simdjson::error_message(error)));
  for (auto element : all) {
    simdjson::ondemand::value value;
    simdjson::ondemand::array pair;
    error = element.get(value);
    if (!error) error = value.get_array().get(pair);
    if (error) return absl::InvalidArgumentError(absl::StrCat("not a sample: ", simdjson::error_message(error)));
    PrometheusPoint point;
    if (auto status = DecodePair(pair, point); !status.ok()) return status;
    points.push_back(point);
  }
  if (!document.current_location().error())
    return absl::InvalidArgumentError("a bracket too many; allowed: [time, \"value\"], …");

  at = std::min(pairs.find_first_not_of(" \t\r\n", end), pairs.size());
  if (at == pairs.size()) return absl::OkStatus();
  at = std::min(pairs.find_first_not_of(" \t\r\n", at + 1), pairs.size());  // Pairs() saw to the comma
  if (at == pairs.size()) return absl::InvalidArgumentError("a comma without a sample behind it");
  return absl::OkStatus();
}

}  // namespace tune
