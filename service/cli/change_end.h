// How a command ends that asked for a change.
#pragma once

#include "absl/status/status.h"
#include "tune/v1/changes.pb.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

bool IsOver(v1::ChangeState state);

// kExitOk: it is under way, or over as it was asked for. kExitRefused: nothing was changed. kExitNotKept: it is over,
// and not in force.
int ExitCodeOfApply(const v1::Change& change);
// The same of a change that goes back, or of one that takes another one back.
int ExitCodeOfRollback(const v1::Change& change);

// Prints the error with what to do next, and returns its exit code: kExitRefused where tuned said no.
int FailChange(const absl::Status& status, const v1::JobRef& job);

}  // namespace tune
