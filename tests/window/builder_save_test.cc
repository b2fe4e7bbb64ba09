// WindowBuilder::Save() and Restore(). That a restored one goes on as the saved one: tests/codec/builder_state_test.cc.
#include <gmock/gmock.h>

#include "tests/support/any_samples.h"
#include "tests/window/builder_feed.h"

namespace tune {
namespace {

using testing::HasSubstr;

WindowBuilder MustRestore(const std::string& bytes) {
  auto builder = WindowBuilder::Restore(bytes);
  EXPECT_TRUE(builder.ok()) << builder.status();
  return *std::move(builder);
}

// After `count` samples.
std::string AnyState(uint64_t seed, int count) {
  AnySamples samples(seed);
  WindowOptions options;
  options.bin = absl::Seconds(5);
  options.horizon = absl::Minutes(10);
  auto builder = WindowBuilder::Create(samples.graph(), samples.facts(), options);
  EXPECT_TRUE(builder.ok()) << builder.status();
  for (int i = 0; i < count; ++i) Add(*builder, samples.Next()).IgnoreError();
  return builder->Save();
}

TEST(BuilderSave, KeepsGraphFactsOptionsAndWhatWasSeen) {
  JobGraph graph = SourceToMap(2, 3);
  graph.vertices[kSource].source_partitions = 12;
  JobFacts facts;
  facts.job_name = "orders";
  facts.configuration = {{"a", "1"}, {"b", ""}};
  facts.session_jobs = {"x", "y"};
  facts.limits.quota.cpu_limit = MilliCores(1500);
  WindowOptions options;
  options.bin = absl::Seconds(10);
  auto created = WindowBuilder::Create(graph, facts, options);
  ASSERT_TRUE(created.ok());
  ASSERT_TRUE(created->SetSourceRate(kSource, RecordsPerSecond(7.5)).ok());
  FeedSteady(*created, 0, 120, 10);
  WindowBuilder restored = MustRestore(created->Save());
  const JobWindow& window = restored.Window();
  EXPECT_EQ(window.graph.vertices[kSource].source_partitions, 12);
  EXPECT_EQ(window.graph.edges[0].ship, ShipStrategy::kHash);
  EXPECT_EQ(window.facts.job_name, "orders");
  EXPECT_EQ(window.facts.configuration, facts.configuration);
  EXPECT_EQ(window.facts.session_jobs, facts.session_jobs);
  EXPECT_EQ(window.facts.limits.quota.cpu_limit, MilliCores(1500));
  EXPECT_EQ(window.bin, absl::Seconds(10));
  EXPECT_EQ(window.start, created->Window().start);
  EXPECT_EQ(window.sources[0].given, RecordsPerSecond(7.5));
  EXPECT_NEAR(Total(window.vertices[kMap]).records_in, 1200, 1e-6);  // 10/s for 120 s
  EXPECT_EQ(window.vertices[kMap].coverage.samples, 13);
}

// Between the samples that tell a rescale, a forward edge has two parallelisms.
TEST(BuilderSave, KeepsAJobInTheMiddleOfARescale) {
  JobGraph graph = SourceToMap(2, 2);
  graph.edges[0].ship = ShipStrategy::kForward;
  WindowBuilder builder = MustCreate(graph);
  MustAdd(builder, ParallelismSample{FeedMs(0), kSource, 4});
  WindowBuilder restored = MustRestore(builder.Save());
  MustAdd(restored, ParallelismSample{FeedMs(1), kMap, 4});
  const JobWindow& window = restored.Window();
  EXPECT_EQ(window.graph.vertices[kSource].parallelism, 4);
  EXPECT_EQ(window.graph.edges[0].ship, ShipStrategy::kForward);
  EXPECT_TRUE(CheckWindow(window).ok()) << CheckWindow(window);
}

TEST(BuilderSave, OfADayOfNothingTakesLittle) {
  WindowBuilder builder = MustCreate(SourceToMap(1, 1));
  FeedSteady(builder, 0, 60, 10);
  const size_t before = builder.Save().size();
  MustAdd(builder, Answer(24 * 3600, kMap, 0, Steady(24 * 3600, 10, 0.5)));  // a gap: nothing was seen in it
  // 1440 bins of 7 doubles for each of 2 vertices, of 3 for two ways of demand, of 5 for the job: four to ten in a
  // byte.
  EXPECT_LT(builder.Save().size(), before + 1700);  // 1440 * (2/4 + 2/10 + 1/6) = 1250
  EXPECT_EQ(MustRestore(builder.Save()).Window().vertices[kMap].bins.size(), 1441u);
}

TEST(BuilderRestore, OfAnotherVersionSaysWhich) {
  std::string bytes = AnyState(1, 100);
  bytes[0] = 3;
  EXPECT_EQ(WindowBuilder::Restore(bytes).status().message(), "state: version = 3; allowed: 2");
  EXPECT_EQ(WindowBuilder::Restore("ab").status().message(), "state: version = cut short; allowed: 2");
  EXPECT_FALSE(WindowBuilder::Restore("").ok());
}

TEST(BuilderRestore, OfBytesCutShortOrWithMoreBehindIsRefused) {
  const std::string bytes = AnyState(2, 400);
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 100) {
    const auto builder = WindowBuilder::Restore(bytes.substr(0, size));
    EXPECT_EQ(builder.status().code(), absl::StatusCode::kInvalidArgument) << size;
  }
  EXPECT_THAT(WindowBuilder::Restore(bytes + "x").status().message(), HasSubstr("state: end = 1 bytes more"));
}

// A byte that is wrong is seldom one that breaks a rule; what is taken must still do.
TEST(BuilderRestore, OfWrongBytesIsRefusedOrGoesOn) {
  const std::string bytes = AnyState(3, 1500);
  std::mt19937_64 random(4);
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string wrong = bytes;
    const size_t count = 1 + random() % 4;
    for (size_t n = 0; n < count; ++n) {
      // Half of them in the part that says what there is.
      const size_t at = random() % (random() % 2 == 0 ? wrong.size() : std::min<size_t>(wrong.size(), 600));
      wrong[at] = static_cast<char>(random());
    }
    auto builder = WindowBuilder::Restore(wrong);
    if (!builder.ok()) {
      EXPECT_EQ(builder.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_FALSE(builder.status().message().empty());
      ++refused;
      continue;
    }
    AnySamples samples(random());
    for (int n = 0; n < 50; ++n) Add(*builder, samples.Next()).IgnoreError();
    builder->Window();
    EXPECT_TRUE(WindowBuilder::Restore(builder->Save()).status().code() != absl::StatusCode::kInternal);
  }
  EXPECT_GT(refused, 400);
}

// A length of 2^34 wherever one may stand.
TEST(BuilderRestore, TakesNoMemoryForWhatIsNotThere) {
  std::string bytes = MustCreate(SourceToMap(1, 1)).Save();
  for (size_t at = 4; at < bytes.size(); ++at) {
    std::string wrong = bytes.substr(0, at) + "\xff\xff\xff\xff\x7f" + bytes.substr(at + 1);
    EXPECT_FALSE(WindowBuilder::Restore(wrong).ok()) << at;
  }
}

}  // namespace
}  // namespace tune
