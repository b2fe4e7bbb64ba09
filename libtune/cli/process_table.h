// A recommendation's processes for the terminal.
#pragma once

#include "tune/recommendation.h"

namespace tune {

// A table of what TaskManagers and JobManager have, need and should have, and a line on each role. Nothing where
// nothing is known of either.
void PrintProcesses(const JobRecommendation& job);

}  // namespace tune
