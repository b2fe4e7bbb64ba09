#include "libtune/memory/plan.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {

absl::StatusOr<Bytes> ProcessAround(int64_t flink, int64_t metaspace, Bytes wanted, bool exact,
                                    const ProcessMemoryKeys& keys, ProcessMemoryOptions& o) {
  CappedFraction range = Overhead(o, keys);
  if (exact && range.min > wanted.value()) o.overhead_min = wanted;
  const int64_t least = exact ? wanted.value() : std::max(wanted.value(), range.min);
  const absl::int128 sum = absl::int128(flink) + metaspace + least;
  const absl::int128 process = (sum + kMebibyte - 1) / kMebibyte * kMebibyte;
  if (process > std::numeric_limits<int64_t>::max()) return TooLarge(Wanted("overhead", wanted));
  if (exact && process != sum) {
    return Contradiction(Wanted("overhead", wanted), absl::StrCat("Flink memory = ", FormatFlinkSize(Bytes(flink))),
                         "sizes that are together, with the metaspace, whole MiB");
  }
  const auto overhead = static_cast<int64_t>(process - flink - metaspace);
  if (overhead > range.max) o.overhead_max = Bytes(overhead);
  return Bytes(static_cast<int64_t>(process));
}

absl::Status CheckWish(const char* name, const std::optional<Bytes>& wish) {
  if (!wish || wish->value() >= 0) return absl::OkStatus();
  return NotAllowed(absl::StrCat("wanted ", name), absl::StrCat(wish->value()), "a size >= 0");
}

std::string Wanted(const char* name, Bytes size) { return absl::StrCat("wanted ", name, " = ", FormatFlinkSize(size)); }

absl::Status NoHeap(const absl::Status& why) {
  return NotAllowed("wanted heap", "absent",
                    absl::StrCat("a size, as the options give none: ", std::string(why.message())));
}

void SetMetaspace(const std::optional<Bytes>& wish, ProcessMemoryOptions& o) {
  if (wish && wish->value() != ValueOr(o.metaspace, kDefaultMetaspace)) o.metaspace = wish;
}

void AddJvmChanges(const ProcessMemoryKeys& keys, const ProcessMemoryOptions& before, const ProcessMemoryOptions& after,
                   std::map<std::string, std::string>& changes) {
  AddChange(keys.metaspace, before.metaspace, after.metaspace, changes);
  AddChange(keys.overhead_min, before.overhead_min, after.overhead_min, changes);
  AddChange(keys.overhead_max, before.overhead_max, after.overhead_max, changes);
}

}  // namespace tune
