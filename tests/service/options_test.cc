#include "service/server/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

using testing::HasSubstr;

ServerOptions Listening(const std::string& address) {
  ServerOptions options;
  options.listen = {address};
  return options;
}

TEST(ServerOptions, PlainTextIsForThisMachineAlone) {
  for (const char* local : {"127.0.0.1:7070", "127.8.9.10:0", "[::1]:7070", "localhost:7070", "unix:/run/x.sock"}) {
    EXPECT_TRUE(IsLocal(local)) << local;
    EXPECT_TRUE(CheckOptions(Listening(local)).ok()) << CheckOptions(Listening(local));
  }
  // 127.0.0.1.example.org is a name that anybody may point anywhere.
  for (const char* remote :
       {"0.0.0.0:7070", "[::]:7070", "10.1.2.3:7070", "127.0.0.1.example.org:7070", "127.1:7070", "127.0.0.256:7070"}) {
    EXPECT_FALSE(IsLocal(remote)) << remote;
    EXPECT_THAT(CheckOptions(Listening(remote)).message(), HasSubstr("only a loopback address or a unix socket"));
  }
}

TEST(ServerOptions, WithACertificateAnyAddressWillDo) {
  ServerOptions options = Listening("0.0.0.0:7070");
  options.tls = {"tls.crt", "tls.key", ""};
  EXPECT_TRUE(CheckOptions(options).ok());
}

TEST(ServerOptions, AreRefusedAllAtOnce) {
  ServerOptions options;
  options.listen = {"here", "::1:7070", "127.0.0.1:65536", "unix:"};
  options.tls.key = "tls.key";
  options.metrics = "9464";
  options.max_message_mib = 65;
  options.workers = 0;
  options.admission.burst = 0;
  options.drain = absl::Seconds(-1);
  const std::string message(CheckOptions(options).message());
  for (const char* part :
       {"--listen = \"here\"", "--listen = \"::1:7070\"", "--listen = \"127.0.0.1:65536\"", "--listen = \"unix:\"",
        "--tls-cert = absent", "--metrics = \"9464\"", "--max-message-mib = 65; allowed: [1, 64]", "--workers = 0",
        "--burst = 0", "--drain = -1s"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST(ServerOptions, ACaWithoutACertificateIsRefused) {
  ServerOptions options;
  options.tls.client_ca = "ca.crt";
  EXPECT_THAT(CheckOptions(options).message(), HasSubstr("--client-ca = \"ca.crt\""));
}

}  // namespace
}  // namespace tune
