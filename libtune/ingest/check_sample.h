// The door for samples: every value finite, in its unit's range, every index inside the graph.
#pragma once

#include "absl/status/status.h"
#include "tune/sample.h"

namespace tune {

// Flink measures its ms/s gauges with a timer of its own, so a busy second may read a little over 1000.
constexpr double kLargestMsPerSecond = 1200;
// Later than the year 5000 is no time but a wrong unit (microseconds, nanoseconds).
constexpr int64_t kLargestTimeMs = 95'617'584'000'000;

// kInvalidArgument names the field, its value and what is allowed.
absl::Status CheckSample(const TaskSample& sample, const JobGraph& graph);
absl::Status CheckSample(const ProcessSample& sample);
absl::Status CheckSample(const CollectionSample& sample);
absl::Status CheckSample(const SourceSample& sample, const JobGraph& graph);
absl::Status CheckSample(const JobSample& sample);
absl::Status CheckSample(const ParallelismSample& sample, const JobGraph& graph);

// The name of a metric as libtune's own formats and messages spell it, "records_in".
const char* TaskMetricName(TaskMetric metric);
const char* ProcessMetricName(ProcessMetric metric);  // "cpu_time_ns"

}  // namespace tune
