// Who holds back whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/answer.h"

namespace tune {
namespace {

// Two subtasks that were each saturated for this part of the time they were seen.
struct Saturated {
  const char* name;
  double first, second;
  std::vector<int> subtasks;
};
void PrintTo(const Saturated& c, std::ostream* out) { *out << c.name; }

class SaturatedTest : public testing::TestWithParam<Saturated> {};

TEST_P(SaturatedTest, SubtasksMakeABottleneck) {
  const Saturated& c = GetParam();
  VertexOptions map = MapOptions(900, 0.0015, 2);
  map.shares = {0.5, 0.5};
  JobWindow window = SourceAndMap(900, map);
  window.vertices[1].subtasks[0].saturated_s = 600 * c.first;
  window.vertices[1].subtasks[1].saturated_s = 600 * c.second;
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  const Finding* finding = FindingOf(job, FindingKind::kBottleneck);
  ASSERT_EQ(finding != nullptr, !c.subtasks.empty());
  if (finding == nullptr) return;
  EXPECT_EQ(finding->vertex, 1);
  EXPECT_EQ(finding->subtasks, c.subtasks);
  EXPECT_NEAR(finding->share.value_or(0), 0.675, 1e-9);  // 900 * 1.5 ms over two
  EXPECT_EQ(job.timeliness, Timeliness::kDelayed);
}

INSTANTIATE_TEST_SUITE_P(Parts, SaturatedTest,
                         testing::Values(Saturated{"None", 0, 0, {}}, Saturated{"Half", 0, 0.5, {1}},
                                         Saturated{"LessThanHalf", 0.49, 0.49, {}}, Saturated{"Both", 1, 0.6, {0, 1}}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Saturated, SubtaskMustHaveBeenSeen) {
  VertexOptions map = MapOptions(900, 0.001, 2);
  map.shares = {0.5, 0.5};
  JobWindow window = SourceAndMap(900, map);
  window.vertices[1].subtasks[0] = {};
  EXPECT_EQ(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kBottleneck), nullptr);
}

// Reported as a whole: the mean busy share of the blocks decides.
TEST(Saturated, VertexAsAWholeIsFromNinetyFivePerCent) {
  const auto busy = [](double share) {
    return FindingOf(MustRecommend(SourceAndMap(1000, MapOptions(1000, share / 1000, 1)), PlainPolicy()),
                     FindingKind::kBottleneck) != nullptr;
  };
  EXPECT_TRUE(busy(0.96));
  EXPECT_FALSE(busy(0.94));
  EXPECT_TRUE(busy(1));
  JobWindow window = SourceAndMap(1000, MapOptions(1000, 0.001, 1));
  window.vertices[1].service.y = 9.5;  // of 10 blocks
  EXPECT_NE(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kBottleneck), nullptr);
  window.vertices[1].service.y = 1.04 * window.vertices[1].service.blocks;  // timers overshoot
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  const Finding* finding = FindingOf(job, FindingKind::kBottleneck);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->share, 1);
  EXPECT_TRUE(finding->subtasks.empty());
}

// Its subtasks, where they are reported, know better than the mean.
TEST(Saturated, MeanDoesNotCountBesideSubtasks) {
  VertexOptions map = MapOptions(1000, 0.00097, 1);
  map.shares = {1};
  JobWindow window = SourceAndMap(1000, map);
  window.vertices[1].subtasks[0].saturated_s = 0;
  EXPECT_EQ(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kBottleneck), nullptr);
}

TEST(BackPressured, IsFromHalfOfTheTimeOn) {
  VertexOptions map = MapOptions(900, 0.0005, 1);
  map.backpressured_fraction = 0.5;
  const JobRecommendation job = MustRecommend(SourceAndMap(900, map), PlainPolicy());
  const Finding* finding = FindingOf(job, FindingKind::kBackPressured);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->vertex, 1);
  EXPECT_EQ(finding->share, 0.5);
  map.backpressured_fraction = 0.49;
  EXPECT_EQ(FindingOf(MustRecommend(SourceAndMap(900, map), PlainPolicy()), FindingKind::kBackPressured), nullptr);
}

// source -> a -> b -> c at 100 / s each, while 200 / s are to come; busy shares of a, b and c.
std::vector<int> HiddenOf(double a, double b, double c) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100);
  int last = source;
  for (const double busy : {a, b, c}) {
    VertexOptions options = MapOptions(100, busy / 100, 1);
    options.rate_out = 100;
    const int next = maker.Add(std::to_string(last), options);
    maker.Connect(last, next);
    last = next;
  }
  JobWindow window = maker.Build();
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(200);
  const JobRecommendation job = MustRecommend(window, PlainPolicy());
  std::vector<int> hidden;
  for (const Finding& finding : job.findings) {
    if (finding.kind == FindingKind::kHidden) hidden.push_back(finding.vertex);
  }
  return hidden;
}

TEST(Hidden, IsEveryVertexDownstreamOfABottleneckThatLacksSubtasks) {
  EXPECT_THAT(HiddenOf(1, 0.7, 0.7), testing::ElementsAre(2, 3));  // also behind one that is itself not saturated
  EXPECT_THAT(HiddenOf(1, 0.3, 0.7), testing::ElementsAre(3));     // 0.3 * 2 fits on one
  EXPECT_THAT(HiddenOf(0.7, 1, 0.7), testing::ElementsAre(3));     // not upstream
  EXPECT_THAT(HiddenOf(1, 1, 0.7), testing::ElementsAre(3));       // nothing hides a saturated one
  EXPECT_THAT(HiddenOf(0.7, 0.7, 0.7), testing::IsEmpty());
}

// Too slow a record is why it is left out: it is not sized, and so not hidden.
TEST(Hidden, IsNoVertexThatIsExcluded) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100);
  VertexOptions first = MapOptions(100, 0.01, 1);
  first.rate_out = 100;
  const int a = maker.Add("a", first), b = maker.Add("b", MapOptions(100, 0.009, 1));
  maker.Connect(source, a);
  maker.Connect(a, b);
  JobWindow window = maker.Build();
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(200);
  EXPECT_NE(FindingOf(MustRecommend(window, PlainPolicy()), FindingKind::kHidden), nullptr);
  TuningPolicy policy = PlainPolicy();
  policy.slow_record_of["b"] = absl::Milliseconds(5);
  EXPECT_EQ(FindingOf(MustRecommend(window, policy), FindingKind::kHidden), nullptr);
}

}  // namespace
}  // namespace tune
