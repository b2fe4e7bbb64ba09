// Which vertices must not be sized by their load, and why. Not every delay is a lack of subtasks.
//
// Each rule adds findings and sets the verdict of the vertices that it excludes. Source: libtune/DESIGN.md,
// "Exclusions".
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// Before anything is estimated. job_state.cc, thin_data.cc.
// True when the job's metrics are dead, so that no vertex may be sized from them.
bool ExcludeDeadJob(JobSizing& job);
void ExcludeThinData(JobSizing& job, int vertex);

// Once service time and parallelism are estimated.
void ExcludeSlow(JobSizing& job, int vertex);        // slow.cc
void ExcludeInfeasible(JobSizing& job, int vertex);  // infeasible.cc
void ExcludeGcBound(JobSizing& job);                 // gc_bound.cc
void ExcludeCpuBound(JobSizing& job);                // cpu_bound.cc

// Findings that exclude nothing, but say what was seen. pressure.cc, job_state.cc.
void FindPressure(JobSizing& job);
void FindJobState(JobSizing& job);

}  // namespace tune
