// The optional components at an API server that knows their kinds.
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/kube/client.h"
#include "tests/deploy/manifests.h"
#include "tests/kube/api_server.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

constexpr char kDefinitions[] = ".cache/operator-crds";

class DeployComponentsApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    if (!std::filesystem::exists(absl::StrCat(kDefinitions, "/key"))) {
      GTEST_SKIP() << "no " << kDefinitions << ": ./dev test fetches it where Go's modules can be had";
    }
    client_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
  }
  bool Serves(const std::string& path) const {
    for (const absl::Time end = absl::Now() + absl::Seconds(60); absl::Now() < end;
         absl::SleepFor(absl::Milliseconds(50))) {
      if (client_->Get(path, absl::Seconds(30)).ok()) return true;
    }
    return false;
  }

  std::unique_ptr<KubeClient> client_;
};

TEST_F(DeployComponentsApi, AreTakenByTheirDefinitionsFieldByField) {
  for (const auto& file : std::filesystem::directory_iterator(kDefinitions)) {
    if (file.path().extension() == ".yaml") server_->Apply(TextOfFile(file.path().string()));
  }
  for (const char* kind :
       {"monitoring.coreos.com/v1/servicemonitors", "cert-manager.io/v1/certificates", "cert-manager.io/v1/issuers"}) {
    ASSERT_TRUE(Serves(absl::StrCat("/apis/", kind))) << kind;
  }
  const Manifests all = Manifests::Over(
      "resources: [DEPLOY/overlays/write]\n"
      "components: [DEPLOY/components/cert-manager, DEPLOY/components/service-monitor]\n");
  server_->Kubectl({"apply", "--validate=strict", "--filename=-"}, all.text());
  EXPECT_EQ(server_->Kubectl({"diff", "--filename=-"}, all.text()), "") << "nothing was dropped";
  EXPECT_EQ(server_->Kubectl({"--namespace=tuned", "get", "certificates,issuers,servicemonitors", "--output=name"}),
            "certificate.cert-manager.io/tuned-ca\ncertificate.cert-manager.io/tuned-tls\n"
            "issuer.cert-manager.io/tuned-ca\nissuer.cert-manager.io/tuned-self-signed\n"
            "servicemonitor.monitoring.coreos.com/tuned\n");
}

}  // namespace
}  // namespace tune
