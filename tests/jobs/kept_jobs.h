// Kept jobs in a store of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/wire.h"
#include "service/jobs/cluster_facts.h"
#include "service/jobs/job_book.h"
#include "service/jobs/judge.h"
#include "service/jobs/policy_book.h"
#include "tests/store/temporary_store.h"
#include "tests/support/recorded_job.h"

namespace tune {

class KeptJobs : public testing::Test {
 protected:
  KeptJobs() { Open(); }
  ~KeptJobs() override { Close(); }

  void Open() {
    StoreOptions store;
    store.path = folder_.File("jobs.db");
    store_ = MustOpen(store);
    const auto damaged = [this](const absl::Status& damage) { damage_.push_back(damage); };
    auto book = JobBook::Open(*store_, options_, damaged);
    ASSERT_TRUE(book.ok()) << book.status();
    jobs_ = *std::move(book);
    auto policies = PolicyBook::Open(*store_, TuningPolicy{}, damaged);
    ASSERT_TRUE(policies.ok()) << policies.status();
    policies_ = *std::move(policies);
    Judge::Listener listener;
    listener.decided = [this](const JobKey&, const v1::Decision& decision) { decided_.push_back(decision); };
    judge_ = std::make_unique<Judge>(*jobs_, *policies_, *store_, facts_, listener);
  }
  void Close() {
    judge_.reset();
    policies_.reset();
    jobs_.reset();
    store_.reset();
  }
  void Reopen() {
    Close();
    Open();
  }

  absl::StatusOr<v1::PushSamplesResponse> Push(const v1::PushSamplesRequest& request) {
    std::promise<absl::StatusOr<v1::PushSamplesResponse>> answer;
    jobs_->Push(request, now_, [&answer](const auto& result) { answer.set_value(result); });
    return answer.get_future().get();
  }
  void PushAll(const std::vector<v1::PushSamplesRequest>& requests) {
    for (const v1::PushSamplesRequest& request : requests) {
      const auto pushed = Push(request);
      ASSERT_TRUE(pushed.ok()) << pushed.status();
      EXPECT_EQ(pushed->left_out_count(), 0);
    }
  }
  // The window of a job with the facts as pushed, as bytes.
  std::string WindowOf(const JobKey& job) const {
    std::string bytes;
    const absl::Status read = jobs_->Read(
        job, [](const JobFacts& pushed) { return pushed; },
        [&bytes](const JobWindow& window) {
          bytes = SerializeDeterministic(ToProto(window));
          return absl::OkStatus();
        });
    EXPECT_TRUE(read.ok()) << read;
    return bytes;
  }
  absl::StatusOr<std::optional<v1::StoredPolicy>> Put(const PolicyScope& scope,
                                                      const std::optional<TuningPolicy>& policy,
                                                      PolicyChange change = {}) {
    std::promise<absl::StatusOr<std::optional<v1::StoredPolicy>>> answer;
    policies_->Put(scope, policy, "ann", std::move(change), now_,
                   [&answer](const auto& result) { answer.set_value(result); });
    return answer.get_future().get();
  }
  // What is judged of a job; by the policy in force where none is given.
  absl::StatusOr<v1::JobRecommendation> Ask(const JobKey& job, const TuningPolicy* policy = nullptr) {
    v1::JobRecommendation answer;
    const absl::Status asked = judge_->Ask(job, policy, now_, [&answer](const Judgement& judged) {
      answer = ToProto(judged.recommendation, judged.window, judged.policy);
      return absl::OkStatus();
    });
    if (!asked.ok()) return asked;
    return answer;
  }

  TemporaryFolder folder_;
  JobBookOptions options_;
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  std::vector<absl::Status> damage_;
  std::vector<v1::Decision> decided_;
  ClusterFacts facts_{nullptr};
  std::unique_ptr<Store> store_;
  std::unique_ptr<JobBook> jobs_;
  std::unique_ptr<PolicyBook> policies_;
  std::unique_ptr<Judge> judge_;
  const JobKey orders_{"team-a", "orders", JobKind::kDeployment};
};

}  // namespace tune
