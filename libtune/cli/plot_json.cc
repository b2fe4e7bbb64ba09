#include "libtune/cli/plot_json.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/plot_series.h"

namespace tune {

double RoundedForPlot(double value) {
  double rounded = value;
  return absl::SimpleAtod(absl::StrFormat("%.5g", value), &rounded) ? rounded : value;
}

PlotJson SeriesJson(const PlotSeries& series) {
  if (std::none_of(series.begin(), series.end(), [](const auto& value) { return value.has_value(); })) return nullptr;
  PlotJson indices = PlotJson::array(), values = PlotJson::array();
  for (const PlotPoint& point : ThinOut(series)) {
    indices.push_back(point.index);
    values.push_back(point.value ? PlotJson(RoundedForPlot(*point.value)) : PlotJson(nullptr));
  }
  PlotJson json = {{"v", std::move(values)}};
  if (series.size() > kMostPlotPoints) json["i"] = std::move(indices);
  return json;
}

}  // namespace tune
