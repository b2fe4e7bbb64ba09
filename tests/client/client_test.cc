// The client against servers that are made up: who calls, what is tried again, and for how long.
#include "service/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/client/made_up_server.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

ClientOptions At(const std::string& server) {
  ClientOptions options;
  options.server = server;
  options.timeout = absl::Seconds(20);
  return options;
}

absl::Status List(const ClientOptions& options) {
  auto client = Client::Create(options);
  if (!client.ok()) return client.status();
  v1::ListJobsResponse response;
  return (*client)->Call(&Client::Stub::ListJobs, v1::ListJobsRequest{}, response);
}

grpc::Status Empty(const v1::ListJobsRequest&, v1::ListJobsResponse&) { return grpc::Status::OK; }

TEST(ClientCalls, ShowTheTokenOnThisMachineAndNoOther) {
  MadeUpServer server;
  server.list = Empty;
  ClientOptions options = At(server.address());
  EXPECT_TRUE(List(options).ok());
  options.token = "s3cret";
  EXPECT_TRUE(List(options).ok());
  EXPECT_THAT(server.tokens(), ElementsAre("", "Bearer s3cret"));
  options.server = "tuned.example.com:7070";
  const absl::Status refused = List(options);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(refused.message(), HasSubstr("only over TLS (--ca FILE or --tls)"));
  EXPECT_EQ(std::string(refused.message()).find("s3cret"), std::string::npos);
}

TEST(ClientCalls, ReadTheTokenOfAFileAgain) {
  MadeUpServer server;
  server.list = Empty;
  const TemporaryFolder folder;
  ClientOptions options = At(server.address());
  options.token_file = folder.File("token");
  EXPECT_EQ(List(options).code(), absl::StatusCode::kNotFound);
  std::ofstream(options.token_file) << "first\n";
  auto client = Client::Create(options);
  ASSERT_TRUE(client.ok());
  v1::ListJobsResponse response;
  ASSERT_TRUE((*client)->Call(&Client::Stub::ListJobs, v1::ListJobsRequest{}, response).ok());
  std::ofstream(options.token_file) << "second one\n";
  EXPECT_FALSE(List(options).ok()) << "a blank in it";
  std::ofstream(options.token_file) << "second\n";
  ASSERT_TRUE((*client)->Call(&Client::Stub::ListJobs, v1::ListJobsRequest{}, response).ok());
  EXPECT_THAT(server.tokens(), ElementsAre("Bearer first", "Bearer second"));
}

TEST(ClientCalls, AskAgainWhereNobodyAnswers) {
  MadeUpServer server;
  int calls = 0;
  server.list = [&](const v1::ListJobsRequest&, v1::ListJobsResponse&) {
    return ++calls < 3 ? grpc::Status(grpc::UNAVAILABLE, "going down") : grpc::Status::OK;
  };
  EXPECT_TRUE(List(At(server.address())).ok());
  EXPECT_EQ(calls, 3);
}

TEST(ClientCalls, AskAgainAFewTimesOnly) {
  MadeUpServer server;
  server.list = [](const auto&, auto&) { return grpc::Status(grpc::UNAVAILABLE, "going down"); };
  EXPECT_EQ(List(At(server.address())).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(server.tokens(), SizeIs(4));
}

TEST(ClientCalls, OtherErrorsAreNotTriedAgain) {
  for (const grpc::StatusCode code : {grpc::INVALID_ARGUMENT, grpc::NOT_FOUND, grpc::PERMISSION_DENIED, grpc::INTERNAL,
                                      grpc::RESOURCE_EXHAUSTED, grpc::UNAUTHENTICATED, grpc::UNKNOWN}) {
    MadeUpServer server;
    server.list = [code](const auto&, auto&) { return grpc::Status(code, "no"); };
    EXPECT_EQ(static_cast<int>(List(At(server.address())).code()), static_cast<int>(code));
    EXPECT_THAT(server.tokens(), SizeIs(1)) << code;
  }
}

grpc::Status BusyFor(int seconds) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(seconds);
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  return {grpc::RESOURCE_EXHAUSTED, "too many calls", details.SerializeAsString()};
}

TEST(ClientCalls, WaitAsLongAsTheServerSays) {
  MadeUpServer server;
  int calls = 0;
  server.list = [&](const auto&, auto&) { return ++calls == 1 ? BusyFor(1) : grpc::Status::OK; };
  const absl::Time began = absl::Now();
  EXPECT_TRUE(List(At(server.address())).ok());
  EXPECT_GE(absl::Now() - began, absl::Seconds(1));
}

TEST(ClientCalls, DoNotWaitBeyondTheTimeout) {
  MadeUpServer server;
  server.list = [](const auto&, auto&) { return BusyFor(3600); };
  const absl::Time began = absl::Now();
  const absl::Status status = List(At(server.address()));
  EXPECT_THAT(status.message(), HasSubstr("asked again in 1h"));
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));
}

TEST(ClientCalls, SlowServersMeetTheTimeout) {
  MadeUpServer server;
  server.list = [](const auto&, auto&) {
    absl::SleepFor(absl::Seconds(3));
    return grpc::Status::OK;
  };
  ClientOptions options = At(server.address());
  options.timeout = absl::Milliseconds(300);
  const absl::Status status = List(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(status.message(), HasSubstr("within 300ms; --timeout"));
}

TEST(ClientCalls, WhereNobodyListensIsUnavailableSoon) {
  const absl::Time began = absl::Now();
  const absl::Status status = List(At("127.0.0.1:1"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("Is tuned running at 127.0.0.1:1?"));
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));
  EXPECT_EQ(List(At("unix:/nowhere/tuned.sock")).code(), absl::StatusCode::kUnavailable);
}

TEST(ClientCalls, OptionsThatContradictAreRefused) {
  ClientOptions options = At("127.0.0.1:7070");
  options.token = "a";
  options.token_file = "b";
  EXPECT_THAT(List(options).message(), HasSubstr("--token-file"));
  options = At("127.0.0.1:7070");
  options.token = "a\r\nx-other: b";
  EXPECT_EQ(List(options).message(), "token = (not shown); allowed: a text without blanks");
  options = At("127.0.0.1:7070");
  options.certificate.file = "tls.crt";
  EXPECT_THAT(List(options).message(), HasSubstr("--key"));
  options.key.file = "tls.key";
  EXPECT_THAT(List(options).message(), HasSubstr("over TLS"));
  options = At("127.0.0.1:7070");
  options.timeout = absl::ZeroDuration();
  EXPECT_THAT(List(options).message(), HasSubstr("--timeout = 0; allowed: > 0"));
}

class OverTls : public testing::Test {
 protected:
  OverTls() {
    certificates_.Sign("server", "tuned.flink", absl::Hours(1));
    certificates_.Sign("client", "scheduler", absl::Hours(1));
  }
  std::shared_ptr<grpc::ServerCredentials> Credentials(bool asks_for_certificate) const {
    grpc::SslServerCredentialsOptions options(asks_for_certificate
                                                  ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                                  : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    options.pem_root_certs = certificates_.Read("ca.crt");
    options.pem_key_cert_pairs = {{certificates_.Read("server.key"), certificates_.Read("server.crt")}};
    return grpc::SslServerCredentials(options);
  }
  ClientOptions Tls(const MadeUpServer& server) const {
    ClientOptions options = At(server.address());
    options.tls = true;
    options.ca = certificates_.File("ca.crt");
    options.tls_server_name = "tuned.flink";
    return options;
  }

  const Certificates certificates_;
};

TEST_F(OverTls, TheServerIsTheOneThatTheAuthoritySigned) {
  MadeUpServer server(Credentials(false));
  server.list = Empty;
  ClientOptions options = Tls(server);
  options.token = "s3cret";
  EXPECT_TRUE(List(options).ok());
  EXPECT_THAT(server.tokens(), ElementsAre("Bearer s3cret"));
  options.tls_server_name = "other";
  EXPECT_EQ(List(options).code(), absl::StatusCode::kUnavailable) << "the certificate is for another name";
  options = Tls(server);
  options.ca.clear();
  EXPECT_EQ(List(options).code(), absl::StatusCode::kUnavailable) << "the system does not trust the test's authority";
  options.tls = false;
  EXPECT_EQ(List(options).code(), absl::StatusCode::kUnavailable) << "plain text to a server with TLS";
  options = Tls(server);
  options.ca = certificates_.File("absent.crt");
  EXPECT_EQ(List(options).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(server.tokens(), SizeIs(1)) << "none of those came through";
}

TEST_F(OverTls, TheCallerShowsACertificate) {
  MadeUpServer server(Credentials(true));
  server.list = Empty;
  ClientOptions options = Tls(server);
  EXPECT_EQ(List(options).code(), absl::StatusCode::kUnavailable);
  options.certificate.file = certificates_.File("client.crt");
  options.key.data = certificates_.Read("client.key");
  const absl::Status status = List(options);
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace tune
