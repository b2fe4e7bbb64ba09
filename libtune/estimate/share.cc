#include "libtune/estimate/share.h"

#include <algorithm>
#include <cmath>

#include "libtune/internal/amount.h"

namespace tune {
namespace {

// One subtask stands out when the rest among themselves are about even, and the next one is not half as far above
// them: of many subtasks with many keys one is always a little ahead.
constexpr double kEvenRest = 1.25;
constexpr double kAheadOfNext = 2;
// A measured imbalance this close to what whole key groups make is theirs.
constexpr double kRoundingTolerance = 0.02;
constexpr double kSaturatedPart = 0.5;  // of the time a subtask must be seen busy throughout to count as saturated

// What is dealt out whole to the subtasks of a vertex: key groups, partitions, or (0) single records.
int UnitsOf(const JobSizing& job, int vertex) {
  const Vertex& v = job.window.graph.vertices[static_cast<size_t>(vertex)];
  if (job.view.is_source(vertex)) return v.source_partitions.value_or(0);
  for (const int e : job.view.in_edges(vertex)) {
    const ShipStrategy ship = job.window.graph.edges[static_cast<size_t>(e)].ship;
    if (ship == ShipStrategy::kHash || ship == ShipStrategy::kUnknown || ship == ShipStrategy::kCustom) {
      return v.max_parallelism;
    }
  }
  return 0;
}

bool AllOnOne(const JobSizing& job, int vertex) {
  for (const int e : job.view.in_edges(vertex)) {
    if (job.window.graph.edges[static_cast<size_t>(e)].ship == ShipStrategy::kGlobal) return true;
  }
  return false;
}

// Records by subtask. Where a subtask is saturated, what upstream gave and nobody took waits for it: buffers hide
// its true share for minutes. Those records are counted as its own.
struct Traffic {
  std::vector<double> records;
  double total = 0;
  double waiting = 0;  // of total: records still in buffers
};

double RecordsGivenTo(const JobSizing& job, int vertex) {
  double given = 0;
  for (const int e : job.view.in_edges(vertex)) {
    if (job.rates.edge_rule[static_cast<size_t>(e)] != EdgeRule::kOnlyOutput) return 0;
    given += job.records[static_cast<size_t>(job.window.graph.edges[static_cast<size_t>(e)].from)].out;
  }
  return given;
}

Traffic TrafficOf(const JobSizing& job, int vertex) {
  const std::vector<SubtaskWindow>& subtasks = job.window.vertices[static_cast<size_t>(vertex)].subtasks;
  Traffic traffic;
  double saturated = 0;
  for (const SubtaskWindow& subtask : subtasks) {
    traffic.records.push_back(subtask.records_in);
    traffic.total += subtask.records_in;
    if (subtask.saturated_s >= kSaturatedPart * subtask.covered_s) saturated += subtask.records_in;
  }
  const double given = RecordsGivenTo(job, vertex), taken = job.records[static_cast<size_t>(vertex)].in;
  if (!IsSome(saturated) || !(given > taken) || !IsSome(taken)) return traffic;
  traffic.waiting = traffic.total * (given / taken - 1);
  for (size_t i = 0; i < subtasks.size(); ++i) {
    if (subtasks[i].saturated_s < kSaturatedPart * subtasks[i].covered_s) continue;
    traffic.records[i] += traffic.waiting * subtasks[i].records_in / saturated;
  }
  traffic.total += traffic.waiting;
  return traffic;
}

bool EnoughSeen(const JobSizing& job, const std::vector<SubtaskWindow>& subtasks, int parallelism) {
  if (parallelism < 2 || subtasks.size() != static_cast<size_t>(parallelism)) return false;
  const double need_s = job.seconds.min_coverage / 2;
  return std::all_of(subtasks.begin(), subtasks.end(), [&](const SubtaskWindow& s) { return s.covered_s >= need_s; });
}

FindingKind KindOfSkew(const JobSizing& job, int vertex, const ShareOf& share, double ratio, bool one_stands_out) {
  const double rounding = LargestWholePart(share.units, share.measured_at) * share.measured_at;
  if (ratio <= rounding * (1 + kRoundingTolerance)) {
    return job.view.is_source(vertex) ? FindingKind::kPartitionSkew : FindingKind::kKeyGroupSkew;
  }
  if (job.view.is_source(vertex)) return FindingKind::kPartitionSkew;
  return one_stands_out ? FindingKind::kHotKey : FindingKind::kUnevenLoad;
}

// Is the busiest subtask the only odd one out?
bool OneStandsOut(const Traffic& traffic, size_t largest) {
  double rest = 0, rest_most = 0;
  for (size_t i = 0; i < traffic.records.size(); ++i) {
    if (i == largest) continue;
    rest += traffic.records[i];
    rest_most = std::max(rest_most, traffic.records[i]);
  }
  const double others = static_cast<double>(traffic.records.size() - 1);
  if (others < 2) return true;
  const double mean = rest / others;
  return rest_most <= kEvenRest * mean && traffic.records[largest] - mean >= kAheadOfNext * (rest_most - mean);
}

// share = h + (1 - h) / p at the parallelism measured, solved for the hot key's h.
double HotShare(double share, int subtasks) { return (share * subtasks - 1) / (subtasks - 1); }

void AddHotKey(JobSizing& job, int vertex, double share, Finding& finding) {
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  const int p = v.share.measured_at;
  v.share.kind = ShareKind::kHotKey;
  v.share.hot = std::clamp(HotShare(share, p), 0.0, 1.0);
  finding.share = v.share.hot;
  if (v.service.per_record > 0 && v.share.hot > 0) {
    finding.rate_limit = RecordsPerSecond(1 / (v.service.per_record * v.share.hot));
  }
  finding.evidence = job.out.evidence.Add(
      "share.hot_key", vertex,
      {{"largest_share", share, "1", "share.measured"}, {"subtasks", static_cast<double>(p), "subtasks", "graph"}},
      {"hot_share", v.share.hot, "1", "share.hot_key"});
}

void Classify(JobSizing& job, int vertex, const Traffic& traffic, size_t largest, int evidence) {
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  const double share = v.measured_max_share, ratio = share * v.share.measured_at;
  v.share.excess = ratio - 1;
  v.share.kind = ShareKind::kMeasured;
  if (ratio <= job.policy.skew_ratio) return;
  const double mean = traffic.total / static_cast<double>(traffic.records.size());
  for (size_t i = 0; i < traffic.records.size(); ++i) {
    if (traffic.records[i] > job.policy.skew_ratio * mean) v.busiest.push_back(static_cast<int>(i));
  }
  const FindingKind kind = KindOfSkew(job, vertex, v.share, ratio, OneStandsOut(traffic, largest));
  Finding& finding = job.Add(kind, vertex);
  finding.subtasks = v.busiest;
  finding.share = share;
  finding.evidence = evidence;
  if (kind == FindingKind::kHotKey) AddHotKey(job, vertex, share, finding);
}

}  // namespace

void EstimateShare(JobSizing& job, int vertex) {
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  if (AllOnOne(job, vertex)) {
    v.share.kind = ShareKind::kBroadcast;
    return;
  }
  if (job.policy.share_model == ShareModel::kEven) return;  // 1/p
  v.share.units = UnitsOf(job, vertex);
  const int parallelism = job.window.graph.vertices[static_cast<size_t>(vertex)].parallelism;
  if (!EnoughSeen(job, job.window.vertices[static_cast<size_t>(vertex)].subtasks, parallelism)) return;
  const Traffic traffic = TrafficOf(job, vertex);
  if (!IsSome(traffic.total)) return;
  const auto largest =
      static_cast<size_t>(std::max_element(traffic.records.begin(), traffic.records.end()) - traffic.records.begin());
  v.measured_max_share = traffic.records[largest] / traffic.total;
  v.share.measured_at = parallelism;
  const int evidence = job.out.evidence.Add(
      "share.measured", vertex,
      {{"busiest_subtask_records", traffic.records[largest], "records", "window"},
       {"all_subtasks_records", traffic.total, "records", "window"},
       {"of_these_waiting", traffic.waiting, "records", "window: given by the upstream, not yet taken"},
       {"busiest_subtask", static_cast<double>(largest), "index", "window"}},
      {"largest_share", v.measured_max_share, "1", "share.measured"});
  Classify(job, vertex, traffic, largest, evidence);
}

void AddShareEvidence(JobSizing& job, int vertex, int subtasks) {
  const ShareOf& share = job.vertices[static_cast<size_t>(vertex)].share;
  const double p = subtasks;
  const Term result = {"largest_share", share.At(subtasks), "1", "share"};
  const Term units = {"whole_units", static_cast<double>(share.units), "key groups or partitions", "graph"};
  const Term at = {"subtasks", p, "subtasks", "parallelism"};
  switch (share.kind) {
    case ShareKind::kBroadcast:
      job.out.evidence.Add("share.broadcast", vertex, {at}, result);
      return;
    case ShareKind::kHotKey:
      job.out.evidence.Add("share.with_hot_key", vertex, {{"hot_share", share.hot, "1", "share.hot_key"}, units, at},
                           result);
      return;
    case ShareKind::kMeasured:
      job.out.evidence.Add("share.uneven", vertex,
                           {{"excess", share.excess, "1", "share.measured"},
                            {"measured_at", static_cast<double>(share.measured_at), "subtasks", "graph"},
                            units,
                            at},
                           result);
      return;
    case ShareKind::kEven:
      job.out.evidence.Add("share.even", vertex, {units, at}, result);
      return;
  }
}

}  // namespace tune
