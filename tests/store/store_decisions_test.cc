// Recommendations and decisions.
#include <gmock/gmock.h>

#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class StoreDecisions : public StoreTest {
 protected:
  std::vector<std::string> Reasons(const JobKey* job, int64_t after = 0, int64_t most = 100) {
    const auto decisions = store().ListDecisions(job, after, most);
    EXPECT_TRUE(decisions.ok()) << decisions.status();
    std::vector<std::string> reasons;
    for (const StoredDecision& stored : *decisions) reasons.push_back(stored.decision.reason);
    return reasons;
  }
};

TEST_F(StoreDecisions, TheLatestRecommendationIsTheOneThatWasPutLast) {
  EXPECT_FALSE(store().GetRecommendation(job_)->has_value());
  ASSERT_TRUE(Recommend(store(), job_, "first", At(absl::Minutes(2))).ok());
  ASSERT_TRUE(Recommend(store(), job_, "second", At(absl::Minutes(1))).ok());  // the clock went back
  Reopen();
  const auto stored = store().GetRecommendation(job_);
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_EQ((*stored)->blob, "second");
  EXPECT_EQ((*stored)->time, At(absl::Minutes(1)));
  EXPECT_EQ((*stored)->decision, 2) << "the second decision's";
  EXPECT_FALSE(store().GetRecommendation(other_)->has_value());
  EXPECT_TRUE(Jobs(store()).empty());  // nothing was pushed
}

TEST_F(StoreDecisions, AreListedAsTheyWereWritten) {
  const auto id = Decide(store(), job_, "too few", At(absl::Minutes(1)));
  ASSERT_TRUE(id.ok()) << id.status();
  Reopen();
  const auto listed = store().ListDecisions(&job_, 0, 1);
  ASSERT_EQ(listed->size(), 1u);
  const StoredDecision& stored = listed->front();
  EXPECT_EQ(stored.id, *id);
  EXPECT_EQ(stored.decision.job, job_);
  EXPECT_EQ(stored.decision.time, At(absl::Minutes(1)));
  EXPECT_EQ(stored.decision.kind, "scale");
  EXPECT_EQ(stored.decision.reason, "too few");
  EXPECT_EQ(stored.decision.blob, "blob of too few");
}

TEST_F(StoreDecisions, IdsGrowOverAllJobsAndAreNeverGivenTwice) {
  options_.most_decisions = 1;
  Reopen();
  const int64_t first = *Decide(store(), job_, "a"), second = *Decide(store(), other_, "b");
  EXPECT_LT(first, second);
  options_.keep_decisions = absl::Minutes(1);
  Reopen();
  ASSERT_EQ(Sweep(store(), At(absl::Hours(1)))->decisions, 2);
  Reopen();
  EXPECT_LT(second, *Decide(store(), job_, "c"));
}

TEST_F(StoreDecisions, OfOneJobOrAllComeInPages) {
  const int64_t a = *Decide(store(), job_, "a");
  const int64_t b = *Decide(store(), other_, "b");
  ASSERT_TRUE(Decide(store(), job_, "c").ok());
  EXPECT_THAT(Reasons(nullptr), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Reasons(&job_), ElementsAre("a", "c"));
  EXPECT_THAT(Reasons(nullptr, a, 1), ElementsAre("b"));
  EXPECT_THAT(Reasons(nullptr, b), ElementsAre("c"));
  EXPECT_THAT(Reasons(&job_, a), ElementsAre("c"));
  const JobKey unknown = {"x", "y"};
  EXPECT_THAT(Reasons(&unknown), ElementsAre());
  EXPECT_EQ(store().ListDecisions(nullptr, 0, 0).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store().ListDecisions(nullptr, 0, 10'001).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreDecisions, TheOldestOfAJobGoWhenThereAreTooMany) {
  options_.most_decisions = 3;
  Reopen();
  ASSERT_TRUE(Decide(store(), other_, "kept").ok());
  for (const char* reason : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(Decide(store(), job_, reason).ok());
  EXPECT_THAT(Reasons(&job_), ElementsAre("c", "d", "e"));
  EXPECT_THAT(Reasons(&other_), ElementsAre("kept"));
}

TEST_F(StoreDecisions, OfTooLongAReasonOrTwoLinesAreRefused) {
  EXPECT_TRUE(Decide(store(), job_, std::string(4096, 'x')).ok());
  EXPECT_THAT(Decide(store(), job_, std::string(4097, 'x')).status().message(), HasSubstr("reason = 4097 bytes"));
  EXPECT_THAT(Decide(store(), job_, "two\nlines").status().message(), HasSubstr("no control characters"));
}

}  // namespace
}  // namespace tune
