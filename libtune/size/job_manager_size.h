#pragma once

#include "libtune/estimate/sizing.h"
#include "libtune/size/present.h"

namespace tune {

// Fills job.out.job_manager.
void AnswerJobManager(JobSizing& job, const PresentProcesses& present);

}  // namespace tune
