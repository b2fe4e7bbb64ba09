// What each collection of a JVM tells of its live set.
// Source: libtune/DESIGN.md, "Live set".
#pragma once

#include <optional>

#include "tune/collection.h"

namespace tune {

// Somebody asked for it (System.gc(), a heap dump, a diagnostic command): it says nothing of how often one is needed.
bool WasAskedFor(const Collection& collection);

// A full collection that freed next to nothing: less than 5 % of the heap in use.
bool IsFutile(const Collection& full);

// Bytes; absent: the collection does not tell.
struct CollectionReading {
  std::optional<double> full;     // alive, by a full collection
  std::optional<double> marking;  // alive, by what a concurrent marking found
  std::optional<double> left;     // after any other collection: all that may be alive
};

// Takes the collections of one JVM in the order of its log.
class LiveReader {
 public:
  CollectionReading Take(const Collection& collection);

 private:
  std::optional<double> TakeG1(const Collection& collection);

  // G1, bytes: a marking ended and no mixed collection followed yet; the least that the old generation held since.
  bool marked_ = false;
  std::optional<double> lowest_marked_;
  std::optional<double> last_mixed_;              // found alive after a mixed collection, should it be the last one
  double promoted_sum_ = 0, promoted_count_ = 0;  // by young collections
};

}  // namespace tune
