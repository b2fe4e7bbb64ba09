#include "libtune/memory/derive.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "tune/sizes.h"

namespace tune {
namespace {

const MemoryFraction& DefaultOverhead() {
  static const MemoryFraction fraction(0.1F);
  return fraction;
}

}  // namespace

std::string Shown(const ProcessMemoryOptions& options, const char* key, int64_t bytes, bool is_set) {
  const auto it = options.given_as.find(key);
  return absl::StrCat(it == options.given_as.end() ? key : it->second, " = ", FormatFlinkSize(Bytes(bytes)),
                      is_set ? "" : " (default)");
}

absl::Status Contradiction(const std::string& one, const std::string& other, const std::string& allowed) {
  return absl::InvalidArgumentError(absl::StrCat(one, ", ", other, "; allowed: ", allowed));
}

absl::Status NothingToDeriveFrom(const ProcessMemoryKeys& keys, const std::string& parts) {
  return Contradiction(absl::StrCat(keys.process_size, " = absent"), absl::StrCat(keys.flink_size, " = absent"),
                       absl::StrCat("one of the two, or ", parts));
}

absl::Status TooLarge(const std::string& shown) {
  return absl::InvalidArgumentError(absl::StrCat(shown, "; allowed: all memory together below 2^63 bytes"));
}

std::string ShownTotal(const ProcessMemoryOptions& options, const ProcessMemoryKeys& keys) {
  return options.flink_size ? Shown(options, keys.flink_size, options.flink_size->value())
                            : Shown(options, keys.process_size, ValueOr(options.process_size, 0));
}

absl::Status CappedFraction::Check(const ProcessMemoryOptions& options) const {
  if (min > max) {
    return Contradiction(Shown(options, min_key, min, min_set), Shown(options, max_key, max, max_set), "min <= max");
  }
  if (fraction.InRange()) return absl::OkStatus();
  const auto it = options.given_as.find(fraction_key);
  return NotAllowed(it == options.given_as.end() ? fraction_key : it->second, absl::StrCat(fraction.value()), "[0, 1)");
}

int64_t CappedFraction::Of(int64_t bytes) const {
  const int64_t part = fraction.Of(bytes);
  return part > max ? max : part < min ? min : part;
}

absl::StatusOr<int64_t> CappedFraction::Beside(int64_t bytes) const {
  const std::optional<int64_t> part = fraction.Beside(bytes);
  if (!part)
    return TooLarge(absl::StrCat(fraction_key, " = ", fraction.value(), " beside ", FormatFlinkSize(Bytes(bytes))));
  return *part > max ? max : *part < min ? min : *part;
}

CappedFraction Overhead(const ProcessMemoryOptions& o, const ProcessMemoryKeys& keys) {
  return {ValueOr(o.overhead_min, kDefaultOverheadMin),
          ValueOr(o.overhead_max, kDefaultOverheadMax),
          o.overhead_fraction ? *o.overhead_fraction : DefaultOverhead(),
          keys.overhead_min,
          keys.overhead_max,
          keys.overhead_fraction,
          o.overhead_min.has_value(),
          o.overhead_max.has_value()};
}

absl::StatusOr<JvmMemory> JvmOfProcess(const ProcessMemoryOptions& o, const ProcessMemoryKeys& keys) {
  const CappedFraction range = Overhead(o, keys);
  if (auto status = range.Check(o); !status.ok()) return status;
  const int64_t process = o.process_size->value();
  const JvmMemory jvm = {ValueOr(o.metaspace, kDefaultMetaspace), range.Of(process)};
  if (absl::int128(jvm.metaspace) + jvm.overhead > process) {
    return Contradiction(
        Shown(o, keys.process_size, process), Shown(o, keys.metaspace, jvm.metaspace, o.metaspace.has_value()),
        absl::StrCat("a process size of at least metaspace and overhead (", FormatFlinkSize(Bytes(jvm.overhead)), ")"));
  }
  return jvm;
}

namespace {

// The overhead is what a process size leaves that stands beside the Flink memory.
absl::StatusOr<JvmMemory> JvmOfBoth(int64_t flink, const CappedFraction& range, const ProcessMemoryOptions& o,
                                    const ProcessMemoryKeys& keys) {
  const int64_t process = o.process_size->value(), metaspace = ValueOr(o.metaspace, kDefaultMetaspace);
  const absl::int128 left = absl::int128(process) - flink - metaspace;
  const bool below = left < range.min;
  if (!below && left <= range.max) return JvmMemory{metaspace, static_cast<int64_t>(left)};
  const std::string total = absl::StrCat("Flink memory (", FormatFlinkSize(Bytes(flink)), ") and metaspace (",
                                         FormatFlinkSize(Bytes(metaspace)), ")");
  const std::string other = o.flink_size ? Shown(o, keys.flink_size, flink)
                            : below      ? Shown(o, keys.overhead_min, range.min, range.min_set)
                                         : Shown(o, keys.overhead_max, range.max, range.max_set);
  return Contradiction(Shown(o, keys.process_size, process), other,
                       absl::StrCat("a process size that is ", total, " and an overhead in [",
                                    FormatFlinkSize(Bytes(range.min)), ", ", FormatFlinkSize(Bytes(range.max)), "]"));
}

}  // namespace

absl::StatusOr<JvmMemory> JvmOfFlink(int64_t flink, const ProcessMemoryOptions& o, const ProcessMemoryKeys& keys) {
  const CappedFraction range = Overhead(o, keys);
  if (auto status = range.Check(o); !status.ok()) return status;
  if (o.process_size) return JvmOfBoth(flink, range, o, keys);
  const int64_t metaspace = ValueOr(o.metaspace, kDefaultMetaspace);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  if (flink > kMost - metaspace) return TooLarge(Shown(o, keys.metaspace, metaspace, o.metaspace.has_value()));
  absl::StatusOr<int64_t> overhead = range.Beside(flink + metaspace);
  if (!overhead.ok()) return overhead.status();
  if (*overhead > kMost - metaspace - flink) return TooLarge(Shown(o, keys.overhead_min, *overhead));
  return JvmMemory{metaspace, *overhead};
}

}  // namespace tune
