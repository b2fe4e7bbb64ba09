// The server's clock jumps a day, back and forth: samples, decisions and keys stay what they are.
#include "absl/time/clock.h"

#include <gmock/gmock.h>

#include <atomic>

#include "service/jobs/evaluator.h"
#include "tests/jobs/kept_jobs.h"

namespace tune {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kDay = absl::Hours(24);

using ClockTest = KeptJobs;

// Windows are of the samples' times; of the clock is only when a push was taken.
TEST_F(ClockTest, AWindowIsTheSameWhateverTheClockDid) {
  RecordedJob recorded;
  const auto pushes = recorded.Pushes("team-a", "orders", 9);
  const absl::Time start = now_;
  for (size_t i = 0; i < pushes.size(); ++i) {
    now_ = start + (i % 3 == 0 ? absl::ZeroDuration() : i % 3 == 1 ? -kDay : kDay);
    ASSERT_TRUE(Push(pushes[i]).ok());
    EXPECT_EQ(jobs_->Samples(orders_)->last_push, now_);
    if (i % 2 == 1) Reopen();
  }
  EXPECT_EQ(WindowOf(orders_), SerializeDeterministic(ToProto(recorded.builder->Window())));
  EXPECT_EQ(jobs_->Samples(orders_)->pushes, 9);
  EXPECT_THAT(damage_, IsEmpty());
}

// A clock that went back by more than a day takes samples for those of tomorrow: it says so, keeps nothing of them, and
// takes them once it is right.
TEST_F(ClockTest, SamplesFarAheadOfTheClockAreRefusedUntilItIsRight) {
  RecordedJob recorded;
  const auto pushes = recorded.Pushes("team-a", "orders", 2);
  const absl::Time last = absl::FromUnixMillis(recorded.batch.tasks.back().time_ms);
  now_ = last;
  ASSERT_TRUE(Push(pushes[0]).ok());
  const std::string before = WindowOf(orders_);
  now_ = last - kDay - absl::Seconds(1);
  const absl::Status refused = Push(pushes[1]).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(refused.message(), AllOf(HasSubstr("].time = "), HasSubstr("at most a day after the server's clock")));
  EXPECT_EQ(WindowOf(orders_), before);
  now_ = last;
  ASSERT_TRUE(Push(pushes[1]).ok());
  EXPECT_EQ(WindowOf(orders_), SerializeDeterministic(ToProto(recorded.builder->Window())));
}

TEST_F(ClockTest, AKeyIsKnownAfterAJumpBackAndForgottenNoSoonerThanADayAfter) {
  const auto pushes = RecordedJob().Pushes("team-a", "orders", 2);
  const absl::Time start = now_;
  ASSERT_TRUE(Push(pushes[0]).ok());
  const std::string before = WindowOf(orders_);
  for (const absl::Duration jump : {-kDay, kDay - absl::Seconds(1)}) {
    now_ = start + jump;
    ASSERT_TRUE(Sweep(*store_, now_).ok());
    EXPECT_TRUE(Push(pushes[0])->repeated());
  }
  // Beyond a day the key is gone; the samples' times then tell that they came before.
  now_ = start + 2 * kDay;
  ASSERT_TRUE(Sweep(*store_, now_).ok());
  const auto again = Push(pushes[0]);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->repeated());
  const auto counted = [&](const std::string& bytes) {
    v1::JobWindow window;
    EXPECT_TRUE(ParseWire(bytes, window).ok());
    double records = 0;
    for (const auto& vertex : window.vertices()) {
      for (const auto& bin : vertex.bins()) records += bin.records_in() + bin.records_out();
    }
    return records;
  };
  EXPECT_EQ(counted(WindowOf(orders_)), counted(before)) << "nothing is counted twice";
}

// Rounds come by a clock that does not jump; the one that does is only told.
TEST_F(ClockTest, DecisionsGoOnInTheirOrder) {
  PushAll(RecordedJob().Pushes("team-a", "orders", 3));
  std::atomic<int64_t> jumped_s = 0;
  const auto policy = [](double busy) {
    TuningPolicy changed;
    changed.target_busy_fraction = busy;
    return changed;
  };
  std::vector<v1::Decision> seen;
  {
    Evaluator evaluator(*jobs_, *policies_, *judge_, absl::Milliseconds(20),
                        [&] { return now_ + absl::Seconds(jumped_s.load()); });
    const auto decided_after = [&](int64_t id) {
      for (int i = 0; i < 1000; ++i) {
        if (const auto last = judge_->Last(orders_); last && last->id() > id) return seen.push_back(*last);
        absl::SleepFor(absl::Milliseconds(10));
      }
      FAIL() << "no decision after " << id;
    };
    decided_after(0);
    for (const auto& [jump, busy] : {std::pair(-kDay, 0.2), {kDay, 0.6}, {absl::ZeroDuration(), 0.3}}) {
      jumped_s = absl::ToInt64Seconds(jump);
      ASSERT_TRUE(Put({PolicyScope::Level::kDefault, {}}, policy(busy)).ok());
      decided_after(seen.back().id());
    }
  }
  ASSERT_THAT(seen, SizeIs(4));
  EXPECT_EQ(seen[1].time().seconds(), absl::ToUnixSeconds(now_ - kDay));
  EXPECT_EQ(seen[2].time().seconds(), absl::ToUnixSeconds(now_ + kDay));
  Reopen();
  EXPECT_EQ(judge_->Last(orders_)->id(), seen.back().id()) << "the last one is the one that came last";
  EXPECT_THAT(*store_->ListDecisions(&orders_, 0, 10), SizeIs(4));
}

}  // namespace
}  // namespace tune
