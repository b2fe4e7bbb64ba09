// The gRPC service: each handler converts, calls and converts. answers.h has what it says.
#pragma once

#include <string>

#include "service/api/admission.h"
#include "service/api/arena_messages.h"
#include "service/api/observer.h"
#include "service/api/workers.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {

class TunerService final : public v1::Tuner::CallbackService {
 public:
  // All of them outlive this.
  TunerService(Admission& admission, Workers& workers, Observer& observer)
      : admission_(admission), workers_(workers), observer_(observer) {
    SetMessageAllocatorFor_Recommend(&messages_);
    SetMessageAllocatorFor_RecommendBatch(&batches_);
  }

  grpc::ServerUnaryReactor* Recommend(grpc::CallbackServerContext* context, const v1::RecommendRequest* request,
                                      v1::RecommendResponse* response) override;
  grpc::ServerUnaryReactor* RecommendBatch(grpc::CallbackServerContext* context,
                                           const v1::RecommendBatchRequest* request,
                                           v1::RecommendBatchResponse* response) override;
  grpc::ServerBidiReactor<v1::RecommendRequest, v1::RecommendResult>* RecommendStream(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context, const v1::ExplainRequest* request,
                                    v1::ExplainResponse* response) override;
  grpc::ServerUnaryReactor* Plan(grpc::CallbackServerContext* context, const v1::PlanRequest* request,
                                 v1::PlanResponse* response) override;

 private:
  ArenaMessages<v1::RecommendRequest, v1::RecommendResponse> messages_;
  ArenaMessages<v1::RecommendBatchRequest, v1::RecommendBatchResponse> batches_;
  Admission& admission_;
  Workers& workers_;
  Observer& observer_;
};

// Who calls: the common name in the client's certificate, as Kubernetes takes it for the user's, or the address without
// the port.
std::string CallerOf(const grpc::ServerContextBase& context);

}  // namespace tune
