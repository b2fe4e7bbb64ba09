// Every answer can be redone from its evidence: on the datasets and on many made-up jobs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>

#include "libtune/cli/load_job.h"
#include "tests/support/any_job.h"
#include "tests/support/recompute.h"
#include "tune/recommend.h"

namespace tune {
namespace {

TEST(Evidence, OfMadeUpJobsComesOutAgain) {
  std::mt19937_64 rng(20261121);
  std::set<std::string> rules;
  for (int i = 0; i < 3000; ++i) {
    const absl::StatusOr<JobRecommendation> job = Recommend(AnyJob(rng), AnyPolicy(rng));
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_THAT(RecomputeEvidence(*job), testing::IsEmpty()) << "job " << i;
    for (size_t e = 0; e < job->evidence.size(); ++e) rules.insert(job->evidence[e].rule);
  }
  // The jobs are varied enough to reach most rules.
  EXPECT_GE(rules.size(), 40u) << testing::PrintToString(rules);
}

// The answer itself is one of the evidence's results: `needed` is the largest of the constraints, `wanted` the last
// guard's word.
TEST(Evidence, LeadsToTheAnswer) {
  std::mt19937_64 rng(7);
  for (int i = 0; i < 1000; ++i) {
    const absl::StatusOr<JobRecommendation> job = Recommend(AnyJob(rng), AnyPolicy(rng));
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
        if (rule.rfind("guard.", 0) == 0 || rule == "layout.parallelism") wanted = step.result.value;
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
