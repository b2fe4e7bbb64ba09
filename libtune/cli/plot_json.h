// Series of a window's bins as the page's JSON has them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace tune {

using PlotJson = nlohmann::ordered_json;
using PlotSeries = std::vector<std::optional<double>>;  // by bin; nullopt: a hole

// To five digits, which are more than a drawing shows and keep the page small.
double RoundedForPlot(double value);

// Thinned out (plot_series.h): {"i": indices, "v": values}, a hole null; without "i" where the series is whole. null
// where nothing is known.
PlotJson SeriesJson(const PlotSeries& series);

// What a bin holds of something, and of what that is a part; a whole of zero makes a hole.
using Part = std::pair<double, double>;

template <typename B, typename Of>
PlotSeries SeriesOf(const std::vector<B>& bins, Of of) {
  PlotSeries series;
  series.reserve(bins.size());
  for (const B& bin : bins) {
    const Part part = of(bin);
    series.push_back(part.second > 0 ? std::optional<double>(part.first / part.second) : std::nullopt);
  }
  return series;
}

}  // namespace tune
