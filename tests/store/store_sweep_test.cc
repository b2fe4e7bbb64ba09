// Retention, with clocks that jump.
#include <gmock/gmock.h>

#include "tests/store/temporary_store.h"

namespace tune {
namespace {

class StoreSweep : public StoreTest {
 protected:
  StoreSweep() {
    options_.keep_keys = absl::Hours(24);
    options_.keep_decisions = absl::Hours(48);
    options_.keep_recommendations = absl::Hours(72);
    Reopen();
  }
};

TEST_F(StoreSweep, KeysGoWhenTheyAreOlderThanTheyAreKept) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k", "h"}, "", At(absl::ZeroDuration())).ok());
  EXPECT_EQ(Sweep(store(), At(absl::Hours(24)))->keys, 0);
  EXPECT_TRUE(Push(store(), job_, "a", {"k", "h"})->repeated);
  EXPECT_EQ(Sweep(store(), At(absl::Hours(24) + absl::Milliseconds(1)))->keys, 1);
  EXPECT_FALSE(Push(store(), job_, "a", {"k", "h"})->repeated);
  EXPECT_EQ(OnlyJob(store()), "none: 1=a 2=a");  // what was pushed is no matter of age
}

TEST_F(StoreSweep, DecisionsGoByAge) {
  ASSERT_TRUE(Decide(store(), job_, "old", At(absl::ZeroDuration())).ok());
  ASSERT_TRUE(Decide(store(), job_, "new", At(absl::Hours(1))).ok());
  EXPECT_EQ(Sweep(store(), At(absl::Hours(48) + absl::Minutes(1)))->decisions, 1);
  EXPECT_EQ(store().ListDecisions(&job_, 0, 10)->front().decision.reason, "new");
}

TEST_F(StoreSweep, RecommendationsGoWhenTheirJobIsNotHeardOf) {
  ASSERT_TRUE(Recommend(store(), job_, "r", At(absl::ZeroDuration())).ok());
  ASSERT_TRUE(Recommend(store(), other_, "r", At(absl::ZeroDuration())).ok());
  ASSERT_TRUE(Push(store(), other_, "a", {}, "", At(absl::Hours(1))).ok());
  EXPECT_EQ(Sweep(store(), At(absl::Hours(72) + absl::Minutes(1)))->recommendations, 1);
  EXPECT_FALSE(store().GetRecommendation(job_)->has_value());
  EXPECT_TRUE(store().GetRecommendation(other_)->has_value());
}

// It had written of the job by then: that is taken back with the rest.
TEST_F(StoreSweep, AJobIsNotHeardOfByAPushThatIsRefused) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k", "h"}).ok());
  ASSERT_TRUE(Recommend(store(), job_, "r").ok());
  const auto refused = Push(store(), job_, "b", {"k", "another"}, "", At(absl::Hours(70)));
  ASSERT_EQ(refused.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Sweep(store(), At(absl::Hours(73)))->recommendations, 1);
}

TEST_F(StoreSweep, ATimeBeforeAllThatIsStoredRemovesNothing) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k", "h"}).ok());
  ASSERT_TRUE(Recommend(store(), job_, "r").ok());
  ASSERT_TRUE(Decide(store(), job_, "why").ok());
  for (const absl::Time now : {At(-absl::Hours(24 * 365 * 20)), absl::UnixEpoch(), absl::InfinitePast()}) {
    const auto swept = Sweep(store(), now);
    ASSERT_TRUE(swept.ok()) << swept.status();
    EXPECT_EQ(swept->keys + swept->decisions + swept->recommendations, 0);
  }
  // The clock goes back by a year, and comes back: what was written meanwhile counts on, in the order of the calls.
  ASSERT_EQ(Push(store(), job_, "b", {"k2", "h"}, "", At(-absl::Hours(24 * 365)))->sequence, 2);
  EXPECT_EQ(Sweep(store(), At(absl::ZeroDuration()))->recommendations, 0);  // the job was heard of at the later time
  ASSERT_TRUE(Push(store(), job_, "c").ok());
  EXPECT_EQ(OnlyJob(store()), "none: 1=a 2=b 3=c");
  EXPECT_TRUE(Push(store(), job_, "a", {"k", "h"})->repeated);
}

TEST_F(StoreSweep, TheEndOfTimeRemovesNoPushesAndNoPolicies) {
  ASSERT_TRUE(Push(store(), job_, "a").ok());
  ASSERT_TRUE(Put(store(), {}, "p").ok());
  ASSERT_TRUE(Sweep(store(), absl::InfiniteFuture()).ok());
  EXPECT_EQ(OnlyJob(store()), "none: 1=a");
  EXPECT_TRUE(store().GetPolicy({})->has_value());
}

TEST_F(StoreSweep, ManyRowsGoAPartAtATime) {
  std::promise<void> all;
  for (int i = 0; i < 10'001; ++i) {
    store().AppendPush({job_, {absl::StrCat("k", i), ""}, "", "", At(absl::ZeroDuration())},
                       [&all, i](const absl::StatusOr<PushResult>& result) {
                         EXPECT_TRUE(result.ok()) << result.status();
                         if (i == 10'000) all.set_value();
                       });
    if (i % 5000 == 0) {
      ASSERT_TRUE(Push(store(), other_, "").ok());  // the queue takes 10,000
    }
  }
  all.get_future().wait();
  const auto first = Sweep(store(), At(absl::Hours(25)));
  EXPECT_EQ(first->keys, 10'000);
  EXPECT_TRUE(first->more);
  const auto second = Sweep(store(), At(absl::Hours(25)));
  EXPECT_EQ(second->keys, 1);
}

TEST_F(StoreSweep, TheFileShrinksWhenItsContentIsGone) {
  const std::string payload(1 << 20, 'x');
  for (int i = 0; i < 24; ++i) ASSERT_TRUE(Push(store(), job_, payload).ok());
  ASSERT_TRUE(Checkpoint(store(), job_, 24, "all").ok());
  EXPECT_GT(store().stats().file_bytes, 20 << 20);
  bool more = true;
  for (int i = 0; i < 10 && more; ++i) more = Sweep(store(), At(absl::ZeroDuration()))->more;
  EXPECT_FALSE(more);
  // Vacuumed pages leave the file when the log is next written into it.
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Push(store(), job_, payload).ok());
  ASSERT_TRUE(Checkpoint(store(), job_, 29, "all").ok());
  while (Sweep(store(), At(absl::ZeroDuration()))->more) {
  }
  Reopen();
  EXPECT_LT(store().stats().file_bytes, 8 << 20);
  EXPECT_EQ(OnlyJob(store()), "all@29:");
}

TEST_F(StoreSweep, JobsOfWhichNothingIsLeftAreForgotten) {
  ASSERT_TRUE(Push(store(), job_, "a").ok());
  ASSERT_TRUE(Forget(store(), job_).ok());
  EXPECT_EQ(Push(store(), job_, "b")->sequence, 2);  // counts on as long as it is known
  ASSERT_TRUE(Forget(store(), job_).ok());
  ASSERT_TRUE(Sweep(store(), At(absl::Hours(73))).ok());
  EXPECT_EQ(Push(store(), job_, "c")->sequence, 1);
}

}  // namespace
}  // namespace tune
