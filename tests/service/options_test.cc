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

TEST(ServerOptions, BeyondThisMachineCallersShowWhoTheyAre) {
  ServerOptions options = Listening("0.0.0.0:7070");
  options.tls = {"tls.crt", "tls.key", ""};
  EXPECT_THAT(CheckOptions(options).message(), HasSubstr("with --access open and no --client-ca"));
  options.tls.client_ca = "ca.crt";
  EXPECT_TRUE(CheckOptions(options).ok());
  options.tls.client_ca = "";
  options.cluster.follow = true;  // the cluster says who may
  EXPECT_TRUE(CheckOptions(options).ok());
  options.access = AccessMode::kOpen;
  EXPECT_FALSE(CheckOptions(options).ok());
}

TEST(ServerOptions, WhatIsAboutAClusterNeedsOne) {
  ServerOptions options;
  options.access = AccessMode::kCluster;
  options.cluster.namespaces = {"team-a"};
  const std::string message(CheckOptions(options).message());
  EXPECT_THAT(message, HasSubstr("--access = cluster"));
  EXPECT_THAT(message, HasSubstr("--namespace = \"team-a\""));
}

TEST(ServerOptions, TimesOfKeepingHaveBounds) {
  ServerOptions options;
  options.keeping.horizon = absl::Minutes(9);
  options.keeping.evaluate = absl::ZeroDuration();
  options.keeping.forget_after = absl::InfiniteDuration();
  options.keeping.most_jobs = 0;
  const std::string message(CheckOptions(options).message());
  for (const char* part : {"--horizon = 9m; allowed: [10m, 336h]", "--evaluate = 0", "--forget-after = inf",
                           "--most-jobs = 0; allowed: [1, 1000000]"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
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
