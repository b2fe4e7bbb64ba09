// What both processes' memory is derived with. Sizes are bytes here, below 2^63 each, and sums of them 128 bits wide.
#pragma once

#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/memory/keys.h"
#include "tune/flink_memory.h"

namespace tune {

constexpr int64_t kMebibyte = 1 << 20;

// Flink's defaults, alike for both processes and in every version.
constexpr int64_t kDefaultMetaspace = 256 * kMebibyte, kDefaultOverheadMin = 192 * kMebibyte,
                  kDefaultOverheadMax = 1024 * kMebibyte;

inline int64_t ValueOr(const std::optional<Bytes>& option, int64_t otherwise) {
  return option.value_or(Bytes(otherwise)).value();
}

// A fraction with its limits, and the options that they are from.
struct CappedFraction {
  int64_t min, max;
  const MemoryFraction& fraction;
  const char *min_key, *max_key, *fraction_key;
  bool min_set, max_set;  // false: a default

  absl::Status Check(const ProcessMemoryOptions& options) const;
  // Of an amount, or beside it as a part of both; the latter fails where it exceeds 63 bits, even if it would be
  // capped.
  int64_t Of(int64_t bytes) const;
  absl::StatusOr<int64_t> Beside(int64_t bytes) const;
};

CappedFraction Overhead(const ProcessMemoryOptions& options, const ProcessMemoryKeys& keys);

struct JvmMemory {
  int64_t metaspace = 0, overhead = 0;
};

// Of a known process size: metaspace as it is set, overhead by its fraction.
absl::StatusOr<JvmMemory> JvmOfProcess(const ProcessMemoryOptions& options, const ProcessMemoryKeys& keys);
// Of known Flink memory: the overhead is what a given process size leaves, else its fraction.
absl::StatusOr<JvmMemory> JvmOfFlink(int64_t flink, const ProcessMemoryOptions& options, const ProcessMemoryKeys& keys);

// Flink's order: from the parts where they are given, else from the Flink memory, else from the process size; one of
// them is there. `of_parts(options)` and `of_flink(bytes, options)` give the memory but for metaspace and overhead.
template <typename Options, typename OfParts, typename OfFlink>
auto Derive(const Options& o, const ProcessMemoryKeys& keys, bool has_parts, OfParts of_parts, OfFlink of_flink)
    -> decltype(of_parts(o)) {
  decltype(of_parts(o)) memory;
  absl::StatusOr<JvmMemory> jvm;
  if (has_parts || o.flink_size) {
    memory = has_parts ? of_parts(o) : of_flink(o.flink_size->value(), o);
    if (!memory.ok()) return memory;
    jvm = JvmOfFlink(memory->Flink().value(), o, keys);
    if (!jvm.ok()) return jvm.status();
  } else {
    jvm = JvmOfProcess(o, keys);
    if (!jvm.ok()) return jvm.status();
    memory = of_flink(o.process_size->value() - jvm->metaspace - jvm->overhead, o);
    if (!memory.ok()) return memory;
  }
  memory->metaspace = Bytes(jvm->metaspace);
  memory->overhead = Bytes(jvm->overhead);
  return memory;
}

// For messages: `key = 1g`, with " (default)" where nobody set it, and the name that the option was given under.
std::string Shown(const ProcessMemoryOptions& options, const char* key, int64_t bytes, bool is_set = true);
// Both of these options, and what is allowed.
absl::Status Contradiction(const std::string& one, const std::string& other, const std::string& allowed);
// None of what a process's memory may be derived from is set.
absl::Status NothingToDeriveFrom(const ProcessMemoryKeys& keys, const std::string& parts);
// A sum, or what a fraction adds to it, of 2^63 bytes or more.
absl::Status TooLarge(const std::string& shown);

// A part of the Flink memory, for the message when all of them exceed it.
struct Part {
  const char* key;
  int64_t bytes;
  bool is_set;
};

// The Flink memory as it was given: by its own option, or as what the process size leaves.
std::string ShownTotal(const ProcessMemoryOptions& options, const ProcessMemoryKeys& keys);

}  // namespace tune
