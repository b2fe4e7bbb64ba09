// What is known of a job while it is sized: filled from top to bottom by graph/, estimate/, exclude/ and guard/.
#pragma once

#include <string>
#include <vector>

#include "libtune/estimate/share_of.h"
#include "libtune/graph/order.h"
#include "libtune/graph/rates.h"
#include "libtune/window/bin_sums.h"
#include "tune/policy.h"
#include "tune/recommendation.h"
#include "tune/window.h"

namespace tune {

// The policy's durations in seconds, converted once.
struct PolicySeconds {
  double min_coverage = 0, catch_up = 0, restart = 0, lag_goal = 0, slow_record = 0, payback = 0;
};

// A rate that held for some seconds.
struct RateSpan {
  double rate = 0;     // records/s, >= 0
  double seconds = 0;  // 0: nothing known of this bin
};

// Demand on one source. estimate/demand.h fills it.
struct SourceDemand {
  int vertex = 0;
  bool known = false;            // false: nothing measured
  bool lower_bound = false;      // demand is hidden: at least this
  RecordsPerSecond rate;         // the policy's quantile
  std::vector<RateSpan> series;  // by bin of the horizon; empty for a given rate
  double peak = 0;               // records/s, the largest of `series`
  double lag_records = 0;        // behind at the end; 0 where not known
  bool lag_known = false;
  double throttled_fraction = 0;  // share of the time it was held back, in [0, 1]
};

enum class ServiceMethod { kNone, kLatency, kRatio, kLine, kHeldBack, kFloor };

// Time of one subtask on one record. estimate/service_time.h fills it.
struct ServiceTime {
  ServiceMethod method = ServiceMethod::kNone;
  double per_record = 0;     // s/record, the estimate; with kLine the slope
  double low = 0, high = 0;  // its interval
  double fixed_busy = 0;     // busy share without any record, >= 0; 0 but for kLine
  // A record takes longer among more subtasks: (p / measured_at)^exponent times as long. 0: not seen at several p.
  double exponent = 0;
  int measured_at = 1;
};

struct VertexSizing {
  bool is_source = false;
  double rate_per_source_record = 0;  // single-source vertices: shared records in per record out of the source
  int only_source = -1;               // the source that alone feeds it; -1: several, or none with traffic
  bool demand_known = false;
  bool demand_is_lower_bound = false;
  RecordsPerSecond demand;    // shared records in
  double broadcast_rate = 0;  // records/s that every subtask gets besides
  double lag_records = 0;     // of its sources, in records of this vertex
  ServiceTime service;
  ShareOf share;
  double measured_max_share = 0;  // 0: not measured
  std::vector<int> busiest;       // subtasks above the healthy ratio
  bool saturated = false;         // a subtask had no time left
  bool process_bound = false;     // excluded because its processes lack heap or CPU
  double backpressured_fraction = 0;
  int steady = 1, catch_up = 1, lag_goal = 1;  // parallelism each constraint asks for
  int cap = 1;                                 // largest parallelism allowed
  bool feasible = true;
};

struct JobSizing {
  const JobWindow& window;
  const TuningPolicy& policy;
  const GraphView& view;
  size_t first_bin = 0;  // of the horizon
  double z = 1.645;      // normal quantile of the policy's confidence
  PolicySeconds seconds;
  CarriedRates rates;
  std::vector<VertexSums> sums;
  std::vector<VertexRecords> records;  // of the same, brought to one length of time for all vertices
  std::vector<SourceDemand> sources;
  std::vector<VertexSizing> vertices;
  JobRecommendation& out;

  Finding& Add(FindingKind kind, int vertex) {
    Finding& finding = out.findings.emplace_back();
    finding.kind = kind;
    finding.vertex = vertex;
    return finding;
  }
  bool Has(FindingKind kind, int vertex) const {
    for (const Finding& f : out.findings) {
      if (f.kind == kind && f.vertex == vertex) return true;
    }
    return false;
  }
};

}  // namespace tune
