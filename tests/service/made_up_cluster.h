// FlinkDeployments at a real API server, an operator that is made up, and samples that ask for another size.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/rollout/field_look.h"
#include "tests/kube/api_server.h"
#include "tests/rollout/made_up_operator.h"
#include "tests/support/steady_job.h"
#include "tests/support/temporary_folder.h"
#include "tune/v1/service.pb.h"

namespace tune {

class MadeUpCluster : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    ns_ = server_->NewNamespace();
    client_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
    operator_ = std::make_unique<MadeUpOperator>(*client_, ns_);
  }

  // As one that people run: HA, a pod template with a sidecar, an ingress.
  static nlohmann::json Deployment(const std::string& name, const std::string& mode) {
    return {
        {"apiVersion", "flink.apache.org/v1beta1"},
        {"kind", "FlinkDeployment"},
        {"metadata", {{"name", name}, {"annotations", {{"tune.dev/mode", mode}, {"team", "orders"}}}}},
        {"spec",
         {{"image", "flink:1.20"},
          {"flinkVersion", "v1_20"},
          {"serviceAccount", "flink"},
          {"flinkConfiguration",
           {{"taskmanager.numberOfTaskSlots", "1"},
            {"high-availability.type", "kubernetes"},
            {"high-availability.storageDir", "s3://ha"}}},
          {"ingress", {{"template", absl::StrCat(name, ".flink.example.com")}}},
          {"podTemplate",
           {{"spec", {{"containers", {{{"name", "flink-main-container"}}, {{"name", "log"}, {"image", "log:1"}}}}}}}},
          {"jobManager", {{"resource", {{"memory", "1g"}, {"cpu", 0.5}}}, {"replicas", 1}}},
          {"taskManager", {{"resource", {{"memory", "2g"}, {"cpu", 1}}}}},
          {"job", {{"jarURI", "local:///job.jar"}, {"parallelism", 2}, {"upgradeMode", "savepoint"}}}}}};
  }

  static bool Eventually(const std::function<bool()>& holds, absl::Duration timeout = absl::Seconds(60)) {
    for (const absl::Time end = absl::Now() + timeout; absl::Now() < end; absl::SleepFor(absl::Milliseconds(50))) {
      if (holds()) return true;
    }
    return false;
  }
  std::string PathOfJob(const std::string& name) const { return *PathOf(kFlinkDeployments, ns_, name); }
  nlohmann::json Get(const std::string& name) const {
    return nlohmann::json::parse(*client_->Get(PathOfJob(name), absl::Seconds(30)));
  }
  int64_t GenerationOf(const std::string& name) const { return Get(name)["metadata"]["generation"]; }
  void CreateDeployment(const std::string& name, Fate fate, const std::string& mode) {
    operator_->Set(name, fate);
    const auto made = client_->Post(PathOfJob(""), Deployment(name, mode).dump(), absl::Seconds(30));
    ASSERT_TRUE(made.ok()) << made.status();
    ASSERT_TRUE(Eventually([&] { return Get(name)["status"]["lifecycleState"] == "STABLE"; }));
  }
  v1::JobRef Job(const std::string& name) const {
    v1::JobRef job;
    job.set_namespace_(ns_);
    job.set_name(name);
    return job;
  }
  // Half an hour up to now: 900 records/s at 2 ms keep 1.8 subtasks of two busy. The same again adds nothing, but that
  // the job is judged again.
  v1::PushSamplesRequest PushOf(const std::string& name) const {
    v1::PushSamplesRequest push = push_;
    *push.mutable_job() = Job(name);
    return push;
  }
  v1::ApplyRequest Wish(const std::string& name) const {
    v1::ApplyRequest request;
    *request.mutable_job() = Job(name);
    request.set_force(true);
    for (const char* kind : {"failed-before", "flapping", "budget"}) request.add_waive(kind);
    return request;
  }

  TemporaryFolder folder_;
  std::string ns_;
  std::unique_ptr<KubeClient> client_;
  std::unique_ptr<MadeUpOperator> operator_;

 private:
  SteadyJob steady_{0.002};
  const v1::PushSamplesRequest push_ =
      steady_.Push({}, steady_.Run(absl::Now() - absl::Minutes(30), absl::Minutes(30), 900, 2));
};

}  // namespace tune
