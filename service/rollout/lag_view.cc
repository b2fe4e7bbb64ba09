#include "service/rollout/lag_view.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "libtune/estimate/line_fit.h"
#include "libtune/estimate/trend.h"

namespace tune {
namespace {

constexpr double kWarm = 0.999;  // of a bin that has no part of a start or a warm-up

// The first bin that begins at `from` or later.
size_t FirstBin(const JobWindow& window, absl::Time from) {
  if (from <= window.start) return 0;
  constexpr double kBeyondAll = 1e9;
  return static_cast<size_t>(std::min(kBeyondAll, std::ceil(absl::FDivDuration(from - window.start, window.bin))));
}

// Where the later half of the bins begins: a job that falls behind slowly has some time left at first.
size_t LaterHalf(const VertexWindow& vertex, size_t first) {
  return first + (vertex.bins.size() - std::min(first, vertex.bins.size())) / 2;
}

// The first of the last bins that have no part of a start or a warm-up.
size_t SinceStart(const VertexWindow& vertex, size_t first) {
  size_t i = vertex.bins.size();
  while (i > first && vertex.bins[i - 1].warm_s >= kWarm * vertex.bins[i - 1].covered_s) --i;
  return i;
}

// In the bins from `first` on.
std::optional<double> HeldBack(const VertexWindow& vertex, size_t first) {
  double task_s = 0, used_s = 0;
  for (size_t i = first; i < vertex.bins.size(); ++i) {
    task_s += vertex.bins[i].task_s;
    used_s += vertex.bins[i].busy_s + vertex.bins[i].backpressured_s;
  }
  if (task_s <= 0) return std::nullopt;
  return std::min(1.0, used_s / task_s);
}

// Of the subtask that was so for most of the run's time; 0: none was seen.
double HeldBackAtMost(const VertexWindow& vertex) {
  double most = 0;
  for (const SubtaskWindow& subtask : vertex.subtasks) {
    if (subtask.covered_s <= 0) continue;
    most = std::max(most, (subtask.busy_s + subtask.backpressured_s) / subtask.covered_s);
  }
  return most;
}

bool HasNoTime(const SourceWindow& source, const VertexWindow& vertex, std::optional<double> held_back) {
  if (held_back.value_or(1) >= kNoTime) return true;
  return source.kind == DemandKind::kLag && HeldBackAtMost(vertex) >= kNoTime;
}

struct SourceLag {
  double behind = 0;
  std::optional<double> growth;
  bool rises = false;
};

// nullopt: nothing is known of its log.
std::optional<SourceLag> LagOf(const SourceWindow& source, absl::Duration bin, size_t first) {
  if (!source.lag_records) return std::nullopt;  // how far it grows, but not how far it was read
  std::vector<Point> points;
  double covered_s = 0, produced = 0;
  for (size_t i = first; i < source.bins.size(); ++i) {
    const DemandBin& at = source.bins[i];
    if (at.covered_s <= 0) continue;
    points.push_back({static_cast<double>(i) * absl::ToDoubleSeconds(bin), at.lag_records});
    covered_s += at.covered_s;
    produced += at.records;
  }
  if (points.empty()) return std::nullopt;
  SourceLag lag;
  lag.behind = points.back().y;
  if (points.size() < static_cast<size_t>(kLeastLagBins) || produced <= 0) return lag;
  lag.growth = FitTheilSen(points).slope / (produced / covered_s);
  lag.rises = MannKendall(points) >= kClearRise;
  return lag;
}

}  // namespace

LagView LookAtPresent(const JobWindow& window) {
  const absl::Time from = window.start + window.length - kPresent;
  LagView view = LookAtLag(window, from);
  view.held_back.reset();
  const size_t first = FirstBin(window, from);
  for (const SourceWindow& source : window.sources) {
    const VertexWindow& vertex = window.vertices[static_cast<size_t>(source.vertex)];
    const std::optional<double> held_back = HeldBack(vertex, SinceStart(vertex, first));
    if (held_back) view.held_back = std::max(view.held_back.value_or(0), *held_back);
  }
  return view;
}

LagView LookAtLag(const JobWindow& window, absl::Time from) {
  const size_t first = FirstBin(window, from);
  LagView view;
  for (const SourceWindow& source : window.sources) {
    const VertexWindow& vertex = window.vertices[static_cast<size_t>(source.vertex)];
    const std::optional<double> held_back = HeldBack(vertex, LaterHalf(vertex, first));
    if (held_back) view.held_back = std::max(view.held_back.value_or(0), *held_back);
    const std::optional<SourceLag> lag = LagOf(source, window.bin, first);
    if (!lag) continue;
    view.behind = view.behind.value_or(0) + lag->behind;
    if (!lag->growth) continue;
    view.growth = std::max(view.growth.value_or(*lag->growth), *lag->growth);
    if (lag->rises && *lag->growth >= kGrowth && HasNoTime(source, vertex, held_back)) view.grows = true;
  }
  return view;
}

}  // namespace tune
