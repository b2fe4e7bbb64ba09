// A server that answers what a test wants: errors, hostile texts, nothing for a long time.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {

class MadeUpServer final : public v1::Tuner::Service {
 public:
  explicit MadeUpServer(const std::shared_ptr<grpc::ServerCredentials>& credentials = grpc::InsecureServerCredentials(),
                        const std::string& address = "127.0.0.1:0") {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, credentials, &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr) << address;
  }
  ~MadeUpServer() override { server_->Shutdown(std::chrono::system_clock::now()); }
  MadeUpServer(const MadeUpServer&) = delete;
  MadeUpServer& operator=(const MadeUpServer&) = delete;

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  // The authorization headers that came, one for each call; empty where there was none.
  std::vector<std::string> tokens() {
    const std::lock_guard lock(mutex_);
    return tokens_;
  }
  // The keys of the policies that came.
  std::vector<std::string> keys() {
    const std::lock_guard lock(mutex_);
    return keys_;
  }

  // Each is empty: UNIMPLEMENTED, as gRPC answers.
  std::function<grpc::Status(const v1::ListJobsRequest&, v1::ListJobsResponse&)> list;
  std::function<grpc::Status(v1::GetJobResponse&)> job;
  std::function<grpc::Status(v1::GetRecommendationResponse&)> recommendation;
  std::function<grpc::Status(v1::ExplainResponse&)> explanation;
  std::function<grpc::Status(v1::PlanResponse&)> plan;
  std::function<grpc::Status(v1::PutPolicyResponse&)> put;
  std::function<grpc::Status(v1::GetPolicyResponse&)> policy;
  std::function<grpc::Status(v1::GetQuotaResponse&)> quota;
  std::function<grpc::Status(const v1::ApplyRequest&, v1::ApplyResponse&)> apply;
  std::function<grpc::Status(const v1::RollbackRequest&, v1::RollbackResponse&)> rollback;
  std::function<grpc::Status(const v1::ListDecisionsRequest&, v1::ListDecisionsResponse&)> decisions;
  std::function<grpc::Status(const v1::PauseRequest&, v1::PauseResponse&)> pause;
  std::function<grpc::Status(const v1::ResumeRequest&, v1::ResumeResponse&)> resume;
  std::function<grpc::Status(const v1::WatchJobsRequest&, grpc::ServerWriter<v1::JobEvent>&, grpc::ServerContext&)>
      watch;

 private:
  using Context = grpc::ServerContext;

  grpc::Status ListJobs(Context* c, const v1::ListJobsRequest* request, v1::ListJobsResponse* out) override {
    return Answer(*c, list, *request, *out);
  }
  grpc::Status GetJob(Context* c, const v1::GetJobRequest*, v1::GetJobResponse* out) override {
    return Answer(*c, job, *out);
  }
  grpc::Status GetRecommendation(Context* c, const v1::GetRecommendationRequest*,
                                 v1::GetRecommendationResponse* out) override {
    return Answer(*c, recommendation, *out);
  }
  grpc::Status Explain(Context* c, const v1::ExplainRequest*, v1::ExplainResponse* out) override {
    return Answer(*c, explanation, *out);
  }
  grpc::Status Plan(Context* c, const v1::PlanRequest*, v1::PlanResponse* out) override {
    return Answer(*c, plan, *out);
  }
  grpc::Status PutPolicy(Context* c, const v1::PutPolicyRequest* request, v1::PutPolicyResponse* out) override {
    {
      const std::lock_guard lock(mutex_);
      keys_.push_back(request->idempotency_key());
    }
    return Answer(*c, put, *out);
  }
  grpc::Status GetPolicy(Context* c, const v1::GetPolicyRequest*, v1::GetPolicyResponse* out) override {
    return Answer(*c, policy, *out);
  }
  grpc::Status GetQuota(Context* c, const v1::GetQuotaRequest*, v1::GetQuotaResponse* out) override {
    return Answer(*c, quota, *out);
  }
  grpc::Status Apply(Context* c, const v1::ApplyRequest* request, v1::ApplyResponse* out) override {
    return Answer(*c, apply, *request, *out);
  }
  grpc::Status Rollback(Context* c, const v1::RollbackRequest* request, v1::RollbackResponse* out) override {
    return Answer(*c, rollback, *request, *out);
  }
  grpc::Status ListDecisions(Context* c, const v1::ListDecisionsRequest* request,
                             v1::ListDecisionsResponse* out) override {
    return Answer(*c, decisions, *request, *out);
  }
  grpc::Status Pause(Context* c, const v1::PauseRequest* request, v1::PauseResponse* out) override {
    return Answer(*c, pause, *request, *out);
  }
  grpc::Status Resume(Context* c, const v1::ResumeRequest* request, v1::ResumeResponse* out) override {
    return Answer(*c, resume, *request, *out);
  }
  grpc::Status WatchJobs(Context* c, const v1::WatchJobsRequest* request,
                         grpc::ServerWriter<v1::JobEvent>* writer) override {
    Note(*c);
    return watch ? watch(*request, *writer, *c) : Nothing();
  }

  template <typename Response>
  grpc::Status Answer(Context& context, const std::function<grpc::Status(Response&)>& answer, Response& out) {
    Note(context);
    return answer ? answer(out) : Nothing();
  }
  template <typename Request, typename Response>
  grpc::Status Answer(Context& context, const std::function<grpc::Status(const Request&, Response&)>& answer,
                      const Request& request, Response& out) {
    Note(context);
    return answer ? answer(request, out) : Nothing();
  }
  static grpc::Status Nothing() {
    return {grpc::UNIMPLEMENTED, "the server keeps no jobs; start it with --store FILE"};
  }
  void Note(const Context& context) {
    const auto& metadata = context.client_metadata();
    const auto header = metadata.find("authorization");
    const std::lock_guard lock(mutex_);
    tokens_.push_back(header == metadata.end() ? "" : std::string(header->second.data(), header->second.size()));
  }

  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> tokens_, keys_;
  std::unique_ptr<grpc::Server> server_;  // goes first
};

}  // namespace tune
