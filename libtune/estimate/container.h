// What the memory of a container is made of, whether its limit holds it, and what to change where it does not.
//
// A container is killed for what cannot be reclaimed: resident memory (rss) and page cache that waits to be written
// back. Other cache goes when it has to, so usage less inactive_file is no demand. The heap, direct buffers, managed
// memory and metaspace are bounded by limits of their own; what remains is native memory, which has none, and the
// cache. The heap is therefore never the cause. Source: libtune/DESIGN.md, "Container".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "absl/time/time.h"
#include "tune/flink_memory.h"
#include "tune/process_window.h"

namespace tune {

// What Flink gives to one process now.
struct ContainerParts {
  Bytes heap;       // -Xmx
  Bytes direct;     // -XX:MaxDirectMemorySize, or off-heap
  Bytes managed;    // 0 for a JobManager
  Bytes metaspace;  // -XX:MaxMetaspaceSize
  Bytes overhead;   // what is left for native memory

  Bytes Bounded() const { return heap + direct + managed + metaspace; }
  Bytes Process() const { return Bounded() + overhead; }
};
ContainerParts PartsOf(const TaskManagerMemory& memory);
ContainerParts PartsOf(const JobManagerMemory& memory);

// What a Flink configuration says of the kind of job. What the job's code sets is not in it.
struct ContainerWorkload {
  bool batch = false;    // execution.runtime-mode: BATCH
  bool rocksdb = false;  // state.backend.type, or state.backend: RocksDB, or ForSt, which holds memory alike
};
ContainerWorkload ReadContainerWorkload(const std::map<std::string, std::string>& configuration);

struct ContainerFacts {
  ContainerParts parts;  // > 0 in all
  Bytes limit;           // of the container, >= 1
  ContainerWorkload workload;
  absl::Duration bin = absl::Minutes(1);  // length of a MemoryBin, > 0
  size_t first_bin = 0;                   // the first in which `parts` held: use of earlier ones is of another size
  // The first bin in which `limit` held; 0 where it is not known to have changed. A kill whose own limit is not known
  // counts only from here on, or each limit that it raised would be raised again.
  size_t limit_since_bin = 0;
};

struct ContainerGoals {
  double margin = 1.2;  // on native memory and dirty cache, as nothing bounds them; >= 1
  // On the limit that a killed container had; > 1. All that is known of a killed one is that it wanted more: a fifth is
  // what the vertical autoscaler of Kubernetes takes too, and four kills double the limit (1.2^4 = 2.07).
  double kill_factor = 1.2;
  absl::Duration floor_expiry = absl::Hours(24 * 7);  // so long a kill counts; >= 0
  // Limits of the cluster or the policy. nullopt: none.
  std::optional<Bytes> largest_limit;          // of a container
  std::optional<double> largest_limit_factor;  // LimitRange's ratio of limit to request, >= 1
};

enum class ContainerCause : uint8_t {
  kNone,        // the limit holds what is needed
  kNative,      // memory that no limit of the JVM or of Flink bounds: RocksDB, JNI, malloc's arenas
  kDirtyCache,  // page cache that is not written back in time: shuffle files of batch jobs
  kUnknown,     // killed, and nothing that was measured says why: a peak between two polls
};

enum class ContainerLever : uint8_t {
  kNone,
  kJvmOverhead,  // taskmanager.memory.jvm-overhead.*: ContainerEstimate::overhead
  kManaged,      // the container can't grow: RocksDB gives up a part of managed memory, the overhead gets it
  kLimitFactor,  // kubernetes.taskmanager.memory.limit-factor: cache needs no part of Flink's memory
  kMorePods,     // neither may grow further: more and smaller pods
};

// What a bin asks of the limit: unreclaimable + (margin - 1) * (native + dirty).
struct ContainerDemand {
  size_t bin = 0;       // of those given to EstimateContainer()
  Bytes unreclaimable;  // rss and dirty cache
  Bytes rss;            // <= unreclaimable
  Bytes dirty;          // 0 where it was not measured
  bool dirty_known = false;
  // Native memory beside managed memory in use. A heap that is not fully touched hides how much of rss it is, so an
  // interval: rss less all that is bounded, and rss less what was in use.
  Bytes native_low, native_high;
  Bytes wanted;
};

// What the kills that still count ask of the limit: kill_factor * limit.
struct ContainerFloor {
  size_t bin = 0;      // of the kill that decides
  double kills = 0;    // all that count
  Bytes limit;         // that it hit
  bool known = false;  // false: the present one, for want of its own
  Bytes wanted;
};

struct ContainerEstimate {
  std::optional<ContainerDemand> demand;  // of the bin that asks most; nullopt: rss was not measured
  std::optional<Bytes> working_set;       // largest: usage less inactive_file, for comparison; not a demand
  std::optional<ContainerFloor> floor;    // nullopt: no kill that counts
  std::optional<Bytes> headroom;          // limit less unreclaimable; below zero: it was above
  Bytes wanted_limit;                     // the larger of the two; 0: neither is known
  ContainerCause cause = ContainerCause::kNone;
  ContainerLever lever = ContainerLever::kNone;
  // The overhead at least, whatever else of the process changes. kJvmOverhead, kManaged: raised. Else the present one,
  // or less where margin * native_high is; never to be taken for a reason to go below Flink's default.
  Bytes overhead;
  std::optional<Bytes> managed;                // kManaged: wanted
  std::optional<int> limit_factor_hundredths;  // kLimitFactor: wanted_limit / process, rounded up
  std::optional<double> pods_factor;           // kMorePods: times as many, if what each holds falls alike; > 1
};

// `bins`: of the role, oldest first; the last one ends now. More rss never wants less, a later kill never lowers.
// Errors: none; bins, parts and goals were checked at the door.
ContainerEstimate EstimateContainer(std::span<const MemoryBin> bins, const ContainerFacts& facts,
                                    const ContainerGoals& goals);

}  // namespace tune
