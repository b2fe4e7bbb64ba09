// The program's commands. Each prints its answer and returns an exit code.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libtune/cli/arguments.h"

namespace tune {

int RunRecommend(const Arguments& arguments);
int RunExplain(const Arguments& arguments);
int RunInspect(const Arguments& arguments);
int RunMemory(const Arguments& arguments);
int RunCost(const Arguments& arguments);
int RunPlot(const Arguments& arguments);
int RunScore(const Arguments& arguments);
int RunGc(const Arguments& arguments);
int RunConvert(const Arguments& arguments);
int RunCompletion(const Arguments& arguments);
int RunComplete(const Arguments& arguments);

// Of those that ask tuned. They are in service/cli/; where the service is not built, they say so.
int RunJobs(const Arguments& arguments);
int RunWatch(const Arguments& arguments);
int RunGet(const Arguments& arguments);
int RunPlan(const Arguments& arguments);
int RunApply(const Arguments& arguments);
int RunRollback(const Arguments& arguments);
int RunAudit(const Arguments& arguments);
int RunPause(const Arguments& arguments);
int RunResume(const Arguments& arguments);
int RunPolicy(const Arguments& arguments);
int RunQuota(const Arguments& arguments);
int RunPush(const Arguments& arguments);
// For Candidates(): those of the arguments' namespace by their names, others as NAMESPACE/NAME.
std::vector<std::string> NamesOfJobs(const Arguments& arguments);

// Prints the error and returns its exit code.
int Fail(const absl::Status& status);

}  // namespace tune
