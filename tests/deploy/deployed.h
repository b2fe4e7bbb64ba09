// A real API server to which service/deploy is applied.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/kube/client.h"
#include "tests/kube/api_server.h"

namespace tune {

// Namespaces team-a to team-c are there; what one test's overlay allows is gone before the next one.
class Deployed : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    admin_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
    for (const char* ns : {"team-a", "team-b", "team-c"}) {
      server_->Apply(absl::StrCat("{apiVersion: v1, kind: Namespace, metadata: {name: ", ns, "}}"));
    }
  }
  // The next overlay's rights are its own.
  void TearDown() override {
    if (IsSkipped()) return;
    for (const char* kinds :
         {"clusterroles,clusterrolebindings,validatingadmissionpolicybindings", "roles,rolebindings"}) {
      server_->Kubectl({"delete", kinds, "--all-namespaces", "--selector=app.kubernetes.io/name=tuned"});
    }
  }

  static bool Eventually(const std::function<bool()>& holds) {
    for (const absl::Time end = absl::Now() + absl::Seconds(60); absl::Now() < end;
         absl::SleepFor(absl::Milliseconds(50))) {
      if (holds()) return true;
    }
    return false;
  }
  std::string Deploy(const std::string& overlay) const {
    return server_->Kubectl({"apply", "--kustomize", "service/deploy/overlays/" + overlay});
  }
  std::string Token(const std::string& ns, const std::string& account) const {
    const std::string token = server_->Kubectl({"--namespace", ns, "create", "token", account});
    return token.substr(0, token.find('\n'));
  }
  std::unique_ptr<KubeClient> ClientOf(const std::string& token) const {
    KubeConfig config;
    config.server = server_->url();
    config.ca.file = server_->ca_file();
    config.token = token;
    return *KubeClient::Create(config);
  }
  std::unique_ptr<KubeClient> Tuned() const { return ClientOf(Token("tuned", "tuned")); }

  std::unique_ptr<KubeClient> admin_;
};

}  // namespace tune
