// What one collection tells by itself.
#pragma once

#include <optional>

#include "tune/collection.h"

namespace tune {

// 0 where it is absent.
inline double ValueOf(const std::optional<Bytes>& bytes) { return bytes ? static_cast<double>(bytes->value()) : 0; }

// Young and mixed ones: they leave eden empty.
inline bool IsYoung(const Collection& c) {
  return c.kind == CollectionKind::kYoung || c.kind == CollectionKind::kMixed;
}

// Somebody asked for it (System.gc(), a heap dump, a diagnostic command): it says nothing of how often one is needed.
bool WasAskedFor(const Collection& collection);

// A full collection that freed next to nothing: less than 5 % of the heap in use.
bool IsFutile(const Collection& full);

}  // namespace tune
