#include "service/kube/kube_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "service/kube/token.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;

class KubeConfigTest : public testing::Test {
 protected:
  KubeConfigTest() : folder_(testing::TempDir() + "kube-config-" + std::to_string(getpid())) {
    std::filesystem::create_directory(folder_);
  }
  ~KubeConfigTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }
  // A kubeconfig with one cluster and one user.
  absl::StatusOr<KubeConfig> Read(const std::string& cluster, const std::string& user) const {
    return ReadKubeConfig(Write("config", absl::StrCat("contexts: [{name: x, context: {cluster: c, user: u}}]\n",
                                                       "current-context: x\nclusters: [{name: c, cluster: {", cluster,
                                                       "}}]\nusers: [{name: u, user: {", user, "}}]\n")),
                          "");
  }

  const std::string folder_;
};

constexpr char kServer[] = "server: 'https://h:1'";

TEST_F(KubeConfigTest, TheContextChoosesClusterUserAndNamespace) {
  const std::string path = Write("config", R"(
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: a, user: u}}
- {name: two, context: {cluster: b, user: v, namespace: team}}
clusters:
- {name: a, cluster: {server: "https://a:6443/"}}
- {name: b, cluster: {server: "https://b:6443/k8s", certificate-authority: ca.pem, tls-server-name: kubernetes}}
users:
- {name: u, user: {token: one-token}}
- {name: v, user: {tokenFile: /run/token, token: not-this}}
)");
  const auto one = ReadKubeConfig(path, "");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->server, "https://a:6443");
  EXPECT_EQ(one->token, "one-token");
  EXPECT_EQ(one->ns, "default");
  const auto two = ReadKubeConfig(path, "two");
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(two->server, "https://b:6443/k8s");
  EXPECT_EQ(two->ca.file, folder_ + "/ca.pem") << "relative to the kubeconfig";
  EXPECT_EQ(two->tls_server_name, "kubernetes");
  EXPECT_EQ(two->token_file, "/run/token");
  EXPECT_EQ(two->token, "");
  EXPECT_EQ(two->ns, "team");
  EXPECT_EQ(ReadKubeConfig(path, "three").status().message(), path + ": no context \"three\"");
}

TEST_F(KubeConfigTest, DataComesBeforeFiles) {
  const auto config = Read(std::string(kServer) + ", certificate-authority-data: Q0E=, certificate-authority: x",
                           "client-certificate-data: Q0VSVA==, client-key-data: S0VZ");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->ca.data, "CA");
  EXPECT_EQ(config->ca.file, "");
  EXPECT_EQ(config->client_certificate.data, "CERT");
  EXPECT_EQ(config->client_key.data, "KEY");
}

TEST_F(KubeConfigTest, WhatCannotBeDoneIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"exec: {command: aws-iam-authenticator}", "exec \"aws-iam-authenticator\""},
      {"auth-provider: {name: gcp}", "auth-provider \"gcp\""},
      {"username: me, password: secret", "username"},
      {"token: t, as: somebody", "impersonation"},
  };
  for (const auto& [user, named] : cases) {
    const auto config = Read(kServer, user);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kUnimplemented) << user;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(named));
    EXPECT_THAT(std::string(config.status().message()), Not(HasSubstr("secret")));
  }
  EXPECT_EQ(Read("server: 'https://h:1', proxy-url: 'http://p:1'", "").status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST_F(KubeConfigTest, WrongValuesAreRefusedAndSecretsNotShown) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"server: h:1", "token: s3cret", "server = \"h:1\"; allowed: https://host:port"},
      {"server: 'https://u:s3cret@h:1?x'", "", "server"},
      {"server: 'http://h:1'", "token: s3cret", "with credentials only https://"},
      {kServer, "client-certificate: x", "both or neither"},
      {kServer, "client-certificate: x, client-key-data: 's3cret!'", "client-key-data = (not shown); allowed: base64"},
      {kServer, R"(token: "s3cret\nX-Remote-User: admin")", "user.token = (not shown)"},
      {kServer, "token: [s3cret]", "user.token = a list"},
      {std::string(kServer) + ", insecure-skip-tls-verify: 'yes'", "", "insecure-skip-tls-verify = \"yes\""},
  };
  for (const auto& [cluster, user, message] : cases) {
    const auto config = Read(cluster, user);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << cluster << user;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(message));
    if (cluster.find("s3cret") == std::string::npos) {
      EXPECT_THAT(std::string(config.status().message()), Not(HasSubstr("s3cret")));
    }
  }
}

TEST_F(KubeConfigTest, AbsentPartsAreNamed) {
  EXPECT_EQ(ReadKubeConfig(folder_ + "/none", "").status().code(), absl::StatusCode::kNotFound);
  for (const std::string text : {"", "[]", "a: 1", "current-context: x", "current-context: x\ncontexts: 3"}) {
    EXPECT_FALSE(ReadKubeConfig(Write("config", text), "").ok()) << text;
  }
}

TEST_F(KubeConfigTest, APodsCredentialsComeFromItsFiles) {
  EXPECT_EQ(ReadInClusterConfig(folder_).status().code(), absl::StatusCode::kFailedPrecondition);
  setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  EXPECT_EQ(ReadInClusterConfig(folder_).status().code(), absl::StatusCode::kFailedPrecondition);
  Write("token", "t");
  Write("ca.crt", "ca");
  Write("namespace", "team");
  const auto config = ReadInClusterConfig(folder_);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->server, "https://[fd00::1]:443");
  EXPECT_EQ(config->token_file, folder_ + "/token");
  EXPECT_EQ(config->ca.file, folder_ + "/ca.crt");
  EXPECT_EQ(config->ns, "team");
  unsetenv("KUBERNETES_SERVICE_HOST");
  unsetenv("KUBERNETES_SERVICE_PORT");
}

TEST_F(KubeConfigTest, ATokenFileIsReadAgainWhenItChanges) {
  const std::string file = Write("token", "one\n");
  TokenSource token("", file);
  EXPECT_EQ(*token.Get(), "one");
  Write("token", "second");
  EXPECT_EQ(*token.Get(), "second");
  EXPECT_FALSE(token.ChangedFrom("second"));
  EXPECT_TRUE(token.ChangedFrom("one"));
  std::filesystem::remove(file);
  EXPECT_EQ(*token.Get(), "second") << "the last one that was there";
}

TEST_F(KubeConfigTest, WhatIsNoTokenIsRefused) {
  EXPECT_EQ(TokenSource("", folder_ + "/none").Get().status().code(), absl::StatusCode::kNotFound);
  for (const std::string& text : {std::string(""), std::string("a\r\nX-Remote-User: admin"), std::string(70000, 'x')}) {
    EXPECT_EQ(TokenSource("", Write("token", text)).Get().status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace tune
