// Sums over a JVM's collections: how much of the time they took, and how fast the program allocates and promotes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "libtune/gc/jvm_clock.h"
#include "libtune/window/collection.h"
#include "libtune/window/sketch.h"
#include "tune/collection.h"

namespace tune {

// Why a full collection says little about what the program needs.
enum class FullReason : uint8_t {
  kOrganic,    // the program needed room: the only ones that count as a lack of memory
  kStartUp,    // within the warm-up, or for want of metaspace
  kOnRequest,  // System.gc(), a heap dump, a diagnostic command
};

// `since_start_s`: seconds since the JVM started, or since the log began.
FullReason ReasonOf(const Collection& full, double since_start_s, double warm_up_s);

// Collections of a stretch of time.
struct GcSpan {
  double covered_s = 0;  // how long it is, over all JVMs of the log
  int64_t collections = 0;
  int64_t full = 0;  // organic ones
  int64_t full_start_up = 0, full_on_request = 0;
  double pause_s = 0;          // the program stood still
  double full_pause_s = 0;     // of it: in organic full collections
  double request_pause_s = 0;  // of it: in collections on request
  double concurrent_s = 0;     // the collector worked beside it
  double cpu_s = 0;            // of the collector's threads, where told
  // Bytes allocated between collections (AllocationReader), and over how many seconds.
  double allocated_bytes = 0, allocated_over_s = 0;
  // Bytes that young collections moved to the old generation (PromotedBy()), and over how long.
  double promoted_bytes = 0, promoted_over_s = 0;

  // Share of the time that the program stood still; nullopt: no time is covered.
  std::optional<double> pause_fraction() const;
  // Bytes per second; nullopt: the log does not tell.
  std::optional<double> allocation_rate() const;
  std::optional<double> promotion_rate() const;
};

// Collections of one kind and cause.
struct GcGroup {
  int64_t count = 0;
  double pause_s = 0;
  double longest_pause_s = 0;
  double concurrent_s = 0;
  DdSketch pauses;  // seconds, for quantiles within 1 %
};

struct GcTotals {
  using Key = std::tuple<CollectionKind, std::string, std::string>;  // kind, name, cause
  static constexpr size_t kMostGroups = 200;                         // more go to the one of their kind without a name

  GcSpan all;
  GcSpan steady;  // after each JVM's warm-up
  std::map<Key, GcGroup> groups;
  std::optional<Bytes> young_capacity, old_capacity, heap_capacity;  // the last ones told
};

// Takes collections in log order. Memory does not grow with their number.
class GcTotalsBuilder {
 public:
  // `warm_up_s`: what happens so soon after a JVM's start is its start-up. >= 0
  explicit GcTotalsBuilder(double warm_up_s) : warm_up_s_(warm_up_s) {}

  void Add(const Collection& collection);
  // Behind the last collection: the first JVM's log began at this time. Without a call it began with its first one.
  void BeginAt(std::optional<double> uptime_s, std::optional<int64_t> time_ms);
  // The log of the last JVM goes on to this time, as Collection has it; without a call it ends with its last
  // collection.
  void EndAt(std::optional<double> uptime_s, std::optional<int64_t> time_ms);

  const GcTotals& totals() const { return totals_; }

 private:
  void Cover(double now_s);
  void AddTo(GcSpan& span, const Collection& c, FullReason reason, double since_start_s,
             const std::optional<Allocation>& allocation);
  void AddGroup(const Collection& c);
  void StartJvm();

  double warm_up_s_;
  GcTotals totals_;
  JvmClock clock_;
  std::optional<Collection> first_;   // of all
  std::optional<double> covered_to_;  // seconds since the JVM's start
  AllocationReader allocation_;
  std::optional<double> promoted_to_;  // when the last young collection that told of promotion ended
};

}  // namespace tune
