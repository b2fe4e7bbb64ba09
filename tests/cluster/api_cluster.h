// A view of a real API server, and objects to put there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/cluster/cluster_view.h"
#include "tests/kube/api_server.h"

namespace tune {

class ApiClusterTest : public ApiServerTest {
 protected:
  static constexpr absl::Duration kTime = absl::Seconds(60);

  void SetUp() override {
    ApiServerTest::SetUp();
    if (server_ == nullptr) return;
    ns_ = server_->NewNamespace();
    client_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
  }

  static bool Eventually(const std::function<bool()>& holds) {
    for (const absl::Time end = absl::Now() + kTime; absl::Now() < end; absl::SleepFor(absl::Milliseconds(10))) {
      if (holds()) return true;
    }
    return false;
  }

  std::unique_ptr<ClusterView> View(KubeClient& client, std::vector<std::string> namespaces,
                                    const ClusterView::JobListener& listener = nullptr) const {
    ClusterViewOptions options;
    options.namespaces = std::move(namespaces);
    options.informers.most_wait = absl::Seconds(1);
    auto view = ClusterView::Start(client, options, listener);
    EXPECT_TRUE(view.ok()) << view.status();
    return *std::move(view);
  }

  void Kubectl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--namespace", ns_});
    server_->Kubectl(words);
  }
  void Create(const KubeResource& resource, const std::string& ns, const std::string& text) {
    const auto made = client_->Post(*PathOf(resource, ns, ""), text, kTime);
    EXPECT_TRUE(made.ok()) << made.status();
  }

  // With JobManager 0.5 cores and 1 GiB, two slots, and TaskManagers of 1 core and 2 GiB.
  static std::string DeploymentText(const std::string& name, int parallelism, const std::string& more_spec = "") {
    return absl::StrCat(R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment","metadata":{"name":")",
                        name,
                        R"("},"spec":{"image":"flink:1.20","flinkVersion":"v1_20","serviceAccount":"flink",
        "flinkConfiguration":{"taskmanager.numberOfTaskSlots":"2","high-availability.type":"kubernetes"},
        "jobManager":{"resource":{"memory":"1g","cpu":0.5}},"taskManager":{"resource":{"memory":"2g","cpu":1}})",
                        more_spec,
                        parallelism == 0 ? ""
                                         : absl::StrCat(R"(,"job":{"jarURI":"local:///job.jar",
        "upgradeMode":"stateless","parallelism":)",
                                                        parallelism, "}"),
                        "}}");
  }
  void CreateDeployment(const std::string& name, int parallelism, const std::string& more_spec = "") {
    Create({"flink.apache.org", "v1beta1", "flinkdeployments"}, ns_, DeploymentText(name, parallelism, more_spec));
  }
  void SetStatus(const std::string& kind, const std::string& name, const std::string& status) const {
    Kubectl({"patch", kind, name, "--subresource=status", "--type=merge",
             absl::StrCat("--patch={\"status\":", status, "}")});
  }

  std::string ns_;
  std::unique_ptr<KubeClient> client_;
};

}  // namespace tune
