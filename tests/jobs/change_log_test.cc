#include "service/jobs/change_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace tune {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JobKey Job(const std::string& name) { return {"team-a", name, JobKind::kDeployment}; }

TEST(ChangeLog, TellsWhatChangedSinceANumberEachOnce) {
  ChangeLog log("e", 10);
  EXPECT_THAT(log.Since(0)->jobs, IsEmpty());
  log.Add(Job("b"));
  log.Add(Job("a"));
  log.Add(Job("b"));
  const auto all = log.Since(0);
  EXPECT_THAT(all->jobs, ElementsAre(Job("a"), Job("b")));
  EXPECT_EQ(all->up_to, 3);
  EXPECT_THAT(log.Since(2)->jobs, ElementsAre(Job("b")));
  EXPECT_THAT(log.Since(3)->jobs, IsEmpty());
}

TEST(ChangeLog, DoesNotKnowWhatWasTooLongAgoOrIsToCome) {
  ChangeLog log("e", 2);
  for (const char* name : {"a", "b", "c"}) log.Add(Job(name));
  EXPECT_FALSE(log.Since(0).has_value()) << "change 1 is gone";
  EXPECT_THAT(log.Since(1)->jobs, ElementsAre(Job("b"), Job("c")));
  EXPECT_FALSE(log.Since(4).has_value());
}

TEST(ChangeLog, TakesItsOwnTokensAlone) {
  const ChangeLog log("e1", 2);
  EXPECT_EQ(log.TokenOf(7), "e1.7");
  EXPECT_EQ(log.NumberOf("e1.7"), 7);
  for (const char* other : {"", "e1", "e1.", "e1.x", "e1.-1", "e2.7", "e1.7.7", "e1.99999999999999999999"}) {
    EXPECT_EQ(log.NumberOf(other), std::nullopt) << other;
  }
}

TEST(ChangeLog, WakesWhoWatchesUntilHeLeaves) {
  ChangeLog log("e", 2);
  int first = 0, second = 0;
  const int64_t a = log.Subscribe([&first] { ++first; });
  const int64_t b = log.Subscribe([&second] { ++second; });
  log.Add(Job("a"));
  log.Unsubscribe(a);
  log.Add(Job("a"));
  EXPECT_FALSE(log.closed());
  log.Close();
  EXPECT_TRUE(log.closed());
  log.Unsubscribe(b);
  log.Add(Job("a"));
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 3);
}

TEST(ChangeLog, LosesNothingBetweenThreads) {
  ChangeLog log("e", 100'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      for (int i = 0; i < 1000; ++i) log.Add(Job(std::to_string(t)));
    });
  }
  int64_t told = 0;
  while (told < 4000) told = log.Since(told)->up_to;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(log.last(), 4000);
}

}  // namespace
}  // namespace tune
