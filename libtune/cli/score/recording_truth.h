// A recording's truth: what was tried (meta.json) and what the job's own stopwatches (gt_* counters) said.
#pragma once

#include "libtune/cli/score/truth.h"

namespace tune {

absl::StatusOr<Truth> ReadRecordingTruth(const std::string& folder);

}  // namespace tune
