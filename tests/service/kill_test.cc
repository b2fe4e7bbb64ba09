// kill -9 of the whole daemon at any instant: what it answered is kept, and nothing is taken twice.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/service/program.h"
#include "tests/store/temporary_store.h"
#include "tests/support/recorded_job.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {
namespace {

constexpr int kKills = 100;
constexpr int kSlices = 40;  // of the recording, which is pushed again and again

// What the daemon should know.
struct Told {
  int64_t acknowledged = 0;  // pushes
  int64_t next = 0;          // the push that is to be sent, perhaps again
  int64_t policy = 0;        // revision
};

class KilledDaemon : public testing::Test {
 protected:
  // Sends pushes, and now and then a policy, until the daemon is gone.
  void PushUntilGone(v1::Tuner::Stub& stub, Told& told) {
    while (true) {
      v1::PushSamplesRequest request = pushes_[static_cast<size_t>(told.next % kSlices)];
      request.set_idempotency_key(absl::StrCat("push-", told.next));
      v1::PushSamplesResponse response;
      grpc::ClientContext context;
      if (!stub.PushSamples(&context, request, &response).ok()) return;
      ++told.acknowledged;
      ++told.next;
      if (told.next % 8 == 0 && !PutPolicy(stub, told)) return;
    }
  }
  static bool PutPolicy(v1::Tuner::Stub& stub, Told& told) {
    v1::PutPolicyRequest request;
    request.mutable_scope()->set_namespace_("team-a");
    request.mutable_policy()->add_sets("target_busy_fraction=0.7");
    v1::PutPolicyResponse response;
    grpc::ClientContext context;
    if (!stub.PutPolicy(&context, request, &response).ok()) return false;
    told.policy = response.stored().revision();
    return true;
  }

  TemporaryFolder folder_;
  const std::vector<v1::PushSamplesRequest> pushes_ = RecordedJob().Pushes("team-a", "orders", kSlices);
};

TEST_F(KilledDaemon, LosesNothingThatItAnswered) {
  std::mt19937 random(7);
  Told told;
  int64_t last_decision = 0;
  for (int round = 0; round < kKills; ++round) {
    Program daemon({"--listen", "127.0.0.1:0", "--store", folder_.File("jobs.db"), "--evaluate", "1"});
    const std::string address = daemon.Address();
    ASSERT_NE(address, "") << "round " << round;
    const auto stub = v1::Tuner::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    if (told.acknowledged > 0) {
      v1::GetRecommendationRequest request;
      request.mutable_kept()->mutable_job()->set_namespace_("team-a");
      request.mutable_kept()->mutable_job()->set_name("orders");
      v1::GetRecommendationResponse response;
      grpc::ClientContext context;
      const grpc::Status status = stub->GetRecommendation(&context, request, &response);
      ASSERT_TRUE(status.ok()) << status.error_message();
      // The push that was under way may be there; it is sent again, with its key.
      EXPECT_GE(response.job().samples().pushes(), told.acknowledged);
      EXPECT_LE(response.job().samples().pushes(), told.acknowledged + 1);
      told.acknowledged = response.job().samples().pushes();
      told.next = told.acknowledged;
      EXPECT_GE(response.job().decision().id(), last_decision);
      last_decision = response.job().decision().id();
      v1::GetPolicyRequest ask;
      ask.mutable_scope()->set_namespace_("team-a");
      v1::GetPolicyResponse policy;
      grpc::ClientContext again;
      ASSERT_TRUE(stub->GetPolicy(&again, ask, &policy).ok());
      EXPECT_GE(policy.stored().revision(), told.policy);
    }
    std::thread pusher([&] { PushUntilGone(*stub, told); });
    absl::SleepFor(absl::Microseconds(std::uniform_int_distribution(0, 300'000)(random)));
    daemon.Signal(SIGKILL);
    pusher.join();
  }
  EXPECT_GT(told.acknowledged, kKills) << "pushes went through between the kills";
}

}  // namespace
}  // namespace tune
