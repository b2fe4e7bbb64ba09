#include "libtune/estimate/parallelism.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "libtune/estimate/contention.h"
#include "libtune/estimate/demand.h"
#include "libtune/estimate/fluid_queue.h"
#include "libtune/estimate/share.h"

namespace tune {
namespace {

constexpr double kForgiven = 1e-9;

int CapOf(const JobSizing& job, int vertex) {
  const Vertex& v = job.window.graph.vertices[static_cast<size_t>(vertex)];
  const int partitions = job.view.is_source(vertex) ? v.source_partitions.value_or(kMaxParallelism) : kMaxParallelism;
  return std::max(1, std::min({v.max_parallelism, partitions, job.policy.max_parallelism}));
}

LoadLimit SteadyLoad(const JobSizing& job, const VertexSizing& v, double per_record) {
  LoadLimit load;
  load.shared_rate = v.demand.value();
  load.every_rate = v.broadcast_rate;
  load.per_record = per_record;
  load.exponent = v.service.exponent;
  load.measured_at = v.service.measured_at;
  load.fixed_busy = v.service.fixed_busy;
  load.limit = job.policy.target_busy_fraction;
  return load;
}

// While it catches up, a vertex works off the backlog and what a restart lets pile up, within the time allowed; all of
// its time may be used for that.
LoadLimit CatchUpLoad(const JobSizing& job, const VertexSizing& v, double per_record) {
  const double t = job.seconds.catch_up, r = job.seconds.restart;
  LoadLimit load = SteadyLoad(job, v, per_record);
  load.shared_rate += (v.lag_records + load.shared_rate * r) / t;
  load.limit = 1;
  return load;
}

int Needed(const JobSizing& job, const VertexSizing& v, double per_record) {
  const int steady = SmallestParallelism(SteadyLoad(job, v, per_record), v.share, v.cap);
  if (!job.policy.catch_up) return steady;
  return std::max(steady, SmallestParallelism(CatchUpLoad(job, v, per_record), v.share, v.cap));
}

// The step's inputs hold the shares at the answer and one below, so that both sides of "smallest" can be checked.
void AddLoadEvidence(JobSizing& job, int vertex, const char* rule, const LoadLimit& load, int subtasks,
                     std::initializer_list<Term> extra) {
  constexpr size_t kOwn = 9, kMost = 13;
  const VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  std::array<Term, kMost> inputs = {{
      {"rate", load.shared_rate, "records/s", "demand"},
      {"rate_to_every_subtask", load.every_rate, "records/s", "demand"},
      {"service_time", load.per_record, "s/record", "service"},
      {"exponent", load.exponent, "1", "service.contention"},
      {"measured_at", static_cast<double>(load.measured_at), "subtasks", "graph"},
      {"fixed_busy", load.fixed_busy, "1", "service"},
      {"busy_limit", load.limit, "1", "policy"},
      {"share", v.share.At(std::min(subtasks, v.cap)), "1", "share"},
      {"share_one_less", subtasks > 1 ? v.share.At(subtasks - 1) : 0, "1", "share"},
  }};
  std::copy(extra.begin(), extra.end(), inputs.begin() + kOwn);
  const Term cap = {"largest_allowed", static_cast<double>(v.cap), "subtasks", "graph, policy"};
  job.out.evidence.Add(rule, vertex, std::span<const Term>(inputs.data(), kOwn + extra.size()),
                       {"subtasks", static_cast<double>(subtasks), "subtasks", rule}, std::span<const Term>(&cap, 1));
}

void AddCatchUpEvidence(JobSizing& job, int vertex, double per_record) {
  const VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  AddLoadEvidence(job, vertex, "parallelism.catch_up", CatchUpLoad(job, v, per_record), v.catch_up,
                  {{"demand", v.demand.value(), "records/s", "demand"},
                   {"lag", v.lag_records, "records", "window"},
                   {"catch_up_time", job.seconds.catch_up, "s", "policy"},
                   {"restart_time", job.seconds.restart, "s", "policy"}});
}

// The sources' peaks carried downstream: no bin of the vertex's own series is above it.
double PeakBound(const JobSizing& job, int vertex) {
  double peak = 0;
  for (size_t s = 0; s < job.sources.size(); ++s) {
    const SourceDemand& d = job.sources[s];
    peak += job.rates.SharedOf(vertex, s) * std::max(d.peak, d.series.empty() ? d.rate.value() : 0);
  }
  return peak;
}

// The quantile leaves hours above it: replay the horizon through a queue and see whether the lag goal holds.
int RaiseToLagGoal(JobSizing& job, int vertex, double per_record, int subtasks) {
  const VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  if (job.policy.lag_goal == absl::InfiniteDuration() || v.demand_is_lower_bound || !(v.demand.value() > 0)) {
    return subtasks;
  }
  const double peak = PeakBound(job, vertex);
  if (peak <= Capacity(job, v, per_record, subtasks)) return subtasks;  // the queue never starts
  const std::vector<RateSpan> series = CarriedSeries(job, vertex);
  const double goal_s = job.seconds.lag_goal;
  const double bin_s = absl::ToDoubleSeconds(job.window.bin);
  int enough = subtasks;
  QueueReplay replay = ReplayQueue(series, bin_s, Capacity(job, v, per_record, enough));
  const QueueReplay at_first = replay;
  while (replay.longest_delay_s > goal_s && enough < v.cap) {
    ++enough;
    replay = ReplayQueue(series, bin_s, Capacity(job, v, per_record, enough));
  }
  job.out.evidence.Add("parallelism.lag_goal", vertex,
                       {{"asked", static_cast<double>(subtasks), "subtasks", "parallelism"},
                        {"capacity", Capacity(job, v, per_record, subtasks), "records/s", "service, share"},
                        {"peak_rate", peak, "records/s", "window: sources' peaks, carried"},
                        {"longest_delay", at_first.longest_delay_s, "s", "fluid queue"},
                        {"longest_delay_at", at_first.worst_s, "s after start", "fluid queue"},
                        {"delay_with_answer", replay.longest_delay_s, "s", "fluid queue"},
                        {"lag_goal", goal_s, "s", "policy"}},
                       {"subtasks", static_cast<double>(enough), "subtasks", "parallelism.lag_goal"});
  return enough;
}

// Seen at one parallelism, a vertex is sized as if subtasks never got in each other's way. They do: by how much the
// answer may be too small is said beside it.
void AddOptimism(JobSizing& job, int vertex) {
  const VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  const VertexRecommendation& r = job.out.vertices[static_cast<size_t>(vertex)];
  if (r.needed <= r.now || v.service.exponent > 0) return;
  const double usual = ContentionPrior{}.exponent;
  job.out.evidence.Add("parallelism.optimism", vertex,
                       {{"now", static_cast<double>(r.now), "subtasks", "graph"},
                        {"needed", static_cast<double>(r.needed), "subtasks", "parallelism"},
                        {"usual_exponent", usual, "1", "DESIGN.md, Contention"}},
                       {"capacity_overestimated_by", std::pow(static_cast<double>(r.needed) / r.now, usual) - 1, "1",
                        "parallelism.optimism"});
}

void FillRecommendation(JobSizing& job, int vertex, double per_record) {
  const VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  VertexRecommendation& r = job.out.vertices[static_cast<size_t>(vertex)];
  const int asked = std::max({v.steady, v.catch_up, v.lag_goal});
  r.needed = std::min(asked, v.cap);
  r.low = std::min(r.needed, Needed(job, v, v.service.low));
  r.high = r.needed;
  if (per_record < v.service.high) r.high = std::clamp(Needed(job, v, v.service.high), r.needed, v.cap);
  r.capacity_now = RecordsPerSecond(Capacity(job, v, per_record, r.now));
}

}  // namespace

double Capacity(const JobSizing& job, const VertexSizing& v, double per_record, int subtasks) {
  const double at = PerRecordAt(SteadyLoad(job, v, per_record), subtasks);
  const double free = 1 - v.service.fixed_busy - v.broadcast_rate * at;
  return std::max(0.0, free) / (at * v.share.At(subtasks));
}

double PerRecordAt(const LoadLimit& load, int subtasks) {
  if (load.exponent == 0) return load.per_record;
  return load.per_record * std::pow(static_cast<double>(subtasks) / load.measured_at, load.exponent);
}

double BusiestFraction(const LoadLimit& load, const ShareOf& share, int subtasks) {
  return PerRecordAt(load, subtasks) * (load.shared_rate * share.At(subtasks) + load.every_rate) + load.fixed_busy;
}

int SmallestParallelism(const LoadLimit& load, const ShareOf& share, int cap) {
  const double limit = load.limit * (1 + kForgiven);
  // Even shares, and the time a record takes alone, are the least there can be: nothing below this can do.
  const double alone = PerRecordAt(load, 1);
  const double free = limit - load.fixed_busy - alone * load.every_rate;
  if (!(free > 0)) return cap + 1;
  const double even = alone * load.shared_rate / free;
  for (int p = std::max(1, static_cast<int>(std::min(even, static_cast<double>(cap)))); p <= cap; ++p) {
    if (BusiestFraction(load, share, p) <= limit) return p;
  }
  return cap + 1;
}

void EstimateParallelism(JobSizing& job, int vertex) {
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  v.cap = CapOf(job, vertex);
  const double per_record = job.policy.side == Side::kSafe ? v.service.high : v.service.per_record;
  const LoadLimit steady = SteadyLoad(job, v, per_record);
  v.steady = SmallestParallelism(steady, v.share, v.cap);
  AddLoadEvidence(job, vertex, "parallelism.steady", steady, v.steady, {});
  if (job.policy.catch_up) {
    v.catch_up = SmallestParallelism(CatchUpLoad(job, v, per_record), v.share, v.cap);
    AddCatchUpEvidence(job, vertex, per_record);
  }
  v.feasible = v.steady <= v.cap && v.catch_up <= v.cap;
  v.lag_goal = 1;
  if (v.feasible) v.lag_goal = RaiseToLagGoal(job, vertex, per_record, std::max(v.steady, v.catch_up));
  FillRecommendation(job, vertex, per_record);
  AddOptimism(job, vertex);
}

}  // namespace tune
