// The program's commands. Each prints its answer and returns an exit code.
#pragma once

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

// Prints the error and returns its exit code.
int Fail(const absl::Status& status);

}  // namespace tune
