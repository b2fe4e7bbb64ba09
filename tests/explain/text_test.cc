// Findings, evidence and summaries as text.
#include "libtune/explain/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/job_window.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(NumberText, HasSixDigitsAndNoTrailingZeros) {
  EXPECT_EQ(NumberText(900), "900");
  EXPECT_EQ(NumberText(0.00257), "0.00257");
  EXPECT_EQ(NumberText(1.2e8), "1.2e+08");
  EXPECT_EQ(NumberText(1.0 / 3), "0.333333");
  EXPECT_EQ(NumberText(0), "0");
  EXPECT_EQ(NumberText(-2.5), "-2.5");
}

TEST(EvidenceText, NamesEveryTermWithItsUnit) {
  EvidenceLog log;
  log.Add("parallelism.steady", 1, {{"rate", 900, "records/s", "demand"}, {"busy_limit", 0.8, "1", "policy"}},
          {"subtasks", 3, "subtasks", "parallelism.steady"});
  EXPECT_EQ(EvidenceText(log[0]), "parallelism.steady: rate 900 records/s, busy_limit 0.8 -> subtasks 3 subtasks");
}

TEST(EvidenceText, ListsCapsApart) {
  EvidenceLog log;
  log.Add("rule", 1, {{"a", 1, "s", "x"}}, {"b", 0.5, "1", "rule"},
          {{"most", 4, "subtasks", "graph"}, {"least", 1, "subtasks", "policy"}});
  EXPECT_EQ(EvidenceText(log[0]), "rule: a 1 s; caps: most 4 subtasks, least 1 subtasks -> b 0.5");
}

JobGraph TwoVertices() {
  JobGraph graph;
  graph.vertices.resize(2);
  graph.vertices[0].id = "c0ffee";
  graph.vertices[0].name = "Source: orders";
  graph.vertices[1].id = "beef";
  return graph;
}

Finding HotKey() {
  Finding finding;
  finding.kind = FindingKind::kHotKey;
  finding.vertex = 0;
  finding.subtasks = {3};
  finding.share = 0.6;
  finding.rate_limit = RecordsPerSecond(805);
  return finding;
}

TEST(FindingText, OfAHotKeySaysSubtaskShareAndLimit) {
  EXPECT_EQ(FindingText({}, HotKey(), TwoVertices()),
            "Source: orders: hot key: subtask 3 gets 60 % of the traffic by one key alone; no parallelism carries more "
            "than 805 records/s");
}

TEST(FindingText, KeepsTwoDigitsOfASmallShare) {
  Finding finding = HotKey();
  for (const auto& [share, text] :
       {std::pair(0.0025, " 0.25 % "), {0.0199, " 2 % "}, {0.02, " 2 % "}, {0.0, " 0 % "}}) {
    finding.share = share;
    EXPECT_THAT(FindingText({}, finding, TwoVertices()), HasSubstr(text));
  }
}

TEST(FindingText, LeavesOutALimitThatIsNotKnown) {
  Finding finding = HotKey();
  finding.rate_limit.reset();
  EXPECT_THAT(FindingText({}, finding, TwoVertices()), Not(HasSubstr("records/s")));
}

TEST(FindingText, CountsSubtasksBeyondEight) {
  Finding finding = HotKey();
  finding.kind = FindingKind::kUnevenLoad;
  finding.subtasks = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_THAT(FindingText({}, finding, TwoVertices()), HasSubstr("subtasks 0, 1, 2, 3, 4, 5, 6, 7 above"));
  finding.subtasks.push_back(8);
  finding.subtasks.push_back(9);
  EXPECT_THAT(FindingText({}, finding, TwoVertices()), HasSubstr("subtasks 0, 1, 2, 3, 4, 5, 6, 7 and 2 more above"));
}

TEST(FindingText, OfTheJobHasNoVertex) {
  Finding finding;
  finding.kind = FindingKind::kCheckpointBound;
  finding.share = 0.75;
  EXPECT_EQ(FindingText({}, finding, TwoVertices()),
            "75 % of the checkpoints failed: no change that needs a savepoint");
}

// One that was read may point to any step.
TEST(FindingText, OfNoRoomNamesWhatIsNeededWhereItsStepDoes) {
  JobRecommendation job;
  const Term needed = {"needed", 12, "cores", "pods"}, allowed = {"allowed", 10, "cores", "quota team-a"};
  job.evidence.Add("size.fit", -1, {needed, allowed}, {"slots", 8, "slots", "size.fit"});
  job.evidence.Add("parallelism.steady", 0, {needed}, {"subtasks", 3, "subtasks", "parallelism.steady"});
  Finding finding;
  finding.kind = FindingKind::kNoRoom;
  finding.share = 0.8;
  for (const auto& [evidence, text] :
       {std::pair(-1, ""), {1, ""}, {0, ": quota team-a, 12 cores needed and 10 cores allowed"}}) {
    finding.evidence = evidence;
    EXPECT_EQ(FindingText(job, finding, TwoVertices()),
              std::string("room for 80 % of the slots that are needed") + text);
  }
}

// A vertex may have no name; its id is always there.
TEST(FindingText, OfAVertexWithoutANameSaysItsId) {
  Finding finding = HotKey();
  finding.vertex = 1;
  EXPECT_THAT(FindingText({}, finding, TwoVertices()), HasSubstr("beef: hot key"));
}

template <typename Enum>
std::set<std::string> Names(int count) {
  std::set<std::string> names;
  for (int i = 0; i < count; ++i) names.insert(Name(static_cast<Enum>(i)));
  return names;
}

TEST(Names, AreThereAndDistinct) {
  const std::set<std::string> kinds = Names<FindingKind>(static_cast<int>(FindingKind::kInfeasible) + 1);
  EXPECT_EQ(kinds.size(), static_cast<size_t>(FindingKind::kInfeasible) + 1);
  EXPECT_EQ(kinds.count(""), 0u);
  EXPECT_EQ(Names<Action>(4), (std::set<std::string>{"hold", "raise", "lower", "person"}));
  EXPECT_EQ(Names<Verdict>(5),
            (std::set<std::string>{"estimated", "lower-bound", "excluded", "thin-data", "not-measured"}));
  EXPECT_EQ(Names<Timeliness>(3), (std::set<std::string>{"lag-unknown", "on-time", "delayed"}));
  EXPECT_EQ(Names<Confidence>(3), (std::set<std::string>{"low", "medium", "high"}));
  EXPECT_STREQ(Name(FindingKind::kHotKey), "hot-key");
}

TEST(FindingText, EveryKindHasAMeaningOnOneLine) {
  for (int kind = 0; kind <= static_cast<int>(FindingKind::kInfeasible); ++kind) {
    Finding finding;
    finding.kind = static_cast<FindingKind>(kind);
    const std::string text = FindingText({}, finding, TwoVertices());
    EXPECT_FALSE(text.empty()) << kind;
    EXPECT_EQ(text.find('\n'), std::string::npos) << kind;
  }
}

JobRecommendation Job(Action action, int now, int needed, int wanted, bool at_least = false) {
  JobRecommendation job;
  VertexRecommendation r;
  r.action = action;
  r.now = now;
  r.needed = needed;
  r.wanted = wanted;
  r.at_least = at_least;
  r.verdict = Verdict::kEstimated;
  job.vertices = {r};
  return job;
}

TEST(VertexSummary, SaysWhatIsWanted) {
  const JobGraph graph = TwoVertices();
  EXPECT_EQ(VertexSummary(Job(Action::kRaise, 2, 7, 7), 0, graph), "Source: orders: raise from 2 to 7");
  EXPECT_EQ(VertexSummary(Job(Action::kRaise, 2, 7, 7, true), 0, graph), "Source: orders: raise from 2 to at least 7");
  EXPECT_EQ(VertexSummary(Job(Action::kLower, 7, 2, 2), 0, graph), "Source: orders: lower from 7 to 2");
  EXPECT_EQ(VertexSummary(Job(Action::kPerson, 2, 7, 2), 0, graph), "Source: orders: needs a person; stays at 2");
  EXPECT_EQ(VertexSummary(Job(Action::kHold, 2, 2, 2), 0, graph), "Source: orders: keep 2");
}

TEST(VertexSummary, SaysWhyASmallSavingIsLeft) {
  EXPECT_EQ(VertexSummary(Job(Action::kHold, 5, 4, 5), 0, TwoVertices()),
            "Source: orders: keep 5; 4 would do, but the saving is too small for a restart");
}

// 6 run and 2 would do: it is the failing checkpoints that forbid the change, not the size of the saving.
TEST(VertexSummary, DoesNotBlameTheSavingForWhatAnotherGuardHeld) {
  JobWindowMaker maker;
  const int source = maker.AddSource("source", 100);
  VertexOptions map;
  map.parallelism = 6;
  map.rate_in = 100;
  map.seconds_per_record = 0.02;
  maker.Connect(source, maker.Add("map", map));
  JobWindow window = maker.Build();
  window.checkpoints.failed = 5;
  const absl::StatusOr<JobRecommendation> job = Recommend(window, PlainPolicy());
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->vertices[1].wanted, 6);
  EXPECT_THAT(VertexSummary(*job, 1, window.graph), HasSubstr("keep 6"));
  EXPECT_THAT(VertexSummary(*job, 1, window.graph), Not(HasSubstr("saving")));
}

TEST(VertexSummary, OfAVertexWithoutANameSaysItsId) {
  JobRecommendation job = Job(Action::kHold, 2, 2, 2);
  job.vertices.push_back(job.vertices[0]);
  EXPECT_EQ(VertexSummary(job, 1, TwoVertices()), "beef: keep 2");
}

}  // namespace
}  // namespace tune
