// What the page draws of the processes that run a job.
#pragma once

#include "libtune/cli/plot_html.h"
#include "libtune/cli/plot_json.h"

namespace tune {

// Does the window hold something of the role's processes?
bool WasSeen(const PlotInput& input, ProcessRole role);

// One entry for each role that was seen, TaskManagers first. CPU is in cores, memory in MiB, shares
// of time in [0, 1]; what is not known is null.
PlotJson ProcessesJson(const PlotInput& input);

}  // namespace tune
