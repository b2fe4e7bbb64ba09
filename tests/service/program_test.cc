// `tuned` as a person and a supervisor see it.
#include "tests/service/program.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/service/requests.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {
namespace {

using testing::HasSubstr;

TEST(Tuned, HelpsWithExamples) {
  Program program({"--help"});
  const std::string text = program.ReadUntil("never said");
  EXPECT_THAT(text, HasSubstr("--tls-cert"));
  EXPECT_THAT(text, HasSubstr("Examples:"));
  EXPECT_EQ(program.ExitCode(), 0);
}

TEST(Tuned, RefusesFlagsThatCannotBe) {
  const auto said = [](const std::vector<std::string>& arguments) {
    Program program(arguments);
    const std::string text = program.ReadUntil("never said");
    EXPECT_EQ(program.ExitCode(), 2) << text;
    return text;
  };
  EXPECT_THAT(said({"--listen", "0.0.0.0:0"}),
              HasSubstr("tuned: --listen = \"0.0.0.0:0\"; allowed: without --tls-cert"));
  EXPECT_THAT(said({"--drain", "nan"}), HasSubstr("--drain = "));
  EXPECT_THAT(said({"--workers", "many"}), HasSubstr("--workers"));
  EXPECT_THAT(said({"--nothing"}), HasSubstr("--nothing"));
}

TEST(Tuned, SaysWhichCertificateCannotBeRead) {
  Program program({"--tls-cert", "/nowhere/tls.crt", "--tls-key", "/nowhere/tls.key"});
  EXPECT_THAT(program.ReadUntil("never said"), HasSubstr("--tls-cert = \"/nowhere/tls.crt\": cannot be read"));
  EXPECT_EQ(program.ExitCode(), 1);
}

TEST(Tuned, AnswersAndGoesDownWhenToldTo) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Program program({"--listen", "127.0.0.1:0"});
    const std::string address = program.Address();
    const auto stub = v1::Tuner::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    v1::RecommendResponse response;
    EXPECT_TRUE(stub->Recommend(&context, RequestFor(DrowningJob()), &response).ok());
    program.Signal(signal);
    EXPECT_THAT(program.ReadUntil("never said"), HasSubstr(R"("event":"down")"));
    EXPECT_EQ(program.ExitCode(), 0);
  }
}

}  // namespace
}  // namespace tune
