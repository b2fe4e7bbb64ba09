// Samples of one Prometheus series, [1700000000.123,"42"],…, decoded block by block.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace tune {

struct PrometheusPoint {
  int64_t time_ms;
  double value;  // NaN and infinities too
};

class PointDecoder {
 public:
  static constexpr size_t kBlock = 4096;  // bytes decoded at once, about; a sample has some 25

  // Decodes the samples of `pairs` from byte `at` on, as many as a block holds, and moves `at` behind them.
  // `points` is replaced. kInvalidArgument names what is wrong with a sample, and `at` then is the sample's byte.
  absl::Status Decode(std::string_view pairs, size_t& at, std::vector<PrometheusPoint>& points);

 private:
  absl::Status DecodePair(simdjson::ondemand::array pair, PrometheusPoint& point);

  simdjson::ondemand::parser parser_;
  std::string buffer_;
};

}  // namespace tune
