#include "service/api/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "google/rpc/error_details.pb.h"

namespace tune {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

double RetryAfter(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return -1;
  return static_cast<double>(info.retry_delay().seconds()) + info.retry_delay().nanos() / 1e9;
}

TEST(Admission, BoundsTheCallsUnderWayOfEachCaller) {
  AdmissionLimits limits;
  limits.calls_under_way = 2;
  Admission admission(limits);
  auto first = admission.Enter("a", kStart), second = admission.Enter("a", kStart);
  ASSERT_TRUE(first.ok() && second.ok());
  const auto third = admission.Enter("a", kStart);
  EXPECT_EQ(third.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(third.status().message(), testing::HasSubstr("calls under way of \"a\" = 2; allowed: at most 2"));
  EXPECT_GT(RetryAfter(third.status()), 0);
  EXPECT_TRUE(admission.Enter("b", kStart).ok());
  *first = {};  // goes
  EXPECT_TRUE(admission.Enter("a", kStart).ok());
}

// 2 a second, 3 at once: after three the next one may come in half a second.
TEST(Admission, BoundsTheCallsOfASecond) {
  AdmissionLimits limits;
  limits.calls_per_second = 2;
  limits.burst = 3;
  Admission admission(limits);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admission.Enter("a", kStart).ok());
  EXPECT_NEAR(RetryAfter(admission.Enter("a", kStart).status()), 0.5, 1e-6);
  EXPECT_NEAR(RetryAfter(admission.Enter("a", kStart + absl::Milliseconds(400)).status()), 0.1, 1e-6);
  EXPECT_TRUE(admission.Enter("a", kStart + absl::Milliseconds(500)).ok());
  EXPECT_FALSE(admission.Enter("a", kStart + absl::Milliseconds(500)).ok());
  EXPECT_TRUE(admission.Enter("b", kStart).ok());
}

TEST(Admission, AClockThatStandsStillOrFallsGivesNothing) {
  AdmissionLimits limits;
  limits.calls_per_second = 1;
  limits.burst = 1;
  Admission admission(limits);
  EXPECT_TRUE(admission.Enter("a", kStart).ok());
  EXPECT_FALSE(admission.Enter("a", kStart - absl::Seconds(5)).ok());
  EXPECT_FALSE(admission.Enter("a", kStart).ok());
  EXPECT_TRUE(admission.Enter("a", kStart + absl::Seconds(1)).ok());
}

// A caller without a call under way is forgotten to make room, one with a call is not.
TEST(Admission, KnowsABoundedNumberOfCallers) {
  AdmissionLimits limits;
  limits.known_callers = 2;
  Admission admission(limits);
  const auto kept = admission.Enter("a", kStart);
  EXPECT_TRUE(admission.Enter("b", kStart).ok());
  const auto also = admission.Enter("c", kStart);
  EXPECT_TRUE(also.ok());
  EXPECT_EQ(admission.Enter("d", kStart).status().message(), "2 callers are being served");
  EXPECT_TRUE(admission.Enter("a", kStart).ok());
}

TEST(Admission, CountsRightFromManyThreads) {
  AdmissionLimits limits;
  limits.calls_under_way = 3;
  Admission admission(limits);
  std::atomic<int> inside = 0, most = 0, let_in = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const auto ticket = admission.Enter("a", kStart);
        if (!ticket.ok()) continue;
        const int now = ++inside;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        ++let_in;
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_GT(let_in, 0);
  EXPECT_TRUE(admission.Enter("a", kStart).ok());  // all have left
}

}  // namespace
}  // namespace tune
