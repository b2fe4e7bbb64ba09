// The live set of a process: what its heap holds right after a full collection, garbage and all that is young left out.
// Source: libtune/DESIGN.md, "Live set".
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "libtune/window/live_reader.h"
#include "tune/process_window.h"

namespace tune {

// Readings of one span of time (a bin, or the time of one collection).
struct LiveReading {
  double time_s = 0;  // since any start, its middle
  LiveBytes bytes;
  std::optional<double> load;  // records/s or the like that the job did then; absent: not known
};

struct LiveTrend {
  double z = 0;     // Mann and Kendall's
  double rise = 0;  // bytes: median of the last quarter of the readings less that of the first
  bool explained_by_load = false;
  bool rising = false;  // clear, large, and not explained by load: a leak, or state that is still filling
};

struct LiveSet {
  LiveRung rung = LiveRung::kFullCollection;
  double bytes = 0;        // largest over the blocks of time; of a bound: an upper one
  double low = 0;          // what is alive is at least this, by the rung's known bias
  double smallest = 0;     // smallest over the blocks
  int blocks = 0;          // that had a reading of this rung
  int all_blocks = 0;      // that had any
  bool is_bound = false;   // only an upper bound is known
  bool exhausted = false;  // full collections free nothing: more is alive than fits, or nearly
  LiveTrend trend;
};

// Do full collections free next to nothing? The newest count most: it takes most of the last five.
class Exhaustion {
 public:
  // The next `full` collections, in order of time, of which `futile` in [0, full] freed less than 5 %. In what order
  // they came is not known: each counts as futile by the share that is.
  void Add(double full, double futile);
  bool IsExhausted() const { return futile_ >= 0.5; }

 private:
  double futile_ = 0;  // share of them, weighted
};

// By a role's bins in order of time, from GC logs: of all its processes together, among which those whose heap is full
// collect most.
bool IsExhausted(std::span<const MemoryBin> bins);

// Readings in order of time -> the live set. They are cut into blocks of `block_s`; in a block the lowest bound counts
// (of full collections, which are exact, the highest reading), over blocks the largest. The best rung that any block
// has decides; a block that also has a lower bound of another rung takes that. `exhausted`: full collections
// free nothing. nullopt: no readings.
constexpr double kLiveBlockSeconds = 600;  // usual length of a block
std::optional<LiveSet> EstimateLiveSet(std::span<const LiveReading> readings, double block_s, bool exhausted);

// The readings of a role's bins from `first_bin` on. `load`: records/s by bin, as many as bins, or empty.
std::vector<LiveReading> ReadingsOf(std::span<const MemoryBin> bins, size_t first_bin, double bin_s,
                                    std::span<const double> load);

// What the rung's reading is at most above the truth, as a share of the truth (measured: DESIGN.md, "Live set").
double UsualBias(LiveRung rung);

}  // namespace tune
