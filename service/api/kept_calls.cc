// Calls about jobs that are kept, and those that may be.
#include <utility>

#include "absl/time/clock.h"
#include "libtune/internal/not_allowed.h"
#include "service/api/answers.h"
#include "service/api/tuner_service.h"

namespace tune {
namespace {

using MaybeWish = absl::StatusOr<std::optional<Wish>>;

constexpr char kGet[] = "get", kList[] = "list", kUpdate[] = "update";

// `answer` fills the response, or says why not.
std::function<void(Ending)> AtOnce(KeptAnswers* kept, std::function<absl::Status(KeptAnswers&, absl::Time)> answer) {
  return [kept, answer = std::move(answer)](const Ending& end) {
    end(kept == nullptr ? NothingKept() : answer(*kept, absl::Now()));
  };
}

}  // namespace

TunerService::Unary* TunerService::Explain(Context* context, const v1::ExplainRequest* request,
                                           v1::ExplainResponse* response) {
  const size_t bytes = request->ByteSizeLong();
  if (!request->has_kept()) {
    return AnswerUnary("Explain", context, door_, bytes, std::nullopt,
                       [=](const Ending& end) { end(Answer(*request, *response)); });
  }
  return AnswerUnary(
      "Explain", context, door_, bytes, WishFor(kGet, request->kept().job(), "kept.job"),
      AtOnce(kept_, [=](const KeptAnswers& kept, absl::Time now) { return kept.Answer(*request, now, *response); }));
}

TunerService::Unary* TunerService::Plan(Context* context, const v1::PlanRequest* request, v1::PlanResponse* response) {
  const size_t bytes = request->ByteSizeLong();
  if (!request->has_kept()) {
    return AnswerUnary("Plan", context, door_, bytes, std::nullopt, [=](const Ending& end) {
      const absl::Status status = Answer(*request, *response);
      if (status.ok()) end.call().door().observer.OnAnswer(end.call().caller(), response->recommendation().action());
      end(status);
    });
  }
  return AnswerUnary("Plan", context, door_, bytes, WishFor(kGet, request->kept().job(), "kept.job"),
                     AtOnce(kept_, [=, this](const KeptAnswers& kept, absl::Time now) {
                       return changes_ == nullptr ? kept.Answer(*request, now, *response)
                                                  : changes_->Answer(kept, *request, now, *response);
                     }));
}

TunerService::Unary* TunerService::PushSamples(Context* context, const v1::PushSamplesRequest* request,
                                               v1::PushSamplesResponse* response) {
  return AnswerUnary("PushSamples", context, door_, request->ByteSizeLong(), WishFor(kUpdate, request->job(), "job"),
                     [=, this](const Ending& end) {
                       if (kept_ == nullptr) return end(NothingKept());
                       kept_->Push(*request, absl::Now(), *response, end);
                     });
}

TunerService::Unary* TunerService::GetRecommendation(Context* context, const v1::GetRecommendationRequest* request,
                                                     v1::GetRecommendationResponse* response) {
  return AnswerUnary("GetRecommendation", context, door_, request->ByteSizeLong(),
                     WishFor(kGet, request->kept().job(), "kept.job"), [=, this](const Ending& end) {
                       if (kept_ == nullptr) return end(NothingKept());
                       const absl::Status status = kept_->Answer(*request, absl::Now(), *response);
                       if (status.ok()) {
                         end.call().door().observer.OnAnswer(end.call().caller(), response->recommendation().action());
                       }
                       end(status);
                     });
}

TunerService::Unary* TunerService::GetJob(Context* context, const v1::GetJobRequest* request,
                                          v1::GetJobResponse* response) {
  return AnswerUnary(
      "GetJob", context, door_, request->ByteSizeLong(), WishFor(kGet, request->job(), "job"),
      AtOnce(kept_, [=](const KeptAnswers& kept, absl::Time now) { return kept.Answer(*request, now, *response); }));
}

TunerService::Unary* TunerService::ListJobs(Context* context, const v1::ListJobsRequest* request,
                                            v1::ListJobsResponse* response) {
  const MaybeWish wish = WishFor(kList, request->filter().namespace_(), "filter.namespace");
  return AnswerUnary(
      "ListJobs", context, door_, request->ByteSizeLong(), wish,
      AtOnce(kept_, [=](const KeptAnswers& kept, absl::Time now) { return kept.Answer(*request, now, *response); }));
}

TunerService::Unary* TunerService::PutPolicy(Context* context, const v1::PutPolicyRequest* request,
                                             v1::PutPolicyResponse* response) {
  return AnswerUnary("PutPolicy", context, door_, request->ByteSizeLong(), WishFor(kUpdate, request->scope()),
                     [=, this](const Ending& end) {
                       if (kept_ == nullptr) return end(NothingKept());
                       kept_->Put(*request, end.call().caller(), absl::Now(), *response, end);
                     });
}

TunerService::Unary* TunerService::GetPolicy(Context* context, const v1::GetPolicyRequest* request,
                                             v1::GetPolicyResponse* response) {
  return AnswerUnary(
      "GetPolicy", context, door_, request->ByteSizeLong(), WishFor(kGet, request->scope()),
      AtOnce(kept_, [=](const KeptAnswers& kept, absl::Time) { return kept.Answer(*request, *response); }));
}

TunerService::Unary* TunerService::GetQuota(Context* context, const v1::GetQuotaRequest* request,
                                            v1::GetQuotaResponse* response) {
  MaybeWish wish = WishFor(kGet, request->namespace_(), "namespace");
  if (request->namespace_().empty()) wish = NotAllowed("namespace", "absent", "a namespace's name");
  return AnswerUnary(
      "GetQuota", context, door_, request->ByteSizeLong(), wish,
      AtOnce(kept_, [=](const KeptAnswers& kept, absl::Time now) { return kept.Answer(*request, now, *response); }));
}

}  // namespace tune
