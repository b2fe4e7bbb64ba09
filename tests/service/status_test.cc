#include "service/api/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libtune/internal/not_allowed.h"
#include "service/violations.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

google::rpc::BadRequest BadRequestOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::BadRequest bad;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.details_size(), 1);
  EXPECT_TRUE(details.details(0).UnpackTo(&bad));
  return bad;
}

TEST(GrpcStatus, NamesEachFieldWithItsValueAndWhatIsAllowed) {
  Violations violations;
  violations.Add("window.bin", "0s", "> 0");
  violations.Add("vertices[\"a = \\\"b\"].busy_s", -2, ">= 0");
  const grpc::Status status = ToGrpc(violations.ToStatus());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "window.bin = 0s; allowed: > 0\nvertices[\"a = \\\"b\"].busy_s = -2; allowed: >= 0");
  const google::rpc::BadRequest bad = BadRequestOf(status);
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(0).field(), "window.bin");
  EXPECT_EQ(bad.field_violations(0).description(), "0s; allowed: > 0");
  EXPECT_EQ(bad.field_violations(1).field(), "vertices[\"a = \\\"b\"].busy_s");
  EXPECT_EQ(bad.field_violations(1).description(), "-2; allowed: >= 0");
}

TEST(GrpcStatus, OfOtherErrorsHasNoDetails) {
  const grpc::Status status = ToGrpc(absl::FailedPreconditionError("reactive mode"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "reactive mode");
  EXPECT_EQ(status.error_details(), "");
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
}

TEST(GrpcStatus, SaysWhenToComeAgain) {
  const grpc::Status status = ToGrpc(TooBusy("too many", absl::Milliseconds(1500)));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  google::rpc::Status details;
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_EQ(details.details_size(), 1);
  ASSERT_TRUE(details.details(0).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

// Headers hold 8 KiB: a hundred long violations must not turn into an error about headers.
TEST(GrpcStatus, FitsIntoHeadersHoweverMuchIsWrong) {
  Violations violations;
  for (int i = 0; i < 300; ++i) violations.Add(absl::StrCat("vertices[", i, "].", std::string(200, 'x')), -i, ">= 0");
  const grpc::Status status = ToGrpc(violations.ToStatus());
  EXPECT_LT(status.error_message().size(), 1100);
  EXPECT_THAT(status.error_message(), HasSubstr("more"));
  EXPECT_LT(status.error_details().size(), 4500);
  EXPECT_GT(BadRequestOf(status).field_violations_size(), 5);
  EXPECT_EQ(ToGrpc(absl::InvalidArgumentError(std::string(100'000, 'x'))).error_message().size(), 1000);
}

TEST(GrpcStatus, IsUtf8WhateverTheRequestWas) {
  const grpc::Status status = ToGrpc(absl::InvalidArgumentError("a\xff = \xfe; allowed: b"));
  EXPECT_EQ(status.error_message(), "a\uFFFD = \uFFFD; allowed: b");
  EXPECT_EQ(BadRequestOf(status).field_violations(0).field(), "a\uFFFD");
}

TEST(Within, PutsTheOuterFieldBeforeEachLineThatNamesOne) {
  const absl::Status status = Within("window.", absl::InvalidArgumentError("bin = 0s; allowed: > 0\n… and 3 more"));
  EXPECT_EQ(status.message(), "window.bin = 0s; allowed: > 0\n… and 3 more");
  EXPECT_TRUE(Within("window.", absl::OkStatus()).ok());
}

TEST(RequestErrors, HoldWhatTheStatusSays) {
  const v1::RequestError error = ToProto(absl::InvalidArgumentError("bin = 0s; allowed: > 0"));
  EXPECT_EQ(error.code(), 3);
  EXPECT_THAT(error.violations(), SizeIs(1));
  EXPECT_EQ(error.violations(0).field(), "bin");
  EXPECT_THAT(ToProto(absl::FailedPreconditionError("x")).violations(), ElementsAre());
}

}  // namespace
}  // namespace tune
