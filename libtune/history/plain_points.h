// Samples of a Prometheus series as Prometheus itself writes them, [1700000000.781,"42.5"],… — nearly all there are,
// decoded where they lie. Whatever looks different is left to PointDecoder's JSON parser, which also says what is
// wrong.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "libtune/history/prometheus_points.h"

namespace tune {

// Adds the samples of `pairs` from byte `at` on to `points`, `most` of them or up to the first one that is written
// differently, and moves `at` behind the last one and its comma. Values are those that the JSON parser would give.
void TakePlainPoints(std::string_view pairs, size_t most, size_t& at, std::vector<PrometheusPoint>& points);

}  // namespace tune
