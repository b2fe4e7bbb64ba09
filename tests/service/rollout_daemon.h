// A daemon that writes, in the test's own process, beside a made-up cluster.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/rollout/change.h"
#include "tests/service/made_up_cluster.h"
#include "tests/service/served.h"

namespace tune {

class RolloutDaemon : public MadeUpCluster {
 protected:
  using Stub = v1::Tuner::Stub;

  void SetUp() override {
    MadeUpCluster::SetUp();
    if (IsSkipped()) return;
    daemon_.options.cluster.follow = true;
    daemon_.options.cluster.kubeconfig = server_->kubeconfig();
    daemon_.options.cluster.namespaces = {ns_};
    daemon_.options.access = AccessMode::kOpen;
    daemon_.options.keeping.store = folder_.File("jobs.db");
    daemon_.options.keeping.evaluate = absl::Seconds(1);
    WritingOptions& writing = daemon_.options.writing;
    writing.write = true;
    writing.lease_namespace = ns_;
    writing.rollout.watch = {absl::Seconds(20), absl::Seconds(3), absl::Seconds(2), 3};
    writing.rollout.look = absl::Milliseconds(100);
    writing.rollout.try_again = absl::Seconds(1);
    writing.rollout.limits = {200, 200, 200};
  }

  // In the cluster, running, with samples that ask for another size.
  void Create(const std::string& name, Fate fate = Fate::kRuns, const std::string& mode = "advise") {
    CreateDeployment(name, fate, mode);
    Push(name);
    ASSERT_TRUE(Eventually([&] {
      v1::GetJobRequest request;
      *request.mutable_job() = Job(name);
      v1::GetJobResponse response;
      return daemon_.Call(&Stub::GetJob, request, response).ok() &&
             response.job().status().phase() == v1::JOB_PHASE_RUNNING;
    }));
  }
  void Push(const std::string& name) { PushRequest(PushOf(name)); }
  void PushRequest(const v1::PushSamplesRequest& push) {
    v1::PushSamplesResponse pushed;
    const grpc::Status status = daemon_.Call(&Stub::PushSamples, push, pushed);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(pushed.left_out_count(), 0);
  }
  std::string Refusals(const std::string& name) {
    v1::PlanRequest request;
    *request.mutable_kept()->mutable_job() = Job(name);
    request.mutable_kept()->set_without_evidence(true);
    v1::PlanResponse response;
    const grpc::Status status = daemon_.Call(&Stub::Plan, request, response);
    std::string text = status.error_message();
    for (const v1::Refusal& refusal : response.refusals())
      absl::StrAppend(&text, refusal.kind(), ": ", refusal.text(), "\n");
    return text;
  }
  v1::Change MustApply(const v1::ApplyRequest& request) {
    v1::ApplyResponse response;
    // The Lease is taken a moment after the start.
    grpc::Status status;
    Eventually([&] {
      status = daemon_.Call(&Stub::Apply, request, response);
      return status.error_code() != grpc::UNAVAILABLE;
    });
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.change();
  }
  std::vector<v1::Change> Audit(const std::string& name = "", bool only_open = false) {
    v1::ListDecisionsRequest request;
    if (!name.empty()) *request.mutable_job() = Job(name);
    if (name.empty()) request.set_namespace_(ns_);
    request.set_only_open(only_open);
    request.set_page_size(1000);
    v1::ListDecisionsResponse response;
    const grpc::Status status = daemon_.Call(&Stub::ListDecisions, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.changes().begin(), response.changes().end()};
  }
  v1::Change EndOf(const std::string& name, absl::Duration timeout = absl::Seconds(60)) {
    EXPECT_TRUE(Eventually([&] { return IsOver(Audit(name).front().state()); }, timeout))
        << Audit(name).front().DebugString();
    return Audit(name).front();
  }

  ServedDaemon daemon_;
};

}  // namespace tune
