// Daemons that want one Lease of a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "absl/time/clock.h"
#include "service/rollout/lease.h"
#include "tests/kube/api_server.h"

namespace tune {
namespace {

class LeaseApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    ns_ = server_->NewNamespace();
    client_ = Client();
  }
  std::unique_ptr<KubeClient> Client() const { return *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), "")); }
  LeaseOptions Options(const std::string& identity) const {
    LeaseOptions options;
    options.ns = ns_;
    options.identity = identity;
    options.duration = absl::Seconds(3);
    options.renew = absl::Milliseconds(300);
    return options;
  }
  std::unique_ptr<Lease> Start(const std::string& identity, Lease::Listener listener = nullptr) const {
    auto lease = Lease::Start(*client_, Options(identity), std::move(listener));
    EXPECT_TRUE(lease.ok()) << lease.status();
    return *std::move(lease);
  }
  static bool Eventually(const std::function<bool()>& holds) {
    for (const absl::Time end = absl::Now() + absl::Seconds(60); absl::Now() < end;) {
      if (holds()) return true;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return false;
  }

  std::string ns_;
  std::unique_ptr<KubeClient> client_;
};

TEST_F(LeaseApi, IsHeldByOneAndGoesOnWhenThatOneGoes) {
  auto first = Start("first");
  ASSERT_TRUE(Eventually([&] { return first->Held(); }));
  auto second = Start("second");
  const absl::Time end = absl::Now() + absl::Seconds(5);  // longer than it lasts without being renewed
  while (absl::Now() < end) {
    ASSERT_TRUE(first->Held());
    ASSERT_FALSE(second->Held());
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(second->Holder(), "first");
  const absl::Time gone = absl::Now();
  first.reset();
  ASSERT_TRUE(Eventually([&] { return second->Held(); }));
  EXPECT_LT(absl::Now() - gone, absl::Seconds(3)) << "it was given back";
}

TEST_F(LeaseApi, OfOneThatDiedIsTakenWhenItRanOut) {
  auto first = Start("first");
  ASSERT_TRUE(Eventually([&] { return first->Held(); }));
  auto second = Start("second");
  ASSERT_TRUE(Eventually([&] { return second->Holder() == "first"; }));
  first->Abandon();
  const absl::Time died = absl::Now();
  first.reset();
  ASSERT_TRUE(Eventually([&] { return second->Held(); }));
  EXPECT_GT(absl::Now() - died, absl::Seconds(2)) << "the last renewal was 0.3 s before at most";
}

TEST_F(LeaseApi, IsNotHeldLongerThanItCanBeRenewed) {
  std::atomic<int> told = 0;
  auto lease = Start("first", [&](bool held) { told += held ? 1 : 10; });
  ASSERT_TRUE(Eventually([&] { return lease->Held(); }));
  server_->Kill();
  const absl::Time killed = absl::Now();
  ASSERT_TRUE(Eventually([&] { return !lease->Held(); }));
  EXPECT_LT(absl::Now() - killed, absl::Seconds(3)) << "before another one might take it";
  ASSERT_TRUE(Eventually([&] { return told == 11; })) << told;
  EXPECT_FALSE(lease->error().ok());
  server_->Start();
  EXPECT_TRUE(Eventually([&] { return lease->Held(); }));
}

// Eight at once, each asked all the time, and whoever has it dies: never do two say yes.
TEST_F(LeaseApi, IsNeverHeldByTwo) {
  std::vector<std::unique_ptr<Lease>> leases;
  for (int i = 0; i < 8; ++i) leases.push_back(Start("tuned-" + std::to_string(i)));
  int died = 0;
  for (const absl::Time end = absl::Now() + absl::Seconds(20); absl::Now() < end && died < 3;) {
    std::vector<size_t> holders;
    for (size_t i = 0; i < leases.size(); ++i) {
      if (leases[i]->Held()) holders.push_back(i);
    }
    ASSERT_LE(holders.size(), 1u);
    for (const size_t holder : holders) {
      leases[holder]->Abandon();
      leases[holder] = Start("tuned-new-" + std::to_string(++died));
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(died, 3) << "after each there was another one";
}

TEST_F(LeaseApi, OptionsOutOfRangeAreAllNamed) {
  LeaseOptions options;
  options.duration = absl::Milliseconds(1500);
  options.renew = absl::Seconds(1);
  const absl::Status status = Lease::Start(*client_, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field : {"lease.namespace", "lease.identity", "lease.duration = 1.5s", "lease.renew = 1s"}) {
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(field));
  }
}

}  // namespace
}  // namespace tune
