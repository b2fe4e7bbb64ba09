// Memory, CPU and layout of a job's processes, once its parallelism is known.
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// Fills task_managers and job_manager, with evidence and findings, and where the layout asks for it changes what is
// wanted of the vertices: raised for the sake of memory, or not lowered where that frees no slot and would bring state
// together. Where too little is known the sizes stay; of a job that does not run at the window's end nothing is
// lowered. Source: libtune/DESIGN.md, "Processes" to "Layout".
void SizeProcesses(JobSizing& job);

}  // namespace tune
