#include "libtune/cli/plot_series.h"

#include <algorithm>

namespace tune {
namespace {

constexpr size_t kPointsOfAGroup = 3;  // smallest, largest, hole

void AddGroup(std::span<const std::optional<double>> values, size_t first, size_t last, std::vector<PlotPoint>& out) {
  std::optional<size_t> smallest, largest, hole;
  for (size_t i = first; i < last; ++i) {
    if (!values[i]) {
      if (!hole) hole = i;
      continue;
    }
    if (!smallest || *values[i] < *values[*smallest]) smallest = i;
    if (!largest || *values[i] > *values[*largest]) largest = i;
  }
  std::vector<size_t> kept;
  for (const auto& index : {smallest, largest, hole}) {
    if (index) kept.push_back(*index);
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for (const size_t i : kept) out.push_back({static_cast<int>(i), values[i]});
}

}  // namespace

std::vector<PlotPoint> ThinOut(std::span<const std::optional<double>> values, size_t most) {
  std::vector<PlotPoint> out;
  if (values.size() <= most) {
    for (size_t i = 0; i < values.size(); ++i) out.push_back({static_cast<int>(i), values[i]});
    return out;
  }
  const size_t groups = most / kPointsOfAGroup;
  for (size_t g = 0; g < groups; ++g) {
    AddGroup(values, g * values.size() / groups, (g + 1) * values.size() / groups, out);
  }
  return out;
}

size_t GroupSize(size_t size, size_t most) {
  if (size <= most) return 1;
  const size_t groups = most / kPointsOfAGroup;
  return (size + groups - 1) / groups;
}

}  // namespace tune
