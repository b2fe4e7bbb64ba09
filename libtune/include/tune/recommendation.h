// What Recommend() answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tune/answer.h"
#include "tune/evidence.h"
#include "tune/process_size.h"
#include "tune/sample.h"
#include "tune/units.h"

namespace tune {

// Is the job keeping up?
enum class Timeliness { kUnknown, kOnTime, kDelayed };

enum class FindingKind {
  kHotKey,           // one key (or partition) carries a large part of the traffic
  kKeyGroupSkew,     // key groups do not divide evenly by the parallelism
  kPartitionSkew,    // a source's partitions are unevenly filled or spread
  kUnevenLoad,       // several subtasks above the mean, no single one
  kSlowBlocking,     // slow a record, and mostly waiting
  kSlowComputing,    // slow a record, and mostly computing
  kSlowUnknown,      // slow a record; no thread CPU to tell why
  kGcBound,          // collections eat the time
  kBottleneck,       // saturated, and the upstream is held back by it
  kHidden,           // looks fine only because a bottleneck upstream starves it
  kBackPressured,    // held back by something downstream
  kDemandHidden,     // a throttled source hides its demand
  kWarmingUp,        // all that was seen lies within the warm-up
  kCatchingUp,       // works off a backlog
  kRestarting,       // restarts in the window, or not running at its end
  kCheckpointBound,  // checkpoints fail or take too long
  kThinData,         // too little was seen
  kStaleMetrics,     // the metrics stopped changing
  kNotMeasured,      // no busy time
  kGraphInferred,    // the edges were inferred
  kInfeasible,       // no parallelism allowed meets the demand
  kLeak,             // the live set rises, and not with the load: more heap is no answer
  kHeapExhausted,    // full collections free next to nothing
  kOomKilled,        // containers were killed for their memory
  kNativeMemory,     // memory beyond heap, direct and managed memory asks for a larger container
  kDirtyCache,       // page cache that is not written back in time does
  kThrottled,        // the CPU limit held processes back
  kNoRoom,           // quota, nodes or a LimitRange leave room for a part only
};

struct Finding {
  FindingKind kind = FindingKind::kThinData;
  int vertex = -1;                             // -1: the job
  std::optional<ProcessRole> role;             // the processes that it is about; nullopt: none in particular
  std::vector<int> subtasks;                   // those that it is about; empty: all
  std::optional<double> share;                 // of the vertex's traffic or time, in [0, 1]; the kind says of what
  std::optional<RecordsPerSecond> rate_limit;  // the highest rate that any parallelism can carry
  int evidence = -1;                           // index into the log; -1: none
};

struct VertexRecommendation {
  int vertex = 0;         // index into the graph's vertices
  int now = 1;            // subtasks running
  int needed = 1;         // what demand asks for, before guards; = now where the verdict gives no estimate
  int wanted = 1;         // what to set
  int low = 1, high = 1;  // `needed` at both ends of the interval
  bool at_least = false;  // verdict kLowerBound: more may be needed
  Action action = Action::kHold;
  Verdict verdict = Verdict::kThinData;
  Confidence confidence = Confidence::kLow;
  // The numbers behind, for tables and plots; the evidence has them with their origin. 0: not known.
  RecordsPerSecond demand;
  SecondsPerRecord service_time;  // of the estimate, not of its safe side
  double largest_share = 0;       // of the busiest subtask at `wanted`
  RecordsPerSecond capacity_now;  // of the vertex at `now`, all subtasks' time used
};

struct JobRecommendation {
  std::vector<VertexRecommendation> vertices;  // as graph.vertices
  int parallelism_now = 1;                     // largest of the vertices'
  int parallelism_wanted = 1;
  int slots_now = 1;  // sum over slot-sharing groups of the largest parallelism
  int slots_wanted = 1;
  ProcessRecommendation task_managers, job_manager;
  Action action = Action::kHold;
  Timeliness timeliness = Timeliness::kUnknown;
  std::vector<Finding> findings;
  EvidenceLog evidence;
};

}  // namespace tune
