#include "service/client/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace tune {
namespace {

using testing::HasSubstr;

const Asked kAsked = {.server = "tuned:7070", .tls = true, .has_identity = false, .timeout = absl::Seconds(30)};

template <typename Detail>
grpc::Status With(grpc::StatusCode code, const std::string& message, const Detail& detail) {
  google::rpc::Status details;
  details.add_details()->PackFrom(detail);
  return {code, message, details.SerializeAsString()};
}

TEST(ClientErrors, SayWhatToDoNext) {
  const auto text = [](grpc::StatusCode code, const Asked& asked = kAsked) {
    return std::string(ToStatus(grpc::Status(code, "so it is"), asked).message());
  };
  EXPECT_THAT(text(grpc::UNAVAILABLE), HasSubstr("so it is\nIs tuned running at tuned:7070?"));
  EXPECT_THAT(text(grpc::DEADLINE_EXCEEDED), HasSubstr("within 30s; --timeout"));
  EXPECT_THAT(text(grpc::UNAUTHENTICATED), HasSubstr("TUNE_TOKEN"));
  Asked known = kAsked;
  known.has_identity = true;
  EXPECT_THAT(text(grpc::UNAUTHENTICATED, known), HasSubstr("run out"));
  EXPECT_THAT(text(grpc::PERMISSION_DENIED), HasSubstr("flinkdeployments"));
  EXPECT_THAT(text(grpc::UNIMPLEMENTED), HasSubstr("tuned:7070"));
  EXPECT_EQ(text(grpc::ABORTED), "so it is") << "what to look at again the command knows";
  EXPECT_EQ(text(grpc::NOT_FOUND), "so it is");
  EXPECT_EQ(text(grpc::INTERNAL), "so it is");
}

TEST(ClientErrors, KeepTheCode) {
  EXPECT_TRUE(ToStatus(grpc::Status::OK, kAsked).ok());
  EXPECT_EQ(ToStatus({grpc::NOT_FOUND, ""}, kAsked).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ToStatus({grpc::UNAVAILABLE, ""}, kAsked).code(), absl::StatusCode::kUnavailable);
}

TEST(ClientErrors, ListTheFieldsOfABadRequest) {
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("kept.job.name");
  bad.mutable_field_violations(0)->set_description("\"A\"; allowed: small letters");
  bad.add_field_violations()->set_description("two contradict each other");
  EXPECT_EQ(ToStatus(With(grpc::INVALID_ARGUMENT, "kept.job.name = \"A\" … and 1 more", bad), kAsked).message(),
            "kept.job.name = \"A\"; allowed: small letters\ntwo contradict each other");
}

TEST(ClientErrors, DetailsThatAreNoneAreLeftOut) {
  const grpc::Status status(grpc::INVALID_ARGUMENT, "so it is", "\x01\x02 garbage");
  EXPECT_EQ(ToStatus(status, kAsked).message(), "so it is");
  EXPECT_EQ(RetryDelay(status), std::nullopt);
}

TEST(ClientErrors, TellWhenToComeAgain) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(90);
  info.mutable_retry_delay()->set_nanos(500'000'000);
  const grpc::Status status = With(grpc::RESOURCE_EXHAUSTED, "too many calls", info);
  EXPECT_EQ(RetryDelay(status), absl::Seconds(90.5));
  EXPECT_EQ(ToStatus(status, kAsked).message(), "too many calls\nIt wants to be asked again in 1m30.5s");
  info.mutable_retry_delay()->set_seconds(-5);
  EXPECT_EQ(RetryDelay(With(grpc::RESOURCE_EXHAUSTED, "", info)), absl::ZeroDuration());
}

}  // namespace
}  // namespace tune
