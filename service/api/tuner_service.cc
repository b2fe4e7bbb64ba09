#include "service/api/tuner_service.h"

#include <functional>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "grpc/grpc_security_constants.h"
#include "libtune/internal/path.h"
#include "service/api/answers.h"
#include "service/api/status.h"

namespace tune {
namespace {

// Larger requests take longer than a short call should wait.
constexpr size_t kShortBytes = 256 << 10;

absl::Status GoOn(const grpc::CallbackServerContext& context) {
  if (context.IsCancelled()) return absl::CancelledError("the caller went away");
  if (context.deadline() < std::chrono::system_clock::now()) return absl::DeadlineExceededError("out of time");
  return absl::OkStatus();
}

// One call from its coming to its end.
class Call {
 public:
  Call(const char* method, const grpc::CallbackServerContext& context, Admission& admission, Observer& observer)
      : method_(method), caller_(CallerOf(context)), began_(absl::Now()), observer_(observer) {
    absl::StatusOr<Admission::Ticket> ticket = admission.Enter(caller_, began_);
    status_ = ticket.status();
    if (ticket.ok()) ticket_ = *std::move(ticket);
  }

  const absl::Status& status() const { return status_; }
  void Decide(const v1::JobRecommendation& answer) { observer_.OnDecision(caller_, answer); }
  grpc::Status End(const absl::Status& status) {
    observer_.OnCall(method_, caller_, status.code(), absl::Now() - began_);
    return ToGrpc(status);
  }

 private:
  const char* method_;
  std::string caller_;
  absl::Time began_;
  Observer& observer_;
  absl::Status status_;
  Admission::Ticket ticket_;
};

// Runs `answer` at once, or by a worker when the request is large.
grpc::ServerUnaryReactor* Finish(std::shared_ptr<Call> call, grpc::CallbackServerContext* context, bool is_short,
                                 Workers& workers, std::function<absl::Status(Call&)> answer) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!call->status().ok()) {
    reactor->Finish(call->End(call->status()));
    return reactor;
  }
  auto run = [call = std::move(call), context, reactor, answer = std::move(answer)] {
    absl::Status status = GoOn(*context);
    if (status.ok()) status = answer(*call);
    reactor->Finish(call->End(status));
  };
  if (is_short) {
    run();
  } else {
    workers.Run(std::move(run));
  }
  return reactor;
}

// Answers one request after the other: the next one is read when the last answer is written.
class Stream final : public grpc::ServerBidiReactor<v1::RecommendRequest, v1::RecommendResult> {
 public:
  Stream(grpc::CallbackServerContext* context, Admission& admission, Workers& workers, Observer& observer)
      : context_(context), workers_(workers), call_("RecommendStream", *context, admission, observer) {
    if (call_.status().ok()) {
      StartRead(&request_);
    } else {
      Finish(call_.End(call_.status()));
    }
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(absl::OkStatus());
    if (request_.ByteSizeLong() <= kShortBytes) {
      AnswerNext();
    } else {
      workers_.Run([this] { AnswerNext(); });
    }
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller went away"));
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  void AnswerNext() {
    if (auto status = GoOn(*context_); !status.ok()) return End(status);
    result_.Clear();
    AnswerOne(request_, next_++, result_);
    if (result_.has_recommendation()) call_.Decide(result_.recommendation());
    StartWrite(&result_);
  }
  void End(const absl::Status& status) { Finish(call_.End(status)); }

  grpc::CallbackServerContext* context_;
  Workers& workers_;
  Call call_;
  v1::RecommendRequest request_;
  v1::RecommendResult result_;
  int64_t next_ = 0;
};

}  // namespace

std::string CallerOf(const grpc::ServerContextBase& context) {
  const auto auth = context.auth_context();
  if (auth && auth->IsPeerAuthenticated()) {
    for (const grpc::string_ref& name : auth->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME)) {
      return Utf8(std::string(name.data(), name.size()));
    }
  }
  const std::string peer = context.peer();  // ipv4:10.0.0.7:40312, unix:/run/tuned.sock
  const size_t port = peer.compare(0, 2, "ip") == 0 ? peer.rfind(':') : std::string::npos;
  return peer.substr(0, port);
}

grpc::ServerUnaryReactor* TunerService::Recommend(grpc::CallbackServerContext* context,
                                                  const v1::RecommendRequest* request,
                                                  v1::RecommendResponse* response) {
  auto call = std::make_shared<Call>("Recommend", *context, admission_, observer_);
  return Finish(std::move(call), context, request->ByteSizeLong() <= kShortBytes, workers_, [=](Call& c) {
    const absl::Status status = Answer(*request, *response);
    if (status.ok()) c.Decide(response->recommendation());
    return status;
  });
}

grpc::ServerUnaryReactor* TunerService::RecommendBatch(grpc::CallbackServerContext* context,
                                                       const v1::RecommendBatchRequest* request,
                                                       v1::RecommendBatchResponse* response) {
  auto call = std::make_shared<Call>("RecommendBatch", *context, admission_, observer_);
  return Finish(std::move(call), context, request->ByteSizeLong() <= kShortBytes, workers_, [=](Call& c) {
    const absl::Status status = Answer(*request, [context] { return GoOn(*context); }, *response);
    for (const v1::RecommendResult& result : response->results()) {
      if (status.ok() && result.has_recommendation()) c.Decide(result.recommendation());
    }
    return status;
  });
}

grpc::ServerBidiReactor<v1::RecommendRequest, v1::RecommendResult>* TunerService::RecommendStream(
    grpc::CallbackServerContext* context) {
  return new Stream(context, admission_, workers_, observer_);
}

grpc::ServerUnaryReactor* TunerService::Explain(grpc::CallbackServerContext* context, const v1::ExplainRequest* request,
                                                v1::ExplainResponse* response) {
  auto call = std::make_shared<Call>("Explain", *context, admission_, observer_);
  return Finish(std::move(call), context, request->ByteSizeLong() <= kShortBytes, workers_,
                [=](Call&) { return Answer(*request, *response); });
}

grpc::ServerUnaryReactor* TunerService::Plan(grpc::CallbackServerContext* context, const v1::PlanRequest* request,
                                             v1::PlanResponse* response) {
  auto call = std::make_shared<Call>("Plan", *context, admission_, observer_);
  return Finish(std::move(call), context, request->ByteSizeLong() <= kShortBytes, workers_, [=](Call& c) {
    const absl::Status status = Answer(*request, *response);
    if (status.ok()) c.Decide(response->recommendation());
    return status;
  });
}

}  // namespace tune
