// Calls about changes of jobs' specs. They wait for disk or cluster, and so have threads of their own.
#include <functional>
#include <utility>

#include "absl/time/clock.h"
#include "service/api/kept_answers.h"
#include "service/api/tuner_service.h"

namespace tune {
namespace {

constexpr char kPatch[] = "patch", kList[] = "list", kGet[] = "get";

// `answer` fills the response, or says why not.
std::function<void(Ending)> ByWriter(ChangeAnswers* changes,
                                     std::function<absl::Status(ChangeAnswers&, const std::string& author)> answer) {
  return [changes, answer = std::move(answer)](const Ending& end) {
    if (changes == nullptr) return end(NothingWritten());
    end.call().door().writers.Run([changes, answer, end] { end(answer(*changes, end.call().caller())); });
  };
}

}  // namespace

TunerService::Unary* TunerService::Apply(Context* context, const v1::ApplyRequest* request,
                                         v1::ApplyResponse* response) {
  return AnswerUnary("Apply", context, door_, request->ByteSizeLong(), WishFor(kPatch, request->job(), "job"),
                     ByWriter(changes_, [=](ChangeAnswers& changes, const std::string& author) {
                       return changes.Answer(*request, author, *response);
                     }));
}

TunerService::Unary* TunerService::Rollback(Context* context, const v1::RollbackRequest* request,
                                            v1::RollbackResponse* response) {
  return AnswerUnary("Rollback", context, door_, request->ByteSizeLong(), WishFor(kPatch, request->job(), "job"),
                     ByWriter(changes_, [=](ChangeAnswers& changes, const std::string& author) {
                       return changes.Answer(*request, author, *response);
                     }));
}

TunerService::Unary* TunerService::ListDecisions(Context* context, const v1::ListDecisionsRequest* request,
                                                 v1::ListDecisionsResponse* response) {
  const auto wish =
      request->has_job() ? WishFor(kGet, request->job(), "job") : WishFor(kList, request->namespace_(), "namespace");
  return AnswerUnary("ListDecisions", context, door_, request->ByteSizeLong(), wish,
                     ByWriter(changes_, [=](ChangeAnswers& changes, const std::string&) {
                       return changes.Answer(*request, *response);
                     }));
}

TunerService::Unary* TunerService::Pause(Context* context, const v1::PauseRequest* request,
                                         v1::PauseResponse* response) {
  return AnswerUnary("Pause", context, door_, request->ByteSizeLong(), WishFor(kPatch, request->scope()),
                     ByWriter(changes_, [=](ChangeAnswers& changes, const std::string& author) {
                       return changes.Answer(*request, author, absl::Now(), *response);
                     }));
}

TunerService::Unary* TunerService::Resume(Context* context, const v1::ResumeRequest* request,
                                          v1::ResumeResponse* response) {
  return AnswerUnary("Resume", context, door_, request->ByteSizeLong(), WishFor(kPatch, request->scope()),
                     ByWriter(changes_, [=](ChangeAnswers& changes, const std::string&) {
                       return changes.Answer(*request, absl::Now(), *response);
                     }));
}

}  // namespace tune
