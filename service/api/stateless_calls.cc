// Calls that bring their job along.
#include <memory>
#include <utility>

#include "google/protobuf/arena.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "service/api/answers.h"
#include "service/api/tuner_service.h"

namespace tune {
namespace {

// Answers one request after the other: the next one is read when the last answer is written.
class Stream final : public grpc::ServerBidiReactor<v1::RecommendRequest, v1::RecommendResult> {
 public:
  Stream(const grpc::CallbackServerContext& context, const Door& door)
      : call_(std::make_shared<Call>("RecommendStream", context, door)) {}

  void Begin() {
    call_->Enter(std::nullopt, [this](const absl::Status& entered) {
      if (!entered.ok()) return End(entered);
      StartRead(&request_);
    });
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(absl::OkStatus());
    if (request_.ByteSizeLong() <= kShortBytes) {
      AnswerNext();
    } else {
      call_->door().workers.Run([this] { AnswerNext(); });
    }
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller went away"));
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  void AnswerNext() {
    if (auto status = call_->GoOn(); !status.ok()) return End(status);
    result_.Clear();
    AnswerOne(request_, next_++, result_);
    if (result_.has_recommendation())
      call_->door().observer.OnAnswer(call_->caller(), result_.recommendation().action());
    StartWrite(&result_);
  }
  void End(const absl::Status& status) { Finish(call_->End(status)); }

  const std::shared_ptr<Call> call_;
  v1::RecommendRequest request_;
  v1::RecommendResult result_;
  int64_t next_ = 0;
};

// Takes the bytes over without copying them.
grpc::ByteBuffer BufferOf(std::string bytes) {
  auto* kept = new std::string(std::move(bytes));
  const grpc::Slice slice(kept->data(), kept->size(), [](void* text) { delete static_cast<std::string*>(text); }, kept);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

TunerService::Unary* TunerService::Recommend(Context* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) {
  return AnswerUnary("Recommend", context, door_, request->Length(), std::nullopt, [=](const Ending& end) {
    google::protobuf::Arena arena;
    auto* message = google::protobuf::Arena::CreateMessage<v1::RecommendRequest>(&arena);
    grpc::ByteBuffer bytes = *request;  // reading takes them; the slices are shared
    if (const grpc::Status read =
            grpc::GenericDeserialize<grpc::ProtoBufferReader, v1::RecommendRequest>(&bytes, message);
        !read.ok()) {
      return end(absl::InvalidArgumentError("the request is no RecommendRequest"));
    }
    std::string answer;
    const absl::StatusOr<v1::Action> action = Answer(*message, answer);
    if (action.ok()) {
      end.call().door().observer.OnAnswer(end.call().caller(), *action);
      *response = BufferOf(std::move(answer));
    }
    end(action.status());
  });
}

TunerService::Unary* TunerService::RecommendBatch(Context* context, const v1::RecommendBatchRequest* request,
                                                  v1::RecommendBatchResponse* response) {
  return AnswerUnary("RecommendBatch", context, door_, request->ByteSizeLong(), std::nullopt, [=](const Ending& end) {
    const absl::Status status = Answer(*request, [&end] { return end.call().GoOn(); }, *response);
    for (const v1::RecommendResult& result : response->results()) {
      if (status.ok() && result.has_recommendation()) {
        end.call().door().observer.OnAnswer(end.call().caller(), result.recommendation().action());
      }
    }
    end(status);
  });
}

grpc::ServerBidiReactor<v1::RecommendRequest, v1::RecommendResult>* TunerService::RecommendStream(Context* context) {
  auto* stream = new Stream(*context, door_);
  stream->Begin();
  return stream;
}

}  // namespace tune
