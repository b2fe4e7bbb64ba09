// Demand on a source: what its log grew by, from end offsets or from the growth of pendingRecords.
#include "libtune/window/builder_state.h"

namespace tune {
namespace {

// The share of the window's time that must be known from offsets before they speak for the source.
constexpr double kEnoughOffsets = 0.5;

double CoveredSeconds(const std::vector<DemandBin>& bins) {
  double sum = 0;
  for (const DemandBin& bin : bins) sum += bin.covered_s;
  return sum;
}

double LastLag(const std::vector<DemandBin>& bins) {
  for (auto bin = bins.rbegin(); bin != bins.rend(); ++bin) {
    if (bin->covered_s > 0) return bin->lag_records;
  }
  return 0;
}

}  // namespace

void WindowBuilder::State::AddSource(const SourceSample& sample) {
  SourceTrack& track = sources[static_cast<size_t>(sample.vertex)];
  if (sample.committed_offset) track.committed = *sample.committed_offset;
  if (!sample.end_offset) return;
  const bool first = !track.has_offset;
  const double grown = *sample.end_offset - track.end_offset;
  const int64_t from_ms = track.offset_time_ms;
  if (!first && sample.time_ms <= from_ms) {
    Coverage& coverage = window.vertices[static_cast<size_t>(sample.vertex)].coverage;
    (sample.time_ms == from_ms ? coverage.duplicates : coverage.out_of_order) += 1;
    return;
  }
  track.has_offset = true;
  track.end_offset = *sample.end_offset;
  track.offset_time_ms = sample.time_ms;
  if (first) return;
  if (grown < 0) {  // the log was made anew
    window.vertices[static_cast<size_t>(sample.vertex)].coverage.counter_resets += 1;
    return;
  }
  const double covered_s = static_cast<double>(sample.time_ms - from_ms) / 1000;
  const double lag = track.committed >= 0 ? std::max(0.0, track.end_offset - track.committed) : 0;
  Spread(from_ms, sample.time_ms, [&](size_t index, double share) {
    DemandBin& bin = track.offset_bins[index];
    bin.covered_s += covered_s * share;
    bin.records += grown * share;
    bin.lag_records = lag;
  });
}

// production = what the source took + the growth of what it has not taken: summed over a bin, the latter is the
// difference of the bin's ends.
void WindowBuilder::State::AddPending(int vertex, const TaskDelta& delta, int64_t from_ms, int64_t to_ms) {
  const VertexTrack& v = vertices[static_cast<size_t>(vertex)];
  SourceTrack& track = sources[static_cast<size_t>(vertex)];
  double pending = 0;
  for (const TaskTrack& subtask : v.subtasks) pending += subtask.last.Get(TaskMetric::kPendingRecords).value_or(0);
  if (v.whole.started) pending = v.whole.last.Get(TaskMetric::kPendingRecords).value_or(0);
  const double part = v.whole.started ? 1.0 : 1.0 / v.parallelism;
  // pendingRecords counts what the log holds: what was read of it, where the source counts that, else what was given.
  const double taken = delta.records_in > 0 ? delta.records_in : delta.records_out;
  const double produced = taken + delta.pending_change;
  Spread(from_ms, to_ms, [&](size_t index, double share) {
    DemandBin& bin = track.lag_bins[index];
    bin.covered_s += delta.elapsed_s * share * part;
    bin.records += produced * share;
    bin.lag_records = pending;
  });
}

void WindowBuilder::State::SelectDemand() {
  for (SourceTrack& track : sources) {
    if (track.window_index < 0) continue;
    SourceWindow& out = window.sources[static_cast<size_t>(track.window_index)];
    const double length_s = absl::ToDoubleSeconds(window.length);
    const bool offsets =
        track.has_offset && length_s > 0 && CoveredSeconds(track.offset_bins) >= kEnoughOffsets * length_s;
    const bool lag = CoveredSeconds(track.lag_bins) > 0;
    out.kind = out.given ? DemandKind::kGiven
               : offsets ? DemandKind::kOffsets
               : lag     ? DemandKind::kLag
                         : DemandKind::kConsumed;
    const std::vector<DemandBin>& bins = offsets ? track.offset_bins : track.lag_bins;
    out.bins.clear();
    out.lag_records.reset();
    if (!offsets && !lag) continue;
    out.bins = bins;
    if (!offsets || track.committed >= 0) out.lag_records = LastLag(bins);
  }
}

}  // namespace tune
