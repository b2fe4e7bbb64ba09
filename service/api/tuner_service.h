// The gRPC service: each handler converts, calls and converts. answers.h and kept_answers.h have what it says.
#pragma once

#include "service/api/arena_messages.h"
#include "service/api/call.h"
#include "service/api/change_answers.h"
#include "service/api/kept_answers.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {

// Recommend's answer is written as bytes, and so its request comes as bytes too; others are messages.
class TunerService final : public v1::Tuner::WithRawCallbackMethod_Recommend<v1::Tuner::CallbackService> {
 public:
  // All of them outlive this. `kept` nullptr: no jobs are kept, and what is about them is kUnimplemented; `changes`
  // nullptr: nothing is written, and likewise.
  TunerService(const Door& door, KeptAnswers* kept, ChangeAnswers* changes)
      : door_(door), kept_(kept), changes_(changes) {
    SetMessageAllocatorFor_RecommendBatch(&batches_);
  }

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  // stateless_calls.cc
  Unary* Recommend(Context* context, const grpc::ByteBuffer* request, grpc::ByteBuffer* response) override;
  Unary* RecommendBatch(Context* context, const v1::RecommendBatchRequest* request,
                        v1::RecommendBatchResponse* response) override;
  grpc::ServerBidiReactor<v1::RecommendRequest, v1::RecommendResult>* RecommendStream(Context* context) override;
  // kept_calls.cc, where it is about a kept job
  Unary* Explain(Context* context, const v1::ExplainRequest* request, v1::ExplainResponse* response) override;
  Unary* Plan(Context* context, const v1::PlanRequest* request, v1::PlanResponse* response) override;
  Unary* PushSamples(Context* context, const v1::PushSamplesRequest* request,
                     v1::PushSamplesResponse* response) override;
  Unary* GetRecommendation(Context* context, const v1::GetRecommendationRequest* request,
                           v1::GetRecommendationResponse* response) override;
  Unary* GetJob(Context* context, const v1::GetJobRequest* request, v1::GetJobResponse* response) override;
  Unary* ListJobs(Context* context, const v1::ListJobsRequest* request, v1::ListJobsResponse* response) override;
  Unary* PutPolicy(Context* context, const v1::PutPolicyRequest* request, v1::PutPolicyResponse* response) override;
  Unary* GetPolicy(Context* context, const v1::GetPolicyRequest* request, v1::GetPolicyResponse* response) override;
  Unary* GetQuota(Context* context, const v1::GetQuotaRequest* request, v1::GetQuotaResponse* response) override;
  // change_calls.cc
  Unary* Apply(Context* context, const v1::ApplyRequest* request, v1::ApplyResponse* response) override;
  Unary* Rollback(Context* context, const v1::RollbackRequest* request, v1::RollbackResponse* response) override;
  Unary* ListDecisions(Context* context, const v1::ListDecisionsRequest* request,
                       v1::ListDecisionsResponse* response) override;
  Unary* Pause(Context* context, const v1::PauseRequest* request, v1::PauseResponse* response) override;
  Unary* Resume(Context* context, const v1::ResumeRequest* request, v1::ResumeResponse* response) override;
  // watch_jobs.cc
  grpc::ServerWriteReactor<v1::JobEvent>* WatchJobs(Context* context, const v1::WatchJobsRequest* request) override;

 private:
  ArenaMessages<v1::RecommendBatchRequest, v1::RecommendBatchResponse> batches_;
  const Door& door_;
  KeptAnswers* const kept_;
  ChangeAnswers* const changes_;
};

}  // namespace tune
