// DS2's unit vectors and offline example: when its assumptions hold, the plain arithmetic gives its answers exactly.
#include <gtest/gtest.h>

#include "tests/support/job_window.h"

namespace tune {
namespace {

// A vector of DS2's reference policy: what an operator processed and put out in one second of useful time.
struct Operator {
  double processed, output;
};

struct Case {
  const char* name;
  int sources;
  double source_rate;
  Operator first, second;
  int want_first, want_second;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// Windows of a chain source(s) -> first -> second, each operator at the parallelism that the vector was taken at (1).
JobWindow Chain(const Case& c) {
  JobWindowMaker maker;
  const double rate = c.source_rate * c.sources;
  const double selectivity = c.first.output / c.first.processed;
  std::vector<int> sources;
  for (int i = 0; i < c.sources; ++i) sources.push_back(maker.AddSource("source-" + std::to_string(i), c.source_rate));
  VertexOptions first;
  first.rate_in = rate;
  first.rate_out = rate * selectivity;
  first.seconds_per_record = 1 / c.first.processed;
  VertexOptions second;
  second.rate_in = first.rate_out;
  second.rate_out = 0;
  second.seconds_per_record = 1 / c.second.processed;
  second.max_parallelism = 1024;
  const int a = maker.Add("first", first), b = maker.Add("second", second);
  for (const int source : sources) maker.Connect(source, a, ShipStrategy::kRebalance);
  maker.Connect(a, b, ShipStrategy::kRebalance);
  return maker.Build();
}

class Ds2VectorTest : public testing::TestWithParam<Case> {};

TEST_P(Ds2VectorTest, IsMetExactly) {
  const Case& c = GetParam();
  const absl::StatusOr<JobRecommendation> job = Recommend(Chain(c), PlainPolicy());
  ASSERT_TRUE(job.ok()) << job.status();
  const size_t first = static_cast<size_t>(c.sources);
  EXPECT_EQ(job->vertices[first].needed, c.want_first);
  EXPECT_EQ(job->vertices[first + 1].needed, c.want_second);
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, Ds2VectorTest,
    testing::Values(Case{"EightfoldSecond", 1, 100, {50, 400}, {100, 200}, 2, 8},  // 100/50; 800/100
                    Case{"RoundedUpSecond", 1, 200, {40, 700}, {99, 200}, 5, 36},  // 200/40; 3500/99 = 35.4
                    Case{"WideSecond", 1, 200, {10, 700}, {201, 200}, 20, 70},     // 200/10; 14000/201 = 69.7
                    Case{"TwoSourcesEightfold", 2, 100, {50, 400}, {100, 200}, 4, 16},
                    Case{"TwoSourcesRoundedUp", 2, 200, {40, 700}, {99, 200}, 10, 71},  // 7000/99 = 70.7
                    Case{"TwoSourcesWide", 2, 200, {10, 700}, {201, 200}, 40, 140}),    // 28000/201 = 139.3
    [](const auto& row) { return std::string(row.param.name); });

// Rates go downstream unrounded: 10/s * 0.25 = 2.5/s, at 1 s a record 3 subtasks; rounding the rate up to 3 first, or
// carrying what 10/9 = 2 whole subtasks could put out (18 * 0.25 = 4.5/s), would ask the third for other numbers.
TEST(Ds2, PropagatesUnroundedRates) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 10);
  VertexOptions first;
  first.rate_in = 10;
  first.rate_out = 2.5;
  first.seconds_per_record = 1.0 / 9;  // 10/9 = 1.11 -> 2
  VertexOptions second;
  second.rate_in = 2.5;
  second.rate_out = 1.25;
  second.seconds_per_record = 1;  // 2.5 -> 3
  VertexOptions third;
  third.rate_in = 1.25;
  third.seconds_per_record = 1.5;  // 1.875 -> 2; from 3 or 4.5 records/s upstream it would be 3 or 4
  const int a = maker.Add("first", first), b = maker.Add("second", second), c = maker.Add("third", third);
  maker.Connect(source, a);
  maker.Connect(a, b);
  maker.Connect(b, c);
  const absl::StatusOr<JobRecommendation> job = Recommend(maker.Build(), PlainPolicy());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->vertices[1].needed, 2);
  EXPECT_EQ(job->vertices[2].needed, 3);
  EXPECT_EQ(job->vertices[3].needed, 2);
}

// The offline example (flink_rates.log): the source gives 80,000 lines/s; Splitter's true rate is about 122,500 lines/s
// and Count's 1,845,000 words/s at 10.16 words a line: 80000/122500 -> 1 and 812,700/1,845,000 -> 1.
TEST(Ds2, OfflineWordCountExampleNeedsOneEach) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 80000);
  VertexOptions splitter;
  splitter.parallelism = 2;
  splitter.rate_in = 80000;
  splitter.rate_out = 812718;
  splitter.seconds_per_record = 1 / 122512.73;
  VertexOptions count;
  count.rate_in = 812718;
  count.seconds_per_record = 1 / 1845391.07;
  const int a = maker.Add("splitter", splitter), b = maker.Add("count", count);
  maker.Connect(source, a, ShipStrategy::kRebalance);
  maker.Connect(a, b);
  const absl::StatusOr<JobRecommendation> job = Recommend(maker.Build(), PlainPolicy());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->vertices[1].needed, 1);
  EXPECT_EQ(job->vertices[2].needed, 1);
}

}  // namespace
}  // namespace tune
