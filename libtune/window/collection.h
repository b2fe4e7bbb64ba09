// What one collection tells. gc/ sums it up over a log, window/ in bins.
#pragma once

#include <optional>

#include "libtune/internal/path.h"
#include "tune/collection.h"

namespace tune {

// 0 where it is absent.
inline double ValueOf(const std::optional<Bytes>& bytes) { return bytes ? static_cast<double>(bytes->value()) : 0; }

// Young and mixed ones: they leave eden empty.
inline bool IsYoung(const Collection& c) {
  return c.kind == CollectionKind::kYoung || c.kind == CollectionKind::kMixed;
}

// Somebody asked for it (System.gc(), a heap dump, a diagnostic command), or a timer did: it says nothing of how often
// one is needed.
bool WasAskedFor(const Collection& collection);

// The program needed room: nobody asked for the full collection, nor was metaspace short.
bool NeededRoom(const Collection& full);

// A full collection that freed next to nothing: less than 5 % of the heap in use.
bool IsFutile(const Collection& full);

// A futile full collection of a heap that cannot grow any more: it is full, however young its JVM is. `max_heap`: -Xmx,
// as far as the JVM tells it.
bool IsHeapFull(const Collection& collection, const std::optional<Bytes>& max_heap);

// Bytes that a young collection moved to the old generation: its growth, without G1's humongous regions, which are
// allocated there. nullopt: not told.
std::optional<double> PromotedBy(const Collection& young);

struct Allocation {
  double bytes = 0;   // >= 0
  double over_s = 0;  // seconds since the collection before, >= 0
};

// What a program allocates between collections: what the heap holds before one, less what it held after the one before.
// Takes the collections of one JVM in the order of its log.
class AllocationReader {
 public:
  // `at_s`: when it ended, by any clock. nullopt: it does not tell, or is the first one that does. Concurrent
  // collectors free and allocate at the same time: theirs never do; nor does CMS, but for the young generation.
  std::optional<Allocation> Take(const Collection& collection, double at_s);

  // What it remembers, for who saves and restores it (state_fields.h).
  template <typename Words, typename Self>
  static void Fields(Words& words, Self& self) {
    words.OptionalNumber("held", self.held_, 0, kLargestAmount);
    words.Number("held_at_s", self.held_at_s_, 0, kLargestAmount);
  }

 private:
  std::optional<double> held_;  // bytes, after the last one that told
  double held_at_s_ = 0;
};

}  // namespace tune
