#include "libtune/guard/guards.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace tune {
namespace {

bool IsSized(const VertexRecommendation& r) {
  return r.verdict == Verdict::kEstimated || r.verdict == Verdict::kLowerBound;
}

double Count(int n) { return static_cast<double>(n); }

// Sets `wanted` and records the change; nothing when it is no change. `why` holds at most two terms.
void Change(JobSizing& job, VertexRecommendation& r, const char* rule, int to, std::initializer_list<Term> why) {
  if (to == r.wanted) return;
  constexpr size_t kMost = 4;
  std::array<Term, kMost> inputs = {
      {{"asked", Count(r.wanted), "subtasks", "parallelism"}, {"now", Count(r.now), "subtasks", "graph"}}};
  const auto end = std::copy(why.begin(), why.end(), inputs.begin() + 2);
  r.wanted = to;
  job.out.evidence.Add(rule, r.vertex, std::span(inputs.begin(), end), {"wanted", Count(to), "subtasks", rule}, {});
}

void Bounds(JobSizing& job, VertexRecommendation& r) {
  const int cap = LargestParallelism(job, r.vertex);
  const int least = std::min(job.policy.min_parallelism, cap), most = std::min(job.policy.max_parallelism, cap);
  Change(job, r, "guard.bounds", std::clamp(r.wanted, least, most),
         {{"least", Count(least), "subtasks", "policy"}, {"most", Count(most), "subtasks", "policy, graph"}});
}

void StepLimit(JobSizing& job, VertexRecommendation& r) {
  const double up = job.policy.max_step_up_factor, down = job.policy.max_step_down_factor;
  if (up > 1 && r.wanted > r.now) {
    const int most = std::max(r.now + 1, static_cast<int>(std::floor(r.now * up)));
    Change(job, r, "guard.step", std::min(r.wanted, most), {{"factor", up, "1", "policy"}});
  }
  if (down > 0 && r.wanted < r.now) {
    const int least = std::max(1, static_cast<int>(std::ceil(r.now * down)));
    Change(job, r, "guard.step", std::max(r.wanted, least), {{"factor", down, "1", "policy"}});
  }
}

// A source that hides its demand may offer more than was seen: nothing is lowered on a lower bound.
void HiddenDemand(JobSizing& job, VertexRecommendation& r) {
  if (r.verdict == Verdict::kLowerBound && r.wanted < r.now) Change(job, r, "guard.hidden_demand", r.now, {});
}

void DeadBand(JobSizing& job, VertexRecommendation& r) {
  if (r.wanted >= r.now || r.now >= job.policy.lower_ratio * r.wanted) return;
  Change(job, r, "guard.dead_band", r.now, {{"lower_ratio", job.policy.lower_ratio, "1", "policy"}});
}

// What lowering saves over the payback time against what the restart costs: all subtasks stop for it.
void Payback(JobSizing& job, VertexRecommendation& r) {
  if (r.wanted >= r.now) return;
  const double saved = (r.now - r.wanted) * job.seconds.payback;
  const double cost = r.now * job.seconds.restart;
  if (saved > cost) return;
  Change(job, r, "guard.payback", r.now,
         {{"saved", saved, "subtask-seconds", "policy.payback_time"},
          {"cost", cost, "subtask-seconds", "policy.restart_time"}});
}

void Checkpoints(JobSizing& job, VertexRecommendation& r) {
  Change(job, r, "guard.checkpoints", r.now,
         {{"failed", job.window.checkpoints.failed, "checkpoints", "window"},
          {"completed", job.window.checkpoints.completed, "checkpoints", "window"}});
}

// Vertices that forward edges tie together, by the smallest index among them.
std::vector<size_t> Ties(const JobSizing& job) {
  std::vector<size_t> tie(job.out.vertices.size());
  for (size_t v = 0; v < tie.size(); ++v) tie[v] = v;
  for (bool changed = true; changed;) {
    changed = false;
    for (const Edge& edge : job.window.graph.edges) {
      if (edge.ship != ShipStrategy::kForward) continue;
      size_t &a = tie[static_cast<size_t>(edge.from)], &b = tie[static_cast<size_t>(edge.to)];
      changed = changed || a != b;
      a = b = std::min(a, b);
    }
  }
  return tie;
}

// Forward edges force one parallelism on all that they tie: the largest wanted that each of them may have.
void Forward(JobSizing& job) {
  const auto is_forward = [](const Edge& edge) { return edge.ship == ShipStrategy::kForward; };
  const std::vector<Edge>& edges = job.window.graph.edges;
  if (std::none_of(edges.begin(), edges.end(), is_forward)) return;
  const std::vector<size_t> tie = Ties(job);
  std::vector<int> largest(tie.size(), 1), cap(tie.size(), kMaxParallelism);
  for (size_t v = 0; v < tie.size(); ++v) {
    largest[tie[v]] = std::max(largest[tie[v]], job.out.vertices[v].wanted);
    cap[tie[v]] = std::min(cap[tie[v]], LargestParallelism(job, static_cast<int>(v)));
  }
  for (size_t v = 0; v < tie.size(); ++v) {
    Change(job, job.out.vertices[v], "guard.forward", std::min(largest[tie[v]], cap[tie[v]]),
           {{"largest_tied", Count(largest[tie[v]]), "subtasks", "graph"},
            {"smallest_cap", Count(cap[tie[v]]), "subtasks", "graph"}});
  }
}

void ApplyAll(JobSizing& job, VertexRecommendation& r, bool no_savepoints) {
  Bounds(job, r);
  HiddenDemand(job, r);
  DeadBand(job, r);
  Payback(job, r);
  StepLimit(job, r);
  if (no_savepoints) Checkpoints(job, r);
}

// One parallelism for the whole job: the largest that a vertex which may be sized needs, guarded as if it were one
// vertex. Nothing changes where that is what the job has and no vertex lacks any.
void SizeTogether(JobSizing& job, bool no_savepoints) {
  VertexRecommendation whole;
  whole.vertex = -1;
  whole.needed = 0;
  whole.verdict = Verdict::kEstimated;
  bool lacks = false;
  for (const VertexRecommendation& r : job.out.vertices) {
    whole.now = std::max(whole.now, r.now);
    if (!IsSized(r)) continue;
    whole.needed = std::max(whole.needed, r.needed);
    lacks = lacks || r.needed > r.now;
    if (r.verdict == Verdict::kLowerBound) whole.verdict = Verdict::kLowerBound;
  }
  if (whole.needed == 0) return;
  whole.wanted = whole.needed;
  ApplyAll(job, whole, no_savepoints);
  if (whole.wanted == whole.now && !lacks) {
    for (VertexRecommendation& r : job.out.vertices) Change(job, r, "guard.one_parallelism_held", r.now, {});
    return;
  }
  for (VertexRecommendation& r : job.out.vertices) {
    const int cap = LargestParallelism(job, r.vertex);
    Change(job, r, "guard.one_parallelism", std::min(whole.wanted, cap),
           {{"of_the_job", Count(whole.wanted), "subtasks", "parallelism, guards"},
            {"largest_allowed", Count(cap), "subtasks", "graph"}});
  }
}

}  // namespace

void ApplyGuards(JobSizing& job) {
  const bool no_savepoints = job.Has(FindingKind::kCheckpointBound, -1);
  const bool together = job.policy.scope == Scope::kJob;
  for (VertexRecommendation& r : job.out.vertices) r.wanted = IsSized(r) ? r.needed : r.now;
  if (together) {
    SizeTogether(job, no_savepoints);
  } else {
    for (VertexRecommendation& r : job.out.vertices) {
      if (IsSized(r)) ApplyAll(job, r, no_savepoints);
    }
  }
  Forward(job);
}

int LargestParallelism(const JobSizing& job, int vertex) {
  if (vertex < 0) return kMaxParallelism;
  const Vertex& v = job.window.graph.vertices[static_cast<size_t>(vertex)];
  return job.view.is_source(vertex) ? std::min(v.max_parallelism, v.source_partitions.value_or(kMaxParallelism))
                                    : v.max_parallelism;
}

}  // namespace tune
