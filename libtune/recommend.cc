// Recommend(): the engine from top to bottom. graph -> demand -> service time, shares -> exclusions -> parallelism
// -> guards -> memory, CPU and layout of the processes, evidence added at every step.
#include "tune/recommend.h"

#include <algorithm>

#include "libtune/estimate/demand.h"
#include "libtune/estimate/normal.h"
#include "libtune/estimate/parallelism.h"
#include "libtune/estimate/service_time.h"
#include "libtune/estimate/share.h"
#include "libtune/estimate/sizing.h"
#include "libtune/exclude/exclusions.h"
#include "libtune/guard/guards.h"
#include "libtune/internal/amount.h"
#include "libtune/size/present.h"
#include "libtune/size/size_processes.h"

namespace tune {
namespace {

constexpr size_t kStepsOfAVertex = 10, kTermsOfAVertex = 60;  // what a usual vertex's evidence takes

size_t FirstBin(const JobWindow& window, const TuningPolicy& policy) {
  const size_t bins = window.vertices.front().bins.size();
  const double kept = absl::FDivDuration(policy.horizon, window.bin);
  return kept >= static_cast<double>(bins) ? 0 : bins - static_cast<size_t>(std::max(1.0, kept));
}

PolicySeconds SecondsOf(const TuningPolicy& policy) {
  return {absl::ToDoubleSeconds(policy.min_coverage), absl::ToDoubleSeconds(policy.catch_up_time),
          absl::ToDoubleSeconds(policy.restart_time), absl::ToDoubleSeconds(policy.lag_goal),
          absl::ToDoubleSeconds(policy.slow_record),  absl::ToDoubleSeconds(policy.payback_time)};
}

void Start(JobSizing& job) {
  const JobGraph& graph = job.window.graph;
  job.first_bin = FirstBin(job.window, job.policy);
  job.seconds = SecondsOf(job.policy);
  job.sums.reserve(graph.vertices.size());
  for (const VertexWindow& v : job.window.vertices)
    job.sums.push_back(SumBins(std::span(v.bins).subspan(job.first_bin)));
  job.z = TwoSidedNormalQuantile(job.policy.confidence);
  job.vertices.resize(graph.vertices.size());
  job.out.vertices.resize(graph.vertices.size());
  job.out.findings.reserve(graph.vertices.size());
  job.out.evidence.Reserve(kStepsOfAVertex * graph.vertices.size(), kTermsOfAVertex * graph.vertices.size());
  for (size_t v = 0; v < graph.vertices.size(); ++v) {
    job.vertices[v].is_source = job.view.is_source(static_cast<int>(v));
    VertexRecommendation& r = job.out.vertices[v];
    r.vertex = static_cast<int>(v);
    r.now = r.needed = r.wanted = r.low = r.high = graph.vertices[v].parallelism;
    r.verdict = Verdict::kEstimated;
  }
}

// What each vertex would have counted, had it been seen as long as the one seen longest: two vertices' counters are
// seldom first seen at the same poll, and those seconds are not traffic that one lacks.
std::vector<VertexRecords> RecordsOverOneSpan(const std::vector<VertexSums>& sums) {
  double longest_s = 0;
  for (const VertexSums& sum : sums) longest_s = std::max(longest_s, sum.covered_s);
  std::vector<VertexRecords> records;
  records.reserve(sums.size());
  for (const VertexSums& sum : sums) {
    const double scale = IsSome(sum.covered_s) ? longest_s / sum.covered_s : 1;
    records.push_back({sum.records_in * scale, sum.records_out * scale});
  }
  return records;
}

void EstimateDemand(JobSizing& job) {
  job.records = RecordsOverOneSpan(job.sums);
  std::vector<int> source_vertices;
  for (const SourceWindow& source : job.window.sources) source_vertices.push_back(source.vertex);
  job.rates = CarryRates(job.view, job.records, source_vertices);
  EstimateSourceDemand(job);
  CarryDemand(job);
}

// Fills the numbers that tables and plots show.
void ShowNumbers(const JobSizing& job, VertexRecommendation& r) {
  const VertexSizing& v = job.vertices[static_cast<size_t>(r.vertex)];
  r.demand = v.demand;
  r.service_time = SecondsPerRecord(v.service.per_record);
  r.at_least = r.verdict == Verdict::kLowerBound;
}

void NotMeasured(JobSizing& job, VertexRecommendation& r) {
  r.verdict = Verdict::kNotMeasured;
  job.Add(FindingKind::kNotMeasured, r.vertex);
}

void SizeVertex(JobSizing& job, int vertex) {
  VertexRecommendation& r = job.out.vertices[static_cast<size_t>(vertex)];
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  ExcludeThinData(job, vertex);
  if (r.verdict != Verdict::kEstimated) return;
  EstimateServiceTime(job, vertex);
  EstimateShare(job, vertex);
  if (!v.demand_known || v.service.method == ServiceMethod::kNone) {
    NotMeasured(job, r);
    return;
  }
  if (v.demand_is_lower_bound) {
    r.verdict = Verdict::kLowerBound;
    r.confidence = Confidence::kLow;
  }
  EstimateParallelism(job, vertex);
  ExcludeSlow(job, vertex);
  ExcludeInfeasible(job, vertex);
}

// A throttled source and a saturated vertex: whatever the demand is, it is more than this vertex carries now.
void RaiseHeldBack(JobSizing& job) {
  for (VertexRecommendation& r : job.out.vertices) {
    const VertexSizing& v = job.vertices[static_cast<size_t>(r.vertex)];
    if (r.verdict != Verdict::kLowerBound || !v.saturated || r.needed > r.now || r.now >= v.cap) continue;
    job.out.evidence.Add("parallelism.held_back", r.vertex,
                         {{"now", static_cast<double>(r.now), "subtasks", "graph"},
                          {"asked", static_cast<double>(r.needed), "subtasks", "parallelism"}},
                         {"subtasks", static_cast<double>(r.now + 1), "subtasks", "parallelism.held_back"});
    r.needed = r.low = r.now + 1;
    r.high = std::max(r.high, r.needed);
  }
}

// Held back in the last third of the window: earlier trouble may be over.
bool ThrottledLately(const JobSizing& job, int vertex) {
  const std::vector<Bin>& bins = job.window.vertices[static_cast<size_t>(vertex)].bins;
  const size_t first = bins.size() - std::max<size_t>(1, (bins.size() - job.first_bin) / 3);
  double pressed = 0, time = 0;
  for (size_t i = first; i < bins.size(); ++i) {
    pressed += bins[i].backpressured_s;
    time += bins[i].task_s;
  }
  return IsSome(time) && pressed > job.policy.throttled_fraction * time;
}

Timeliness TimelinessOf(const JobSizing& job) {
  bool known = false, delayed = false;
  for (const SourceDemand& d : job.sources) {
    known = known || d.known;
    delayed = delayed || ThrottledLately(job, d.vertex);
    if (d.lag_known && d.lag_records > d.rate.value() * job.seconds.lag_goal) delayed = true;
  }
  for (const VertexSizing& v : job.vertices) delayed = delayed || v.saturated;
  return delayed ? Timeliness::kDelayed : known ? Timeliness::kOnTime : Timeliness::kUnknown;
}

}  // namespace

JobRecommendation RecommendChecked(const JobWindow& window, const TuningPolicy& policy) {
  JobRecommendation out;
  const GraphView view(window.graph);
  JobSizing job{.window = window,
                .policy = policy,
                .view = view,
                .seconds = {},
                .rates = {},
                .sums = {},
                .records = {},
                .sources = {},
                .vertices = {},
                .out = out};
  Start(job);
  EstimateDemand(job);
  const bool dead = ExcludeDeadJob(job);
  for (const int vertex : view.order()) {
    if (dead) {
      out.vertices[static_cast<size_t>(vertex)].verdict = Verdict::kThinData;
    } else {
      SizeVertex(job, vertex);
    }
  }
  if (!dead) {
    FindPressure(job);
    RaiseHeldBack(job);
  }
  ExcludeGcBound(job);
  ExcludeCpuBound(job);
  FindJobState(job);
  for (VertexRecommendation& r : out.vertices) ShowNumbers(job, r);
  ApplyGuards(job);
  out.timeliness = dead ? Timeliness::kUnknown : TimelinessOf(job);
  // What killed a job that no longer runs may be a size.
  if (!dead || !window.running_at_end) SizeProcesses(job);
  Conclude(job);
  for (VertexRecommendation& r : out.vertices) {
    if (job.vertices[static_cast<size_t>(r.vertex)].service.method == ServiceMethod::kNone) continue;
    r.largest_share = job.vertices[static_cast<size_t>(r.vertex)].share.At(r.wanted);
    AddShareEvidence(job, r.vertex, r.wanted);
  }
  return out;
}

absl::StatusOr<JobRecommendation> Recommend(const JobWindow& window, const TuningPolicy& policy) {
  if (auto status = CheckWindow(window); !status.ok()) return status;
  if (auto status = CheckPolicy(policy); !status.ok()) return status;
  if (auto present = ReadPresent(window); !present.ok()) return present.status();
  return RecommendChecked(window, policy);
}

}  // namespace tune
