// What a job's pods cost, for the terminal and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libtune/size/job_pods.h"
#include "tune/pod_limits.h"

namespace tune {

struct CostReport {
  std::string job, flink;              // names; `flink` empty: not known
  int slots = 0;                       // that the job needs; 0: not known
  std::string slots_from;              // "spec.job.parallelism", "history"
  std::optional<ResourcePrice> price;  // nullopt: in CU
  JobPods spec;
  std::optional<JobPods> recommended;  // nullopt: there is no history
  // Limits of the cluster that the pods do not keep.
  std::vector<std::string> spec_broken, recommended_broken;
  std::string answer;  // of the recommendation: "raise"
};

std::string CostTable(const CostReport& report);
std::string CostJson(const CostReport& report);

}  // namespace tune
