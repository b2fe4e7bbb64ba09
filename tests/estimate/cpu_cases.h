// Histories for the tests of CPU requests.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "libtune/estimate/cpu_request.h"

namespace tune {

inline CpuUseBin Used(double cores) {
  return {.covered_s = 60, .cores = cores, .throttled_fraction = {}, .limit_cores = {}};
}

inline CpuUseBin Throttled(double cores, double limit) {
  return {.covered_s = 60, .cores = cores, .throttled_fraction = 1, .limit_cores = limit};
}

inline CpuHistory Uses(const std::vector<double>& cores) {
  CpuHistory history;
  for (const double c : cores) history.bins.push_back(Used(c));
  return history;
}

// `count` bins at `cores`, then what `tail` has.
inline CpuHistory Constant(size_t count, double cores, const std::vector<double>& tail = {}) {
  std::vector<double> all(count, cores);
  all.insert(all.end(), tail.begin(), tail.end());
  return Uses(all);
}

// All bins count alike, levels do not spread, and nothing is too little.
inline CpuPolicy Plain() {
  CpuPolicy policy;
  policy.weighting.half_life = absl::InfiniteDuration();
  policy.level_sd = 0;
  policy.min_covered = absl::ZeroDuration();
  policy.min_request = MilliCores(1);
  return policy;
}

// The quantile goes to the middle of the band, 0.65 of the request.
inline CpuPolicy Classic() {
  CpuPolicy policy = Plain();
  policy.over_price = std::nullopt;
  return policy;
}

inline CpuSpec Request(int64_t millicores) { return {.request = MilliCores(millicores), .limit = {}}; }
inline CpuSpec RequestAndLimit(int64_t request, int64_t limit) { return {MilliCores(request), MilliCores(limit)}; }

inline CpuRequest Estimate(const CpuHistory& history, const CpuSpec& now, const CpuPolicy& policy) {
  const absl::StatusOr<CpuRequest> answer = EstimateCpuRequest(history, now, policy);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? *answer : CpuRequest();
}

}  // namespace tune
