// Parallelism over time, told from when the series of each subtask begin and end.
#pragma once

#include <vector>

#include "libtune/history/prometheus_index.h"

namespace tune {

// In time order. A vertex whose subtasks have all fallen silent keeps its parallelism; changes within two steps of each
// other are one, since the processes of a cluster are not scraped at one instant.
std::vector<ParallelismSample> ParallelismOverTime(const PrometheusIndex& index);

}  // namespace tune
