#include "libtune/estimate/live_set.h"

#include <algorithm>
#include <cmath>

#include "libtune/estimate/line_fit.h"
#include "libtune/estimate/trend.h"
#include "libtune/window/quantile.h"

namespace tune {
namespace {

constexpr double kClearRise = 2.33;    // Mann and Kendall's z: by chance once in a hundred times
constexpr double kLargeRise = 0.1;     // of the live set
constexpr int kFewestForATrend = 8;    // points
constexpr double kStillRising = 1.28;  // z over the last half: by chance once in ten times

constexpr double kNewest = 0.2;  // weight of the newest full collection

// By LiveRung. A full collection is the truth but for what it rounds; a marking lacks what died since it began.
constexpr double kBias[kLiveRungCount] = {0.02, 0.1, 0.55, 1, 10};

// The readings of one block of time.
struct Block {
  double time_s = 0, load = 0;
  int loads = 0, count = 0;
  LiveBytes bytes;

  void Add(const LiveReading& reading) {
    time_s += reading.time_s;
    ++count;
    if (reading.load) {
      load += *reading.load;
      ++loads;
    }
    Keep(reading.bytes, bytes);
  }

  // The block's live set where it has a reading of `rung` or a better one.
  std::optional<double> Value(size_t rung) const {
    if (bytes[0]) return bytes[0];
    std::optional<double> lowest;
    bool has = false;
    for (size_t i = 1; i < kLiveRungCount; ++i) {
      if (!bytes[i]) continue;
      has = has || i <= rung;
      lowest = std::min(lowest.value_or(*bytes[i]), *bytes[i]);
    }
    return has ? lowest : std::nullopt;
  }
};

std::vector<Block> BlocksOf(std::span<const LiveReading> readings, double block_s) {
  std::vector<Block> blocks;
  if (readings.empty()) return blocks;
  const double start = readings.front().time_s;
  double border = -1;
  for (const LiveReading& reading : readings) {
    if (reading.bytes == LiveBytes()) continue;
    if (blocks.empty() || reading.time_s >= border) {
      blocks.emplace_back();
      border = start + (std::floor((reading.time_s - start) / block_s) + 1) * block_s;
    }
    blocks.back().Add(reading);
  }
  return blocks;
}

size_t BestRung(const std::vector<Block>& blocks) {
  for (size_t rung = 0; rung < kLiveRungCount; ++rung) {
    for (const Block& block : blocks) {
      if (block.bytes[rung]) return rung;
    }
  }
  return kLiveRungCount - 1;
}

// What is left of the series once the part that goes with the load is taken out.
bool IsExplainedBy(const std::vector<Point>& loads, const std::vector<Point>& over_time) {
  if (loads.size() != over_time.size()) return false;
  const Line line = FitTheilSen(loads);
  if (line.slope <= 0) return false;
  std::vector<Point> left;
  for (size_t i = 0; i < loads.size(); ++i) left.push_back({over_time[i].x, loads[i].y - line.slope * loads[i].x});
  return MannKendall(left) <= kClearRise;
}

// A rise that ended at a height it then keeps was a job that filled its state.
bool StillRises(const std::vector<Point>& over_time) {
  const std::vector<Point> later(over_time.begin() + static_cast<std::ptrdiff_t>(over_time.size() / 2),
                                 over_time.end());
  return MannKendall(later) > kStillRising;
}

// Median of the last quarter less that of the first: a series that has reached its height rose too.
double RiseOf(const std::vector<Point>& over_time) {
  const size_t quarter = std::max<size_t>(1, over_time.size() / 4);
  std::vector<double> first, last;
  for (size_t i = 0; i < quarter; ++i) {
    first.push_back(over_time[i].y);
    last.push_back(over_time[over_time.size() - 1 - i].y);
  }
  return Quantile(last, 0.5).value_or(0) - Quantile(first, 0.5).value_or(0);
}

LiveTrend TrendOf(std::span<const LiveReading> readings, size_t rung, double bytes, bool exhausted) {
  std::vector<Point> over_time, over_load;
  for (const LiveReading& reading : readings) {
    if (!reading.bytes[rung]) continue;
    over_time.push_back({reading.time_s, *reading.bytes[rung]});
    if (reading.load) over_load.push_back({*reading.load, *reading.bytes[rung]});
  }
  LiveTrend trend;
  if (over_time.size() < kFewestForATrend) return trend;
  trend.z = MannKendall(over_time);
  trend.rise = RiseOf(over_time);
  trend.explained_by_load = IsExplainedBy(over_load, over_time);
  trend.rising = trend.z > kClearRise && trend.rise > kLargeRise * bytes && !trend.explained_by_load &&
                 (exhausted || StillRises(over_time));
  return trend;
}

}  // namespace

void Exhaustion::Add(double full, double futile) {
  if (full <= 0) return;
  const double older = std::pow(1 - kNewest, full);
  futile_ = older * futile_ + (1 - older) * futile / full;
}

bool IsExhausted(std::span<const MemoryBin> bins) {
  Exhaustion exhaustion;
  for (const MemoryBin& bin : bins) exhaustion.Add(bin.log_full_gcs, bin.log_futile_full_gcs);
  return exhaustion.IsExhausted();
}

double UsualBias(LiveRung rung) { return kBias[static_cast<size_t>(rung)]; }

std::optional<LiveSet> EstimateLiveSet(std::span<const LiveReading> readings, double block_s, bool exhausted) {
  const std::vector<Block> blocks = BlocksOf(readings, block_s);
  if (blocks.empty()) return std::nullopt;
  const size_t best = BestRung(blocks);
  LiveSet live;
  live.rung = static_cast<LiveRung>(best);
  live.all_blocks = static_cast<int>(blocks.size());
  for (const Block& block : blocks) {
    const std::optional<double> value = block.Value(best);
    if (!value) continue;
    live.smallest = live.blocks == 0 ? *value : std::min(live.smallest, *value);
    live.bytes = std::max(live.bytes, *value);
    ++live.blocks;
  }
  live.is_bound = live.rung > LiveRung::kMarking;
  live.low = live.bytes / (1 + UsualBias(live.rung));
  live.exhausted = exhausted;
  live.trend = TrendOf(readings, best, live.bytes, live.exhausted);
  return live;
}

std::vector<LiveReading> ReadingsOf(std::span<const MemoryBin> bins, size_t first_bin, double bin_s,
                                    std::span<const double> load) {
  std::vector<LiveReading> readings;
  for (size_t i = first_bin; i < bins.size(); ++i) {
    LiveReading& reading = readings.emplace_back();
    reading.time_s = (static_cast<double>(i) + 0.5) * bin_s;
    for (size_t rung = 0; rung < kLiveRungCount; ++rung) {
      if (bins[i].live[rung]) reading.bytes[rung] = static_cast<double>(bins[i].live[rung]->value());
    }
    if (i < load.size()) reading.load = load[i];
  }
  return readings;
}

}  // namespace tune
