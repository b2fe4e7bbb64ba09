// kill -9 of a daemon that writes, at any instant of apply, watch and rollback: no change is lost, none is made twice.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "service/rollout/change.h"
#include "tests/service/made_up_cluster.h"
#include "tests/service/program.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {
namespace {

using nlohmann::json;

constexpr int kJobs = 24;
constexpr absl::Duration kLongestLife = absl::Milliseconds(1500);

// LIBTUNE_KILLS: how often it is killed; 40 without it.
int Kills() {
  const char* given = std::getenv("LIBTUNE_KILLS");
  return given == nullptr ? 40 : std::atoi(given);
}

class KilledRolloutApi : public MadeUpCluster {
 protected:
  std::vector<std::string> Arguments() const {
    return {"--listen",
            "127.0.0.1:0",
            "--store",
            folder_.File("jobs.db"),
            "--kubeconfig",
            server_->kubeconfig(),
            "--namespace",
            ns_,
            "--access",
            "open",
            "--write",
            "--lease-namespace",
            ns_,
            "--evaluate",
            "3600",
            "--restart-deadline",
            "5",
            "--settle",
            "1",
            "--stuck",
            "1",
            "--restarts-in-flight",
            "100",
            "--restarts-of-namespace",
            "100"};
  }
  static std::unique_ptr<v1::Tuner::Stub> StubOf(const std::string& address) {
    return v1::Tuner::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  }
  static std::string NameOf(int job) { return absl::StrCat("job-", job); }

  // Who was killed holds it for a while; as if that had passed.
  void FreeLease() const {
    const std::string path = *PathOf({"coordination.k8s.io", "v1", "leases"}, ns_, "tuned");
    const absl::StatusOr<std::string> text = client_->Get(path, absl::Seconds(30));
    if (!text.ok()) return;  // there is none yet
    json lease = json::parse(*text);
    lease["spec"]["holderIdentity"] = "";
    client_->Put(path, lease.dump(), absl::Seconds(30)).IgnoreError();
  }

  // Applies and rolls back at random until the daemon is gone.
  void ActUntilGone(v1::Tuner::Stub& stub, uint64_t seed) {
    std::mt19937_64 random(seed);
    while (true) {
      const std::string name = NameOf(static_cast<int>(random() % kJobs));
      const std::string key = absl::StrCat("key-", random());
      grpc::ClientContext context;
      grpc::Status status;
      v1::Change change;
      if (random() % 16 != 0) {
        v1::ApplyRequest request = Wish(name);
        request.set_idempotency_key(key);
        v1::ApplyResponse response;
        status = stub.Apply(&context, request, &response);
        change = response.change();
      } else {
        v1::RollbackRequest request;
        *request.mutable_job() = Job(name);
        request.set_idempotency_key(key);
        v1::RollbackResponse response;
        status = stub.Rollback(&context, request, &response);
        change = response.change();
      }
      if (status.ok()) told_.insert(change.id());
      // So that some are left alone until they are stable, or taken back by the daemon.
      absl::SleepFor(absl::Milliseconds(random() % 20));
      if (gone_) return;
    }
  }

  static std::vector<v1::Change> Audit(v1::Tuner::Stub& stub, const std::string& ns, bool only_open) {
    std::vector<v1::Change> changes;
    v1::ListDecisionsRequest request;
    request.set_namespace_(ns);
    request.set_only_open(only_open);
    request.set_page_size(1000);
    do {
      v1::ListDecisionsResponse response;
      grpc::ClientContext context;
      const grpc::Status status = stub.ListDecisions(&context, request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      changes.insert(changes.end(), response.changes().begin(), response.changes().end());
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return changes;
  }

  std::set<int64_t> told_;  // ids of changes that were answered
  std::atomic<bool> gone_ = false;
};

TEST_F(KilledRolloutApi, LosesNoChangeAndMakesNoneTwice) {
  constexpr Fate kFates[] = {Fate::kRuns,    Fate::kRuns,      Fate::kUpgradeFails,
                             Fate::kRefused, Fate::kOomKilled, Fate::kStops};
  {
    Program daemon(Arguments());
    const auto stub = StubOf(daemon.Address());
    for (int job = 0; job < kJobs; ++job) {
      CreateDeployment(NameOf(job), kFates[job % std::size(kFates)], "advise");
      v1::PushSamplesResponse response;
      grpc::ClientContext context;
      ASSERT_TRUE(stub->PushSamples(&context, PushOf(NameOf(job)), &response).ok());
    }
  }
  std::mt19937_64 random(11);
  for (int kill = 0; kill < Kills(); ++kill) {
    FreeLease();
    Program daemon(Arguments());
    const std::string address = daemon.Address();
    ASSERT_NE(address, "") << "round " << kill;
    const auto stub = StubOf(address);
    gone_ = false;
    std::thread actor([&, seed = random()] { ActUntilGone(*stub, seed); });
    absl::SleepFor(absl::Milliseconds(random() % absl::ToInt64Milliseconds(kLongestLife)));
    daemon.Signal(SIGKILL);
    gone_ = true;
    actor.join();
  }
  FreeLease();
  Program daemon(Arguments());
  const auto stub = StubOf(daemon.Address());
  ASSERT_TRUE(Eventually([&] { return Audit(*stub, ns_, /*only_open=*/true).empty(); }, absl::Minutes(2)));

  const std::vector<v1::Change> changes = Audit(*stub, ns_, false);
  std::map<std::string, int64_t> written;  // by libtune, of each job
  std::map<v1::ChangeState, int> states;
  std::set<int64_t> known;
  for (const v1::Change& change : changes) {
    known.insert(change.id());
    ++states[change.state()];
    if (change.state() != v1::CHANGE_STATE_NOT_APPLIED) ++written[change.job().name()];
    if (change.generation_back() > 0) ++written[change.job().name()];
  }
  for (const int64_t id : told_) EXPECT_TRUE(known.contains(id)) << "change " << id << " was answered, and is lost";
  EXPECT_EQ(states[v1::CHANGE_STATE_OVERTAKEN], 0) << "nobody else writes";
  for (int job = 0; job < kJobs; ++job) {
    EXPECT_EQ(GenerationOf(NameOf(job)), 1 + written[NameOf(job)])
        << NameOf(job) << ": each write is in the audit, once";
  }
  EXPECT_GT(changes.size(), static_cast<size_t>(Kills() / 4)) << "changes were made between the kills";
  for (const auto& [state, count] : states) std::printf("%s: %d\n", v1::ChangeState_Name(state).c_str(), count);
  std::printf("%zu changes, %zu of them answered, %d kills\n", changes.size(), told_.size(), Kills());
}

}  // namespace
}  // namespace tune
