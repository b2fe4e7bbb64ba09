// Kept jobs over real gRPC on loopback, without a cluster.
#include <gmock/gmock.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/wire.h"
#include "tests/service/served.h"
#include "tests/store/temporary_store.h"
#include "tests/support/recorded_job.h"
#include "tune/recommend.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Stub = v1::Tuner::Stub;

class KeptServer : public testing::Test {
 protected:
  KeptServer() {
    daemon_.options.keeping.store = folder_.File("jobs.db");
    daemon_.options.keeping.evaluate = absl::Hours(1);  // judged when asked
  }

  void Push(const std::string& ns, const std::string& name, int count = 1) {
    for (const v1::PushSamplesRequest& request : RecordedJob().Pushes(ns, name, count)) {
      v1::PushSamplesResponse response;
      const grpc::Status status = daemon_.Call(&Stub::PushSamples, request, response);
      ASSERT_TRUE(status.ok()) << status.error_message();
    }
  }
  static v1::KeptJob Kept(const std::string& ns, const std::string& name) {
    v1::KeptJob kept;
    kept.mutable_job()->set_namespace_(ns);
    kept.mutable_job()->set_name(name);
    return kept;
  }
  grpc::Status Get(const std::string& name, v1::GetRecommendationResponse& response) {
    v1::GetRecommendationRequest request;
    *request.mutable_kept() = Kept("team-a", name);
    return daemon_.Call(&Stub::GetRecommendation, request, response);
  }

  TemporaryFolder folder_;
  ServedDaemon daemon_;
};

TEST_F(KeptServer, APushedJobIsAnsweredAsTheLibraryDoes) {
  daemon_.Start();
  Push("team-a", "orders", 5);
  v1::GetRecommendationResponse response;
  const grpc::Status status = Get("orders", response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  RecordedJob recorded;
  const JobWindow& window = recorded.builder->Window();
  const auto expected = Recommend(window, TuningPolicy{});
  ASSERT_TRUE(expected.ok());
  EXPECT_EQ(SerializeDeterministic(response.recommendation()),
            SerializeDeterministic(ToProto(*expected, window, TuningPolicy{})));
  EXPECT_EQ(response.job().samples().pushes(), 5);
  EXPECT_FALSE(response.has_cluster()) << "none is followed";
}

TEST_F(KeptServer, ARestartLosesNothing) {
  daemon_.Start();
  Push("team-a", "orders", 5);
  v1::GetRecommendationResponse before, after;
  ASSERT_TRUE(Get("orders", before).ok());
  daemon_.Stop();
  daemon_.Start();
  ASSERT_TRUE(Get("orders", after).ok());
  EXPECT_EQ(SerializeDeterministic(after.recommendation()), SerializeDeterministic(before.recommendation()));
  EXPECT_EQ(after.job().samples().pushes(), 5);
  EXPECT_EQ(after.job().decision().id(), 1) << "the decision is the one of before";
}

TEST_F(KeptServer, ExplainsAndPlansAKeptJob) {
  daemon_.Start();
  Push("team-a", "orders");
  v1::ExplainRequest explain;
  *explain.mutable_kept() = Kept("team-a", "orders");
  v1::ExplainResponse explained;
  ASSERT_TRUE(daemon_.Call(&Stub::Explain, explain, explained).ok());
  EXPECT_GT(explained.explanations_size(), 0);
  v1::PlanRequest plan;
  *plan.mutable_kept() = Kept("team-a", "orders");
  v1::PlanResponse planned;
  const grpc::Status without = daemon_.Call(&Stub::Plan, plan, planned);
  EXPECT_EQ(without.error_code(), grpc::NOT_FOUND);
  EXPECT_THAT(without.error_message(), HasSubstr("the cluster is not followed"));
  plan.set_manifest(
      "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: orders}\n"
      "spec: {flinkVersion: v1_20, job: {parallelism: 2, upgradeMode: savepoint}}\n");
  const grpc::Status with = daemon_.Call(&Stub::Plan, plan, planned);
  EXPECT_TRUE(with.ok()) << with.error_message();
  EXPECT_GT(planned.recommendation().vertices_size(), 0);
}

TEST_F(KeptServer, ListsJobsInPagesAndByFilter) {
  daemon_.Start();
  for (const char* name : {"a", "b", "c", "d", "e"}) Push("team-a", name);
  Push("team-b", "a");
  std::vector<std::string> names;
  v1::ListJobsRequest request;
  request.set_page_size(4);
  int pages = 0;
  do {
    v1::ListJobsResponse page;
    ASSERT_TRUE(daemon_.Call(&Stub::ListJobs, request, page).ok());
    EXPECT_LE(page.jobs_size(), 4);
    for (const v1::JobSummary& job : page.jobs()) names.push_back(job.job().namespace_() + "/" + job.job().name());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 2);
  EXPECT_THAT(names, ElementsAre("team-a/a", "team-a/b", "team-a/c", "team-a/d", "team-a/e", "team-b/a"));
  request.clear_page_token();
  request.mutable_filter()->set_namespace_("team-b");
  v1::ListJobsResponse one;
  ASSERT_TRUE(daemon_.Call(&Stub::ListJobs, request, one).ok());
  EXPECT_EQ(one.jobs_size(), 1);
  request.mutable_filter()->clear_namespace_();
  request.mutable_filter()->add_actions(v1::ACTION_LOWER);
  ASSERT_TRUE(daemon_.Call(&Stub::ListJobs, request, one).ok());
  EXPECT_EQ(one.jobs_size(), 0) << "nothing was decided yet";
  request.clear_filter();
  request.set_page_size(0);
  EXPECT_THAT(daemon_.Call(&Stub::ListJobs, request, one).error_message(),
              HasSubstr("page_size = 0; allowed: [1, 1000]"));
  request.set_page_size(4);
  request.set_page_token("../../etc");
  EXPECT_EQ(daemon_.Call(&Stub::ListJobs, request, one).error_code(), grpc::INVALID_ARGUMENT);
}

// One who watches: reads on a thread of its own until the stream ends.
class Watcher {
 public:
  Watcher(ServedDaemon& daemon, const v1::WatchJobsRequest& request) {
    daemon.Prepare(context_);
    reader_ = daemon.stub().WatchJobs(&context_, request);
  }
  ~Watcher() {
    if (finished_) return;
    context_.TryCancel();
    v1::JobEvent event;
    while (reader_->Read(&event)) {
    }
    reader_->Finish();
  }
  // "reset", "job team-a/orders", "gone team-a/orders", "bookmark".
  std::string Next() {
    v1::JobEvent event;
    if (!reader_->Read(&event)) return "end";
    const std::string job = event.job().job().namespace_() + "/" + event.job().job().name();
    switch (event.kind()) {
      case v1::JOB_EVENT_KIND_RESET:
        return "reset";
      case v1::JOB_EVENT_KIND_JOB:
        return "job " + job;
      case v1::JOB_EVENT_KIND_GONE:
        return "gone " + job;
      case v1::JOB_EVENT_KIND_BOOKMARK:
        token = event.resume_token();
        return "bookmark";
      default:
        return "?";
    }
  }
  grpc::Status Finish() {
    finished_ = true;
    return reader_->Finish();
  }
  std::string token;

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::JobEvent>> reader_;
  bool finished_ = false;
};

TEST_F(KeptServer, WatchesTellAllJobsAndThenEachChange) {
  daemon_.Start();
  Push("team-a", "orders");
  Watcher watcher(daemon_, {});
  EXPECT_EQ(watcher.Next(), "reset");
  EXPECT_EQ(watcher.Next(), "job team-a/orders");
  EXPECT_EQ(watcher.Next(), "bookmark");
  Push("team-b", "bills");
  EXPECT_EQ(watcher.Next(), "job team-b/bills");
  EXPECT_EQ(watcher.Next(), "bookmark");
  v1::GetRecommendationResponse response;
  ASSERT_TRUE(Get("orders", response).ok());  // decides
  EXPECT_EQ(watcher.Next(), "job team-a/orders");
}

TEST_F(KeptServer, AWatchResumesWithoutAGapAndStartsOverWhereItMust) {
  daemon_.Start();
  Push("team-a", "orders");
  v1::WatchJobsRequest request;
  {
    Watcher watcher(daemon_, request);
    EXPECT_EQ(watcher.Next(), "reset");
    EXPECT_EQ(watcher.Next(), "job team-a/orders");
    EXPECT_EQ(watcher.Next(), "bookmark");
    request.set_resume_token(watcher.token);
  }
  Push("team-a", "bills");  // nobody watches
  {
    Watcher watcher(daemon_, request);
    EXPECT_EQ(watcher.Next(), "job team-a/bills");
    EXPECT_EQ(watcher.Next(), "bookmark");
  }
  daemon_.Stop();
  daemon_.Start();
  Watcher watcher(daemon_, request);
  EXPECT_EQ(watcher.Next(), "reset") << "another run of the server";
  EXPECT_EQ(watcher.Next(), "job team-a/bills");
  EXPECT_EQ(watcher.Next(), "job team-a/orders");
  EXPECT_EQ(watcher.Next(), "bookmark");
}

TEST_F(KeptServer, AWatchOfOneNamespaceIsToldOfNoOther) {
  daemon_.Start();
  v1::WatchJobsRequest request;
  request.mutable_filter()->set_namespace_("team-b");
  Watcher watcher(daemon_, request);
  EXPECT_EQ(watcher.Next(), "reset");
  EXPECT_EQ(watcher.Next(), "bookmark");
  Push("team-a", "orders");
  Push("team-b", "bills");
  std::string next = watcher.Next();
  while (next == "bookmark") next = watcher.Next();
  EXPECT_EQ(next, "job team-b/bills");
}

// Whoever watches does not hold the way down up.
TEST_F(KeptServer, GoingDownEndsWatches) {
  daemon_.options.drain = absl::Seconds(30);
  daemon_.Start();
  Watcher watcher(daemon_, {});
  EXPECT_EQ(watcher.Next(), "reset");
  EXPECT_EQ(watcher.Next(), "bookmark");
  const absl::Time began = absl::Now();
  std::thread down([this] { daemon_.server().Shutdown(); });
  EXPECT_EQ(watcher.Next(), "end");
  const grpc::Status status = watcher.Finish();
  EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the server is going down");
  down.join();
  EXPECT_LT(absl::Now() - began, absl::Seconds(20));
}

TEST_F(KeptServer, PoliciesArePutShownAndTakenAway) {
  daemon_.Start();
  Push("team-a", "orders");
  v1::PutPolicyRequest put;
  put.mutable_scope()->set_namespace_("team-a");
  put.mutable_policy()->set_name("careful");
  put.mutable_policy()->add_sets("target_busy_fraction=0.3");
  put.set_idempotency_key("once");
  v1::PutPolicyResponse stored;
  const grpc::Status status = daemon_.Call(&Stub::PutPolicy, put, stored);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(stored.stored().policy().name(), "careful with target_busy_fraction=0.3");
  v1::PutPolicyResponse again;
  ASSERT_TRUE(daemon_.Call(&Stub::PutPolicy, put, again).ok());
  EXPECT_EQ(again.stored().revision(), stored.stored().revision()) << "the same key puts it once";
  put.clear_idempotency_key();
  v1::GetPolicyRequest get;
  *get.mutable_scope()->mutable_job() = Kept("team-a", "orders").job();
  v1::GetPolicyResponse got;
  ASSERT_TRUE(daemon_.Call(&Stub::GetPolicy, get, got).ok());
  EXPECT_EQ(got.stored().scope().namespace_(), "team-a") << "the namespace's is in force for the job";
  EXPECT_EQ(got.policy().target_busy_fraction(), 0.3);
  v1::GetRecommendationResponse answer;
  ASSERT_TRUE(Get("orders", answer).ok());
  EXPECT_EQ(answer.recommendation().computed_from().policy_name(), "careful with target_busy_fraction=0.3");
  put.set_expected_revision(stored.stored().revision() + 1);
  EXPECT_EQ(daemon_.Call(&Stub::PutPolicy, put, stored).error_code(), grpc::ABORTED);
  put.set_expected_revision(got.stored().revision());
  put.clear_policy();
  v1::PutPolicyResponse gone;
  ASSERT_TRUE(daemon_.Call(&Stub::PutPolicy, put, gone).ok());
  EXPECT_FALSE(gone.has_stored());
  v1::GetPolicyResponse own;
  ASSERT_TRUE(daemon_.Call(&Stub::GetPolicy, get, own).ok());
  EXPECT_FALSE(own.has_stored());
  EXPECT_EQ(own.policy().name(), "balanced");
  put.mutable_policy()->add_sets("target_busy_fraction=2");
  put.clear_expected_revision();
  EXPECT_THAT(daemon_.Call(&Stub::PutPolicy, put, gone).error_message(), HasSubstr("target_busy_fraction = 2"));
}

TEST_F(KeptServer, WhatIsNotKeptIsNotFound) {
  daemon_.Start();
  v1::GetRecommendationResponse response;
  EXPECT_EQ(Get("orders", response).error_code(), grpc::NOT_FOUND);
  v1::GetJobRequest request;
  *request.mutable_job() = Kept("team-a", "orders").job();
  v1::GetJobResponse job;
  EXPECT_EQ(daemon_.Call(&Stub::GetJob, request, job).error_code(), grpc::NOT_FOUND);
  request.mutable_job()->set_name("../../secrets");
  EXPECT_EQ(daemon_.Call(&Stub::GetJob, request, job).error_code(), grpc::INVALID_ARGUMENT);
  v1::GetQuotaRequest quota;
  quota.set_namespace_("team-a");
  v1::GetQuotaResponse limits;
  const grpc::Status status = daemon_.Call(&Stub::GetQuota, quota, limits);
  EXPECT_EQ(status.error_code(), grpc::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("--kubeconfig"));
}

TEST_F(KeptServer, DecisionsAreMadeUnaskedAndLoggedWithTheirReason) {
  daemon_.options.keeping.evaluate = absl::Seconds(1);
  daemon_.Start();
  Push("team-a", "orders");
  v1::GetJobRequest request;
  *request.mutable_job() = Kept("team-a", "orders").job();
  v1::GetJobResponse response;
  for (int i = 0; i < 100 && !response.job().has_decision(); ++i) {
    ASSERT_TRUE(daemon_.Call(&Stub::GetJob, request, response).ok());
    absl::SleepFor(absl::Milliseconds(100));
  }
  ASSERT_TRUE(response.job().has_decision());
  EXPECT_EQ(response.job().decision().id(), 1);
  EXPECT_THAT(response.job().decision().reason(), testing::Not(IsEmpty()));
  daemon_.Stop();
  EXPECT_THAT(daemon_.Logged(), HasSubstr(R"("event":"decision","job":"team-a/orders","decision":"1")"));
}

// Without a store the daemon answers what comes with its request, and says what the rest needs.
TEST(StatelessServer, NamesTheFlagThatIsMissing) {
  ServedDaemon daemon;
  daemon.Start();
  v1::ListJobsResponse response;
  const grpc::Status status = daemon.Call(&Stub::ListJobs, v1::ListJobsRequest{}, response);
  EXPECT_EQ(status.error_code(), grpc::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("--store FILE"));
}

}  // namespace
}  // namespace tune
