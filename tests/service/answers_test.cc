// What the service answers, gRPC apart.
#include "service/api/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/wire.h"
#include "tests/service/requests.h"
#include "tests/support/any_job.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(RecommendAnswer, IsTheEnginesByteForByte) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 200; ++i) {
    const JobWindow window = AnyJob(random);
    const TuningPolicy policy = *FromProto(ToProto(AnyPolicy(random)));  // in whole nanoseconds
    v1::RecommendRequest request = RequestFor(window);
    *request.mutable_policy()->mutable_policy() = ToProto(policy);
    v1::RecommendResponse response;
    ASSERT_TRUE(Answer(request, response).ok());
    ASSERT_EQ(SerializeDeterministic(response.recommendation()),
              SerializeDeterministic(ToProto(MustRecommend(window, policy), window, policy)));
  }
}

TEST(RecommendAnswer, WithoutEvidenceIsTheSameButForIt) {
  v1::RecommendRequest request = RequestFor(DrowningJob());
  v1::RecommendResponse with, without;
  ASSERT_TRUE(Answer(request, with).ok());
  request.set_without_evidence(true);
  ASSERT_TRUE(Answer(request, without).ok());
  EXPECT_GT(with.recommendation().evidence_size(), 0);
  with.mutable_recommendation()->clear_evidence();
  EXPECT_EQ(SerializeDeterministic(with), SerializeDeterministic(without));
}

TEST(RecommendAnswer, NamesTheFieldAsItWasSent) {
  JobWindow window = DrowningJob();
  window.vertices[1].bins[3].records_in = -2;
  v1::RecommendResponse response;
  EXPECT_THAT(Answer(RequestFor(window), response).message(),
              HasSubstr("window.vertices[\"map\"].bins[3].records_in = -2; allowed: "));
  EXPECT_EQ(Answer(v1::RecommendRequest(), response).message(), "job = absent; allowed: a window or a history");
  EXPECT_FALSE(response.has_recommendation());
}

TEST(RecommendAnswer, AsBytesIsTheMessage) {
  for (const bool without : {false, true}) {
    v1::RecommendRequest request = RequestFor(DrowningJob());
    request.set_without_evidence(without);
    v1::RecommendResponse message;
    std::string bytes;
    ASSERT_TRUE(Answer(request, message).ok());
    const auto action = Answer(request, bytes);
    ASSERT_TRUE(action.ok()) << action.status();
    EXPECT_EQ(*action, v1::ACTION_RAISE);
    EXPECT_EQ(bytes, SerializeDeterministic(message));
  }
  std::string bytes;
  EXPECT_EQ(Answer(v1::RecommendRequest{}, bytes).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(BatchAnswer, HasARefusalInItsPlace) {
  v1::RecommendBatchRequest request;
  *request.add_requests() = RequestFor(DrowningJob());
  request.add_requests();
  *request.add_requests() = RequestFor(DrowningJob());
  v1::RecommendBatchResponse response;
  ASSERT_TRUE(Answer(request, [] { return absl::OkStatus(); }, response).ok());
  ASSERT_THAT(response.results(), SizeIs(3));
  EXPECT_EQ(SerializeDeterministic(response.results(0).recommendation()),
            SerializeDeterministic(response.results(2).recommendation()));
  EXPECT_EQ(response.results(1).index(), 1);
  EXPECT_EQ(response.results(1).error().code(), 3);
  EXPECT_EQ(response.results(1).error().violations(0).field(), "job");
}

TEST(BatchAnswer, StopsWhenItMayNotGoOn) {
  v1::RecommendBatchRequest request;
  for (int i = 0; i < 5; ++i) *request.add_requests() = RequestFor(DrowningJob());
  v1::RecommendBatchResponse response;
  int asked = 0;
  const absl::Status status =
      Answer(request, [&] { return ++asked > 2 ? absl::CancelledError("gone") : absl::OkStatus(); }, response);
  EXPECT_EQ(status, absl::CancelledError("gone"));
  EXPECT_THAT(response.results(), SizeIs(2));
}

TEST(BatchAnswer, OfTooManyIsRefusedWhole) {
  v1::RecommendBatchRequest request;
  for (int i = 0; i <= kMostInBatch; ++i) request.add_requests();
  v1::RecommendBatchResponse response;
  EXPECT_EQ(Answer(
                request, [] { return absl::OkStatus(); }, response)
                .message(),
            "requests = 10001 entries; allowed: at most 10000");
}

TEST(ExplainAnswer, TellsOfTheJobAndOfEachVertex) {
  v1::ExplainRequest request;
  *request.mutable_request() = RequestFor(DrowningJob());
  v1::ExplainResponse response;
  ASSERT_TRUE(Answer(request, response).ok());
  ASSERT_THAT(response.explanations(), SizeIs(3));
  EXPECT_EQ(response.explanations(0).subject(), "job");
  EXPECT_EQ(response.explanations(2).subject(), "map");
  EXPECT_GT(response.explanations(2).steps_size(), 0);
  EXPECT_EQ(response.explanations(2).steps(0).depth(), 1);
  EXPECT_THAT(response.explanations(2).steps(0).text(), HasSubstr("parallelism."));
}

TEST(ExplainAnswer, OfOneVertexIsItsOwn) {
  v1::ExplainRequest request;
  *request.mutable_request() = RequestFor(DrowningJob());
  request.set_vertex("map");
  v1::ExplainResponse response;
  ASSERT_TRUE(Answer(request, response).ok());
  ASSERT_THAT(response.explanations(), SizeIs(1));
  EXPECT_EQ(response.explanations(0).subject(), "map");
  request.set_vertex("mop");
  EXPECT_EQ(Answer(request, response).message(), "vertex = \"mop\"; allowed: one of \"source\", \"map\"");
  request.mutable_request()->clear_window();
  EXPECT_EQ(Answer(request, response).message(), "request.job = absent; allowed: a window or a history");
}

v1::PlanRequest PlanOf(const char* scheduler) {
  v1::PlanRequest request;
  *request.mutable_request() = RequestFor(DrowningJob());
  request.set_manifest(std::string(R"({"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment",
    "metadata": {"name": "orders", "namespace": "shop"},
    "spec": {"flinkVersion": "v1_20", "job": {"parallelism": 1, "upgradeMode": "savepoint"},
             "flinkConfiguration": {)") +
                       scheduler + "}}}");
  return request;
}

// 900 * 0.002 = 1.8 subtasks at the target of 0.8: 3.
TEST(PlanAnswer, IsThePatchOfTheManifest) {
  v1::PlanResponse response;
  const absl::Status status = Answer(PlanOf(""), response);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(response.patch().name(), "orders");
  EXPECT_EQ(response.patch().namespace_(), "shop");
  ASSERT_GT(response.patch().changes_size(), 0);
  EXPECT_THAT(response.patch_yaml(), HasSubstr("pipeline.jobvertex-parallelism-overrides"));
  EXPECT_TRUE(response.has_recommendation());
}

TEST(PlanAnswer, IsRefusedWhereTheSpecDoesNotAllowIt) {
  v1::PlanResponse response;
  const absl::Status status = Answer(PlanOf(R"("scheduler-mode": "reactive")"), response);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(response.has_patch());
  v1::PlanRequest none = PlanOf("");
  none.clear_manifest();
  EXPECT_EQ(Answer(none, response).message(), "spec = absent; allowed: a deployment or a manifest");
  none.set_manifest("kind: Pod");
  EXPECT_THAT(Answer(none, response).message(), HasSubstr("manifest"));
}

}  // namespace
}  // namespace tune
