// The findings that the page shows under what they are about.
#pragma once

#include <optional>

#include "libtune/cli/plot_html.h"
#include "libtune/cli/plot_json.h"

namespace tune {

// A vertex, the processes of a role that was seen, or neither: the job.
struct Subject {
  int vertex = -1;                  // index into the graph's vertices; -1: none
  std::optional<ProcessRole> role;  // nullopt: none
  bool operator==(const Subject&) const = default;
};

// The findings on `subject`, as a list of {"kind", "text"}. The texts leave its name out: they stand under it.
PlotJson FindingsJson(const PlotInput& input, const Subject& subject);

}  // namespace tune
