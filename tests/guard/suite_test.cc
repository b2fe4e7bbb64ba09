// What holds for every guard, on any job: twice changes nothing more, and every change has evidence.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "tests/support/job_window.h"

namespace tune {
namespace {

constexpr double kBusiest = 30;  // subtasks that a vertex may keep busy

struct Node {
  double needed;  // subtasks kept busy at the demand
  int parallelism;
  int max_parallelism;
  ShipStrategy ship;  // from the node before
};

// A chain of one source and what follows; every vertex takes 100 records/s.
struct Job {
  std::vector<Node> nodes;
  double failed_checkpoints = 0;
  bool hidden = false;  // the source is held back
};

JobWindow WindowOf(const Job& job) {
  JobWindowMaker maker;
  for (size_t i = 0; i < job.nodes.size(); ++i) {
    const Node& node = job.nodes[i];
    VertexOptions options;
    options.parallelism = node.parallelism;
    options.max_parallelism = node.max_parallelism;
    options.rate_in = i == 0 ? 0 : 100;
    options.rate_out = 100;
    options.seconds_per_record = node.needed / 100;
    options.backpressured_fraction = i == 0 && job.hidden ? 0.5 : 0;
    maker.Add("v" + std::to_string(i), options);
    if (i > 0) maker.Connect(static_cast<int>(i) - 1, static_cast<int>(i), node.ship);
  }
  JobWindow window = maker.Build();
  window.checkpoints.completed = 5;
  window.checkpoints.failed = job.failed_checkpoints;
  return window;
}

Job AnyJob() {
  Job job;
  const int count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) {
    Node node;
    node.needed = *rc::gen::inRange(1, static_cast<int>(kBusiest * 10)) / 10.0;
    node.max_parallelism = *rc::gen::element(120, 120, 16);
    node.parallelism = *rc::gen::inRange(1, 16);
    node.ship = *rc::gen::element(ShipStrategy::kHash, ShipStrategy::kRebalance, ShipStrategy::kForward);
    if (i > 0 && node.ship == ShipStrategy::kForward) node.parallelism = job.nodes.back().parallelism;
    job.nodes.push_back(node);
  }
  job.failed_checkpoints = *rc::gen::element(0.0, 0.0, 0.0, 20.0);
  job.hidden = *rc::gen::inRange(0, 5) == 0;
  return job;
}

TuningPolicy AnyPolicy() {
  TuningPolicy policy = PlainPolicy();
  policy.min_parallelism = *rc::gen::element(1, 1, 3);
  policy.max_parallelism = *rc::gen::element(kMaxParallelism, 20);
  policy.max_step_up_factor = *rc::gen::element(0.0, 1.5, 2.0);
  policy.max_step_down_factor = *rc::gen::element(0.0, 0.5);
  policy.lower_ratio = *rc::gen::element(1.0, 1.5);
  policy.scope = *rc::gen::element(Scope::kVertex, Scope::kVertex, Scope::kJob);
  policy.payback_time = *rc::gen::element(absl::Hours(24), absl::Seconds(120));
  return policy;
}

bool IsSized(const VertexRecommendation& r) {
  return r.verdict == Verdict::kEstimated || r.verdict == Verdict::kLowerBound;
}

// Follows a vertex's guard steps from what was needed to what is wanted.
void CheckEvidence(const JobRecommendation& job, const VertexRecommendation& r) {
  double at = IsSized(r) ? r.needed : r.now;
  for (size_t i = 0; i < job.evidence.size(); ++i) {
    const Evidence step = job.evidence[i];
    if (step.vertex != r.vertex || std::strncmp(step.rule, "guard.", 6) != 0) continue;
    RC_ASSERT(std::string(step.inputs[0].name) == "asked");
    RC_ASSERT(step.inputs[0].value == at);
    RC_ASSERT(step.inputs[1].value == r.now);
    RC_ASSERT(step.result.value != at);
    at = step.result.value;
  }
  RC_ASSERT(r.wanted == at);
}

RC_GTEST_PROP(AllGuards, EveryChangeHasEvidence, ()) {
  const TuningPolicy policy = AnyPolicy();
  const auto job = Recommend(WindowOf(AnyJob()), policy);
  RC_ASSERT(job.ok());
  for (const VertexRecommendation& r : job->vertices) CheckEvidence(*job, r);
}

RC_GTEST_PROP(AllGuards, WantedIsAParallelismThatTheGraphAllows, ()) {
  JobWindow window = WindowOf(AnyJob());
  const auto job = Recommend(window, AnyPolicy());
  RC_ASSERT(job.ok());
  for (const VertexRecommendation& r : job->vertices) {
    window.graph.vertices[static_cast<size_t>(r.vertex)].parallelism = r.wanted;
  }
  const absl::Status status = CheckGraph(window.graph);
  if (!status.ok()) RC_FAIL(std::string(status.message()));
}

void Apply(const JobRecommendation& from, Job& to) {
  for (const VertexRecommendation& r : from.vertices) to.nodes[static_cast<size_t>(r.vertex)].parallelism = r.wanted;
}

// With a step limit the goal takes several rounds; without one, a single one. A demand that is hidden is not one that
// stays: a vertex that is saturated under it is raised by one more each time.
RC_GTEST_PROP(AllGuards, AppliedAgainChangeNothingMore, ()) {
  Job job = AnyJob();
  job.hidden = false;
  const TuningPolicy policy = AnyPolicy();
  const bool steps = policy.max_step_up_factor > 0 || policy.max_step_down_factor > 0;
  for (int round = 0; round < (steps ? 12 : 1); ++round) {
    const auto recommendation = Recommend(WindowOf(job), policy);
    RC_ASSERT(recommendation.ok());
    Apply(*recommendation, job);
  }
  const auto again = Recommend(WindowOf(job), policy);
  RC_ASSERT(again.ok());
  for (const VertexRecommendation& r : again->vertices) RC_ASSERT(r.wanted == r.now);
  RC_ASSERT(again->slots_wanted == again->slots_now);
}

RC_GTEST_PROP(AllGuards, ActionSaysWhatWantedDoes, ()) {
  const auto job = Recommend(WindowOf(AnyJob()), AnyPolicy());
  RC_ASSERT(job.ok());
  for (const VertexRecommendation& r : job->vertices) {
    if (r.action == Action::kRaise) RC_ASSERT(r.wanted > r.now);
    if (r.action == Action::kLower) RC_ASSERT(r.wanted < r.now);
    if (r.action == Action::kHold) RC_ASSERT(r.wanted == r.now);
    RC_ASSERT(r.low <= r.needed && r.needed <= r.high);
  }
}

}  // namespace
}  // namespace tune
