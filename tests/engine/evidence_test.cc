// Every answer can be redone from its evidence: on the datasets and on many made-up jobs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "libtune/cli/load_job.h"
#include "tests/support/job_window.h"
#include "tests/support/recompute.h"

namespace tune {
namespace {

// A chain of up to six operators with random rates, times, shares, faults.
JobWindow RandomJob(std::mt19937_64& rng) {
  const auto uniform = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(rng); };
  JobWindowMaker maker(static_cast<int>(uniform(1, 40)));
  double rate = std::pow(10, uniform(-1, 5));
  int last = maker.AddSource("source", rate, 1 + static_cast<int>(uniform(0, 4)));
  const int source = last;
  const int operators = 1 + static_cast<int>(uniform(0, 6));
  for (int i = 0; i < operators; ++i) {
    VertexOptions o;
    o.parallelism = 1 + static_cast<int>(uniform(0, 12));
    o.rate_in = rate;
    o.rate_out = rate * uniform(0.1, 2);
    o.seconds_per_record = uniform(0.05, 3) * o.parallelism / rate;
    o.backpressured_fraction = uniform(0, 1) < 0.3 ? uniform(0, 1) : 0;
    double sum = 0;
    for (int s = 0; s < o.parallelism && uniform(0, 1) < 0.9; ++s) o.shares.push_back(uniform(0.1, uniform(0.2, 2)));
    if (o.shares.size() != static_cast<size_t>(o.parallelism)) o.shares.clear();
    for (const double share : o.shares) sum += share;
    for (double& share : o.shares) share /= sum;
    const ShipStrategy ships[] = {ShipStrategy::kHash, ShipStrategy::kRebalance, ShipStrategy::kUnknown,
                                  ShipStrategy::kGlobal};
    const int v = maker.Add("op-" + std::to_string(i), o);
    maker.Connect(last, v, ships[static_cast<size_t>(uniform(0, 3.2))]);
    last = v;
    rate = o.rate_out;
  }
  if (uniform(0, 1) < 0.5) {
    std::vector<double> rates;
    for (size_t b = 0; b < maker.window().vertices[0].bins.size(); ++b) rates.push_back(uniform(0, 2) * rate);
    maker.SetProduction(source, rates);
  }
  JobWindow window = maker.Build();
  window.sources[0].lag_records = uniform(0, 1) < 0.5 ? std::optional(uniform(0, 1e6)) : std::nullopt;
  if (uniform(0, 1) < 0.2)
    window.sources[0].given = RecordsPerSecond(rate), window.sources[0].kind = DemandKind::kGiven;
  window.checkpoints = {uniform(0, 10), uniform(0, 10), std::nullopt};
  if (uniform(0, 1) < 0.1) window.stale_at_end_s = uniform(0, 1000);
  window.task_managers.processes.emplace_back().id = "tm";
  window.task_managers.processes[0].gc_fraction = uniform(0, 0.12);
  return window;
}

TuningPolicy RandomPolicy(std::mt19937_64& rng) {
  const auto uniform = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(rng); };
  TuningPolicy policy;
  policy.target_busy_fraction = uniform(0.3, 1);
  policy.catch_up = uniform(0, 1) < 0.8;
  policy.side = uniform(0, 1) < 0.5 ? Side::kSafe : Side::kEstimate;
  policy.share_model = uniform(0, 1) < 0.8 ? ShareModel::kMeasured : ShareModel::kEven;
  policy.scope = uniform(0, 1) < 0.2 ? Scope::kJob : Scope::kVertex;
  policy.max_step_up_factor = uniform(0, 1) < 0.3 ? uniform(1.1, 3) : 0;
  policy.max_step_down_factor = uniform(0, 1) < 0.3 ? uniform(0.2, 0.9) : 0;
  policy.max_parallelism = 1 + static_cast<int>(uniform(0, 60));
  policy.lower_ratio = uniform(1, 3);
  policy.lag_goal = absl::Seconds(uniform(10, 600));
  policy.payback_time = absl::Seconds(uniform(10, 1000));
  return policy;
}

TEST(Evidence, OfMadeUpJobsComesOutAgain) {
  std::mt19937_64 rng(20261121);
  std::set<std::string> rules;
  for (int i = 0; i < 3000; ++i) {
    const absl::StatusOr<JobRecommendation> job = Recommend(RandomJob(rng), RandomPolicy(rng));
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_THAT(RecomputeEvidence(*job), testing::IsEmpty()) << "job " << i;
    for (size_t e = 0; e < job->evidence.size(); ++e) rules.insert(job->evidence[e].rule);
  }
  // The jobs are varied enough to reach most rules.
  EXPECT_GE(rules.size(), 24u) << testing::PrintToString(rules);
}

// The answer itself is one of the evidence's results: `needed` is the largest of the constraints, `wanted` the last
// guard's word.
TEST(Evidence, LeadsToTheAnswer) {
  std::mt19937_64 rng(7);
  for (int i = 0; i < 1000; ++i) {
    const absl::StatusOr<JobRecommendation> job = Recommend(RandomJob(rng), RandomPolicy(rng));
    ASSERT_TRUE(job.ok()) << job.status();
    for (const VertexRecommendation& r : job->vertices) {
      double needed = 0, cap = 1e9, wanted = r.now;
      if (r.verdict == Verdict::kEstimated || r.verdict == Verdict::kLowerBound) wanted = r.needed;
      for (size_t e = 0; e < job->evidence.size(); ++e) {
        const Evidence step = job->evidence[e];
        const std::string rule = step.rule;
        if (step.vertex != r.vertex) continue;
        if (rule.rfind("parallelism.", 0) == 0 && rule != "parallelism.optimism")
          needed = std::max(needed, step.result.value);
        if (!step.caps.empty()) cap = step.caps[0].value;
        if (rule.rfind("guard.", 0) == 0) wanted = step.result.value;
      }
      if (needed > 0) {
        EXPECT_EQ(r.needed, std::min(needed, cap)) << "job " << i;
      }
      EXPECT_EQ(r.wanted, wanted) << "job " << i;
      EXPECT_LE(r.low, r.needed);
      EXPECT_GE(r.high, r.needed);
    }
  }
}

TEST(Evidence, OfTheDatasetsComesOutAgain) {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator("datasets")) {
    if (!std::filesystem::exists(entry.path() / "truth.json")) continue;  // measured runs are no recorded jobs
    Arguments arguments;
    arguments.histories = {entry.path().string()};
    absl::StatusOr<LoadedJob> job = LoadJob(arguments);
    ASSERT_TRUE(job.ok()) << entry.path() << ": " << job.status();
    const absl::StatusOr<JobRecommendation> r = Recommend(job->builder.Window(), job->policy);
    ASSERT_TRUE(r.ok()) << r.status();
    EXPECT_FALSE(r->evidence.empty());
    EXPECT_THAT(RecomputeEvidence(*r), testing::IsEmpty()) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 12);
}

}  // namespace
}  // namespace tune
