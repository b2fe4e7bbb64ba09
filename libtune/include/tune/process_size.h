// How large TaskManagers and JobManagers are, and should be. Recommend() fills it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "tune/answer.h"
#include "tune/process_window.h"
#include "tune/units.h"

namespace tune {

// Processes of one role. Absent: not known.
struct ProcessSize {
  std::optional<int> count;        // TaskManagers of the job, or JobManager replicas; >= 1
  std::optional<int> slots;        // of each TaskManager; >= 1
  std::optional<MilliCores> cpu;   // request of each; > 0
  double cpu_limit_factor = 1;     // limit over request, >= 1
  std::optional<Bytes> memory;     // total process memory of each: what its container requests; whole MiB
  double memory_limit_factor = 1;  // limit over request, >= 1
  std::optional<Bytes> heap;       // -Xmx
  std::optional<Bytes> managed;    // Flink's managed memory; TaskManagers only
  std::optional<Bytes> network;    // Flink's network memory; TaskManagers only
  std::optional<Bytes> metaspace;  // -XX:MaxMetaspaceSize
  std::optional<Bytes> overhead;   // JVM overhead
  std::optional<double> cost;      // of all, in CU or at the policy's prices
};

// What a heap holds when everything dead is gone.
struct LiveFigures {
  Bytes bytes;  // the largest over the horizon; of a bound, an upper one
  Bytes low;    // at least so much is alive
  LiveRung rung = LiveRung::kHeap;
  bool is_bound = false;  // only an upper bound is known
};

// One role's answer. The evidence has its numbers with their origin.
struct ProcessRecommendation {
  Verdict memory_verdict = Verdict::kNotMeasured;
  Verdict cpu_verdict = Verdict::kNotMeasured;
  Action action = Action::kHold;             // kRaise: some resource of it is too small now
  Confidence confidence = Confidence::kLow;  // of the live set
  ProcessSize now;
  ProcessSize needed;                          // what load and memory ask for, before guards
  ProcessSize wanted;                          // what to set
  std::map<std::string, std::string> options;  // Flink's memory options that `wanted` changes, to their new texts
  std::optional<LiveFigures> live;
  std::optional<double> gc_overhead;                         // share of the time that collections took, in [0, 1]
  std::optional<double> cores_quantile;                      // the policy's quantile of the busiest process's use
  std::optional<Bytes> classic_heap_low, classic_heap_high;  // the classic rule: 3 and 4 times the live set
};

}  // namespace tune
