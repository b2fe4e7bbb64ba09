#pragma once

#include "libtune/estimate/sizing.h"
#include "libtune/size/present.h"

namespace tune {

// Fills job.out.task_managers, and changes what is wanted of the vertices where the layout asks for it. The
// JobManager's answer is there: it takes its part of the quota first.
void AnswerTaskManagers(JobSizing& job, const PresentProcesses& present);

}  // namespace tune
