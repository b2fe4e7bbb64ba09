// A job as `tune get` and `tune plan` ask for it.
#pragma once

#include "absl/status/statusor.h"
#include "libtune/cli/arguments.h"
#include "tune/v1/service.pb.h"

namespace tune {

// By the policy that the command line names, else the one in force. Errors: JobOf()'s and PolicyChoiceOf()'s.
absl::StatusOr<v1::KeptJob> KeptJobOf(const Arguments& arguments, const std::string& ns, bool without_evidence);

// As `tune recommend` prints it. Errors: BadAnswer()'s.
absl::Status PrintRecommendation(const v1::JobRecommendation& recommendation);

}  // namespace tune
