// The client against a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdio>
#include <fstream>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/kube/client.h"
#include "service/kube/resource.h"
#include "tests/kube/api_server.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kTime = absl::Seconds(30);
const KubeResource kConfigMaps = {"", "v1", "configmaps"};

class KubeApiClient : public ApiServerTest {
 protected:
  // By bearer token.
  KubeConfig ConfigFor(const std::string& token) const {
    KubeConfig config;
    config.server = server_->url();
    config.ca.file = server_->ca_file();
    config.token = token;
    return config;
  }
  static std::unique_ptr<KubeClient> ClientOf(const KubeConfig& config) {
    auto client = KubeClient::Create(config);
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }
};

TEST_F(KubeApiClient, TheAdministratorsKubeconfigOpensTheDoor) {
  const auto config = ReadKubeConfig(server_->kubeconfig(), "");
  ASSERT_TRUE(config.ok()) << config.status();
  const auto client = ClientOf(*config);
  const auto version = client->Get("/version", kTime);
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_THAT(*version, HasSubstr("v1.34"));
  const auto review = client->Post("/apis/authentication.k8s.io/v1/selfsubjectreviews",
                                   R"({"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"})", kTime);
  ASSERT_TRUE(review.ok()) << review.status();
  EXPECT_THAT(*review, HasSubstr("system:masters")) << "known by its client certificate";
}

TEST_F(KubeApiClient, ErrorsCarryTheServersReason) {
  const auto client = ClientOf(ConfigFor(server_->admin_token()));
  const auto path = PathOf(kConfigMaps, "default", "none");
  EXPECT_EQ(client->Get(*path, kTime).status().message(),
            "GET /api/v1/namespaces/default/configmaps/none: 404 NotFound: configmaps \"none\" not found");
  EXPECT_EQ(client->Get(*path, kTime).status().code(), absl::StatusCode::kNotFound);
  const std::string list = *PathOf(kConfigMaps, "default", "");
  const std::string map = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"twice"}})";
  EXPECT_TRUE(client->Post(list, map, kTime).ok());
  EXPECT_EQ(client->Post(list, map, kTime).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(client->Post(list, R"({"metadata":{"name":"NO"}})", kTime).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(client->Post(list, "{", kTime).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(KubeApiClient, WhoMayNotIsToldSo) {
  const std::string ns = server_->NewNamespace();
  const std::string token = server_->TokenFor(ns, "reader");
  server_->LetRead(ns, "reader", "configmaps");
  const auto client = ClientOf(ConfigFor(token));
  EXPECT_TRUE(client->Get(*PathOf(kConfigMaps, ns, ""), kTime).ok());
  EXPECT_EQ(client->Get(*PathOf({"", "v1", "secrets"}, ns, ""), kTime).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(client->Get(*PathOf(kConfigMaps, "default", ""), kTime).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(client->Post(*PathOf(kConfigMaps, ns, ""), "{}", kTime).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ClientOf(ConfigFor("nobodys"))->Get(*PathOf(kConfigMaps, ns, ""), kTime).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(KubeApiClient, ATokenThatIsReplacedInItsFileIsTaken) {
  const std::string ns = server_->NewNamespace();
  const std::string file = server_->folder() + "/rotated";
  const auto write = [&file](const std::string& token) { std::ofstream(file) << token; };
  KubeConfig config = ConfigFor("");
  config.token_file = file;
  const std::string path = *PathOf(kConfigMaps, ns, "");
  write(server_->TokenFor(ns, "reader"));
  const auto client = ClientOf(config);
  EXPECT_EQ(client->Get(path, kTime).status().code(), absl::StatusCode::kPermissionDenied);
  write(server_->admin_token());
  EXPECT_TRUE(client->Get(path, kTime).ok());
  EXPECT_EQ(client->connections(), 1) << "a new token needs no new connection";
  write("nobodys");
  EXPECT_EQ(client->Get(path, kTime).status().code(), absl::StatusCode::kUnauthenticated);
  write(server_->admin_token());
  EXPECT_TRUE(client->Get(path, kTime).ok());
}

TEST_F(KubeApiClient, OnlyTheClustersAuthorityIsTrusted) {
  KubeConfig config = ConfigFor(server_->admin_token());
  config.ca = {};
  absl::Status status = ClientOf(config)->Get("/version", kTime).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << "the system's authorities did not sign it";
  EXPECT_THAT(std::string(status.message()), HasSubstr("certificate"));
  config = ConfigFor(server_->admin_token());
  config.tls_server_name = "another.example";
  EXPECT_EQ(ClientOf(config)->Get("/version", kTime).status().code(), absl::StatusCode::kUnavailable);
  config.tls_server_name = "kubernetes.default.svc";
  EXPECT_TRUE(ClientOf(config)->Get("/version", kTime).ok()) << "a name that the certificate has";
}

// Sockets of this process that lead to the server, whoever opened them.
int SocketsTo(const std::string& url) {
  int port = 0, count = 0;
  EXPECT_TRUE(absl::SimpleAtoi(url.substr(url.rfind(':') + 1), &port));
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET &&
        ntohs(peer.sin_port) == port) {
      ++count;
    }
  }
  return count;
}

TEST_F(KubeApiClient, AllCallsShareOneConnectionWithTheWatches) {
  const auto client = ClientOf(ConfigFor(server_->admin_token()));
  const std::string path = *PathOf(kConfigMaps, "default", "");
  std::vector<std::unique_ptr<KubeStream>> watches;
  for (int i = 0; i < 20; ++i) {
    watches.push_back(*client->Open(path + "?watch=1&timeoutSeconds=60", absl::Seconds(90)));
  }
  for (const auto& watch : watches) EXPECT_TRUE(watch->WaitOpen());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 25; ++n) EXPECT_TRUE(client->Get(path, kTime).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(client->requests(), 20 + 8 * 25);
  EXPECT_EQ(client->connections(), 1);
  EXPECT_EQ(SocketsTo(server_->url()), 1);
}

}  // namespace
}  // namespace tune
