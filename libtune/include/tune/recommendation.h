// What Recommend() answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tune/evidence.h"
#include "tune/units.h"

namespace tune {

enum class Action {
  kHold,  // keep the value
  kRaise,
  kLower,
  kPerson,  // no resource helps: somebody has to look; the findings say at what
};

// What the estimate is worth.
enum class Verdict {
  kEstimated,    // demand and capacity are both known
  kLowerBound,   // demand is hidden: at least this much is needed
  kExcluded,     // a finding says why this vertex must not be sized by its load
  kThinData,     // too little was seen
  kNotMeasured,  // a metric that is needed is missing
};

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
};

struct Finding {
  FindingKind kind = FindingKind::kThinData;
  int vertex = -1;                             // -1: the job
  std::vector<int> subtasks;                   // those that it is about; empty: all
  std::optional<double> share;                 // of the vertex's traffic or time, in [0, 1]; the kind says of what
  std::optional<RecordsPerSecond> rate_limit;  // the highest rate that any parallelism can carry
  int evidence = -1;                           // index into the log; -1: none
};

// How sure an answer is. kLow: short or gappy data or an assumption; kHigh: hours of gapless data.
enum class Confidence { kLow, kMedium, kHigh };

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
  Action action = Action::kHold;
  Timeliness timeliness = Timeliness::kUnknown;
  std::vector<Finding> findings;
  EvidenceLog evidence;
};

}  // namespace tune
