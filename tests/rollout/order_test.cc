#include "service/rollout/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

absl::Time At(int seconds) { return absl::FromUnixSeconds(1'795'334'400 + seconds); }

Candidate Of(const std::string& name, bool urgent, Priority priority, double saving = 0, int since = 0,
             const std::string& ns = "team-a") {
  return {{ns, name, JobKind::kDeployment}, urgent, true, priority, saving, At(since)};
}
Candidate Urgent(const std::string& name, Priority priority, int since = 0) {
  return Of(name, true, priority, 0, since);
}
Candidate Optional(const std::string& name, Priority priority, double saving, int since = 0) {
  return Of(name, false, priority, saving, since);
}

TEST(Order, IsUrgentByPriorityThenOptionalByItsOpposite) {
  const std::vector<Candidate> wanted = {Urgent("a", Priority::kP0, 9),      Urgent("b", Priority::kP2, 1),
                                         Urgent("c", Priority::kP2, 2),      Urgent("d", Priority::kP2, 2),
                                         Urgent("e", Priority::kP3),         Optional("f", Priority::kP3, 5, 7),
                                         Optional("g", Priority::kP3, 5, 8), Optional("h", Priority::kP3, 4, 1),
                                         Optional("i", Priority::kP2, 100),  Optional("j", Priority::kP0, 1000)};
  std::vector<Candidate> found = wanted;
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(found.begin(), found.end(), random);
    std::sort(found.begin(), found.end(), GoesBefore);
    for (size_t j = 0; j < wanted.size(); ++j) EXPECT_EQ(found[j].job.name, wanted[j].job.name);
  }
  Candidate saving = Urgent("c", Priority::kP2, 3);
  saving.saving = 50;
  EXPECT_TRUE(GoesBefore(Urgent("z", Priority::kP2, 2), saving)) << "what an urgent one saves does not matter";
}

TEST(Order, NobodyIsNextOfNone) { EXPECT_EQ(NextOf({}, {}, {}), std::nullopt); }

TEST(Order, HoldsToRestartsAtOneTime) {
  InFlight in_flight;
  in_flight.restarting = 19;
  EXPECT_EQ(NextOf({Urgent("a", Priority::kP0)}, in_flight, {}), 0u);
  in_flight.restarting = 20;
  EXPECT_EQ(NextOf({Urgent("a", Priority::kP0)}, in_flight, {}), std::nullopt);
  Candidate in_place = Urgent("b", Priority::kP3);
  in_place.restarts_job = false;
  EXPECT_EQ(NextOf({Urgent("a", Priority::kP0), in_place}, in_flight, {}), 1u) << "it restarts nothing";
}

TEST(Order, HoldsToRestartsOfANamespaceAtOneTime) {
  InFlight in_flight;
  in_flight.restarting = 5;
  in_flight.of_namespace["team-a"] = 5;
  const Candidate other = Of("a", true, Priority::kP3, 0, 0, "team-b");
  EXPECT_EQ(NextOf({Urgent("a", Priority::kP0), other}, in_flight, {}), 1u);
  in_flight.of_namespace["team-a"] = 4;
  EXPECT_EQ(NextOf({Urgent("a", Priority::kP0), other}, in_flight, {}), 0u);
}

TEST(Order, OptionalOnesComeInBatches) {
  InFlight in_flight;
  in_flight.optional = 5;
  EXPECT_EQ(NextOf({Optional("a", Priority::kP3, 9)}, in_flight, {}), std::nullopt) << "though none restarts any more";
  EXPECT_EQ(NextOf({Optional("a", Priority::kP3, 9), Urgent("b", Priority::kP3)}, in_flight, {}), 1u);
  in_flight.optional = 4;
  EXPECT_EQ(NextOf({Optional("a", Priority::kP3, 9)}, in_flight, {}), 0u);
}

TEST(Order, OptionalOnesLeaveRoomInANamespace) {
  InFlight in_flight;
  in_flight.restarting = in_flight.of_namespace["team-a"] = 4;
  EXPECT_EQ(NextOf({Optional("a", Priority::kP3, 9)}, in_flight, {}), std::nullopt)
      << "the fifth is for one that drowns";
  EXPECT_EQ(NextOf({Urgent("a", Priority::kP3)}, in_flight, {}), 0u);
  RolloutLimits one;
  one.in_flight_of_namespace = 1;
  EXPECT_EQ(NextOf({Optional("a", Priority::kP3, 9)}, {}, one), 0u) << "there is no room to leave";
  in_flight.of_namespace["team-a"] = 1;
  EXPECT_EQ(NextOf({Optional("a", Priority::kP3, 9)}, in_flight, one), std::nullopt);
}

// Jobs come, restart for a while, and are looked at for a while, as a cluster of many would have it.
class OrderAtRandom {
 public:
  explicit OrderAtRandom(int seed) : seed_(seed) {}
  void LimitsHoldAndEachHasItsTurn();

 private:
  struct Running {
    Candidate job;
    int restarts_until = 0, open_until = 0;
  };

  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  Candidate Any(int now) {
    Candidate job = Of(absl::StrCat("job-", ++made_), Below(3) == 0, static_cast<Priority>(Below(4)), Below(20), now,
                       absl::StrCat("team-", Below(4)));
    job.restarts_job = Below(5) > 0;
    return job;
  }
  InFlight Count(int now) {
    std::erase_if(running_, [&](const Running& one) { return one.open_until <= now; });
    InFlight in_flight;
    for (const Running& one : running_) {
      if (!one.job.is_urgent) ++in_flight.optional;
      if (!one.job.restarts_job || one.restarts_until <= now) continue;
      ++in_flight.restarting;
      ++in_flight.of_namespace[one.job.job.ns];
      if (!one.job.is_urgent) ++optional_restarts_[one.job.job.ns];
    }
    return in_flight;
  }

  const int seed_;
  std::mt19937 random_{static_cast<unsigned>(seed_)};
  std::vector<Candidate> waiting_;
  std::vector<Running> running_;
  std::map<std::string, int> optional_restarts_;
  int made_ = 0;
};

void OrderAtRandom::LimitsHoldAndEachHasItsTurn() {
  RolloutLimits limits;
  limits.in_flight = 1 + Below(20);
  limits.in_flight_of_namespace = 1 + Below(6);
  limits.optional_in_flight = 1 + Below(limits.in_flight);
  int now = 0;
  for (; now < 300 || !waiting_.empty(); ++now) {
    ASSERT_LT(now, 20'000) << waiting_.size() << " have never had their turn";
    if (now < 300 && Below(2) == 0) waiting_.push_back(Any(now));
    while (const auto next = NextOf(waiting_, Count(now), limits)) {
      const Candidate chosen = waiting_[*next];
      for (const Candidate& other : waiting_) {
        if (other.is_urgent && !chosen.is_urgent) {
          const InFlight in_flight = Count(now);
          const auto it = in_flight.of_namespace.find(other.job.ns);
          const int of_namespace = it == in_flight.of_namespace.end() ? 0 : it->second;
          ASSERT_TRUE(in_flight.restarting >= limits.in_flight || of_namespace >= limits.in_flight_of_namespace)
              << "an urgent one could have gone";
        }
      }
      waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(*next));
      const int restart = 1 + Below(10);
      running_.push_back({chosen, now + restart, now + restart + Below(30)});
      optional_restarts_.clear();
      const InFlight after = Count(now);
      ASSERT_LE(after.restarting, limits.in_flight);
      ASSERT_LE(after.optional, limits.optional_in_flight);
      for (const auto& [ns, restarting] : after.of_namespace) ASSERT_LE(restarting, limits.in_flight_of_namespace);
      for (const auto& [ns, optional] : optional_restarts_) {
        ASSERT_LE(optional, std::max(1, limits.in_flight_of_namespace - 1)) << ns;
      }
    }
  }
}

TEST(OrdersAtRandom, LimitsHoldAndEachHasItsTurn) {
  for (int seed = 1; seed < 201; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    OrderAtRandom(seed).LimitsHoldAndEachHasItsTurn();
  }
}

}  // namespace
}  // namespace tune
