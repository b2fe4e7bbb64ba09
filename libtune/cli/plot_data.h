// What the page draws, as JSON. plot/*.js is its only reader.
#pragma once

#include <string>

#include "libtune/cli/plot_html.h"

namespace tune {

// One JSON document in ASCII, without <, > and &: it may stand in a <script> element as it is. Rates are in records/s
// and rounded to five digits; what is not known is null. `input` must have passed the checks of PlotHtml().
std::string PlotDataJson(const PlotInput& input);

}  // namespace tune
