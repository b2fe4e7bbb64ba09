// What each collection of a JVM tells of its live set.
// Source: libtune/DESIGN.md, "Live set".
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "libtune/internal/path.h"
#include "tune/collection.h"
#include "tune/process_window.h"

namespace tune {

// Readings by LiveRung, bytes. Absent: none of that rung.
using LiveBytes = std::array<std::optional<double>, kLiveRungCount>;

// Which of two readings of a rung counts: of full collections, which are exact, the larger; of bounds the smaller.
inline double Kept(LiveRung rung, double a, double b) {
  return rung == LiveRung::kFullCollection ? std::max(a, b) : std::min(a, b);
}

// More than two spaces of a heap can be said to hold (ingest/check_sample.cc), and within 64 bits.
constexpr double kMostLiveBytes = 4e18;

// Each rung's one of both.
inline void Keep(const LiveBytes& seen, LiveBytes& kept) {
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) kept[i] = Kept(static_cast<LiveRung>(i), *seen[i], kept[i].value_or(*seen[i]));
  }
}

// Takes the collections of one JVM in the order of its log.
class LiveReader {
 public:
  // What it found alive; of a young collection all that may be alive.
  LiveBytes Take(const Collection& collection);

  // What it remembers, for who saves and restores it (state_fields.h).
  template <typename Words, typename Self>
  static void Fields(Words& words, Self& self) {
    words.Int("marked", self.marked_, 0, 1);
    words.OptionalNumber("lowest_marked", self.lowest_marked_, 0, kMostLiveBytes);
    words.OptionalNumber("last_mixed", self.last_mixed_, 0, kMostLiveBytes);
    words.Number("promoted_sum", self.promoted_sum_, 0, kLargestAmount);
    words.Number("promoted_count", self.promoted_count_, 0, kLargestAmount);
  }

 private:
  std::optional<double> TakeG1(const Collection& collection);

  // G1, bytes: a marking ended and no mixed collection followed yet; the least that the old generation held since.
  bool marked_ = false;
  std::optional<double> lowest_marked_;
  std::optional<double> last_mixed_;              // found alive after a mixed collection, should it be the last one
  double promoted_sum_ = 0, promoted_count_ = 0;  // by young collections
};

}  // namespace tune
