// Jobs whose TaskManagers spend their time in collections.
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

// source (needs 1) -> map (needs 2 of 1) -> sink (needs 1 of 1); TaskManagers with these shares of time in collections.
JobWindow Collecting(const std::vector<std::optional<double>>& fractions) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 900);
  VertexOptions options = MapOptions(900, 0.002, 1);
  options.rate_out = 900;
  const int map = maker.Add("map", options), sink = maker.Add("sink", MapOptions(900, 0.001, 1));
  maker.Connect(source, map);
  maker.Connect(map, sink);
  JobWindow window = maker.Build();
  for (const std::optional<double>& fraction : fractions)
    window.task_managers.processes.emplace_back().gc_fraction = fraction;
  return window;
}

TEST(GcBound, IsTheWorstOfTheTaskManagers) {
  const JobRecommendation job = MustRecommend(Collecting({0.05, 0.3, std::nullopt, 0.2}), PlainPolicy());
  const Finding* finding = FindingOf(job, FindingKind::kGcBound);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->vertex, -1);
  EXPECT_EQ(finding->share, 0.3);
  EXPECT_EQ(TermOf(job, "exclude.gc_bound", -1, "gc_fraction"), 0.3);
}

TEST(GcBound, StartsAtThePolicysFraction) {
  TuningPolicy policy = PlainPolicy();
  policy.gc_bound_fraction = 0.25;
  EXPECT_NE(FindingOf(MustRecommend(Collecting({0.25}), policy), FindingKind::kGcBound), nullptr);
  EXPECT_EQ(FindingOf(MustRecommend(Collecting({0.2499}), policy), FindingKind::kGcBound), nullptr);
  EXPECT_EQ(FindingOf(MustRecommend(Collecting({std::nullopt}), policy), FindingKind::kGcBound), nullptr);
}

TEST(GcBound, ExcludesOnlyWhatWouldBeRaised) {
  const JobRecommendation job = MustRecommend(Collecting({0.3}), PlainPolicy());
  EXPECT_EQ(job.vertices[0].verdict, Verdict::kEstimated);
  EXPECT_EQ(job.vertices[1].verdict, Verdict::kExcluded);
  EXPECT_EQ(job.vertices[1].wanted, 1);
  EXPECT_EQ(job.vertices[2].verdict, Verdict::kEstimated);
}

TEST(GcBound, ExcludesRaisesOnALowerBoundToo) {
  JobWindow window = Collecting({0.3});
  for (Bin& bin : window.vertices[0].bins) bin.backpressured_s = 30;
  EXPECT_EQ(MustRecommend(window, PlainPolicy()).vertices[1].verdict, Verdict::kExcluded);
}

}  // namespace
}  // namespace tune
