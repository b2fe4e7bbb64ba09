// What planning the memory of both processes shares.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libtune/memory/derive.h"
#include "tune/sizes.h"

namespace tune {

// The smallest whole MiB for which `enough(bytes)` holds, which must go on holding above it and holds for nothing below
// `least`. nullopt: none below 2^62.
template <typename Enough>
std::optional<int64_t> SmallestProcess(Bytes least, const Enough& enough) {
  constexpr int64_t kMost = int64_t{1} << 42;
  const int64_t lowest = least.value() / kMebibyte;  // none below it is enough
  int64_t high = 1;
  while (high < kMost && high < lowest) high *= 2;
  while (!enough(high * kMebibyte)) {
    if (high >= kMost) return std::nullopt;
    high *= 2;
  }
  int64_t low = std::max(high / 2 + 1, lowest);
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (enough(middle * kMebibyte)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return high * kMebibyte;
}

// Moves the limits of what is derived to `got` so that it becomes `want`, at least or exactly. False: it is that
// already.
inline bool MoveLimits(int64_t got, Bytes want, bool exact, const CappedFraction& range, std::optional<Bytes>& min,
                       std::optional<Bytes>& max) {
  if (got == want.value() || (got > want.value() && !exact)) return false;
  if (got < want.value() || range.min > want.value()) min = want;
  if (got > want.value() || range.max < want.value()) max = want;
  return true;
}

// The process size around Flink memory that does not depend on it: the overhead is what is left, `wanted` or what
// rounding up to a MiB makes of it. Moves the overhead's limits where they are in the way.
absl::StatusOr<Bytes> ProcessAround(int64_t flink, int64_t metaspace, Bytes wanted, bool exact,
                                    const ProcessMemoryKeys& keys, ProcessMemoryOptions& options);

// kInvalidArgument for a negative one. `name` is that of the wish's field.
absl::Status CheckWish(const char* name, const std::optional<Bytes>& wish);

// "wanted heap = 3g"
std::string Wanted(const char* name, Bytes size);

// Neither a wish nor the options, for the reason `why`, give a heap.
absl::Status NoHeap(const absl::Status& why);

// The metaspace wished for, where it is another than Flink's default.
void SetMetaspace(const std::optional<Bytes>& wish, ProcessMemoryOptions& options);

// Adds `key` where its size has changed.
inline void AddChange(const char* key, const std::optional<Bytes>& before, const std::optional<Bytes>& after,
                      std::map<std::string, std::string>& changes) {
  if (after && after != before) changes[key] = FormatFlinkSize(*after);
}

// The same for metaspace and overhead.
void AddJvmChanges(const ProcessMemoryKeys& keys, const ProcessMemoryOptions& before, const ProcessMemoryOptions& after,
                   std::map<std::string, std::string>& changes);

}  // namespace tune
