// A real Kubernetes API server on loopback (tests/lab/kubebox), one for each test program, with the definitions of
// FlinkDeployment and FlinkSessionJob in it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/kube/child.h"

namespace tune {

class ApiServer {
 public:
  // Started by the first call, gone at the program's end; nullptr where kubebox was not built.
  static ApiServer* Get();
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  const std::string& url() const { return url_; }  // https://127.0.0.1:PORT
  const std::string& ca_file() const { return ca_file_; }
  const std::string& kubeconfig() const { return kubeconfig_; }  // a file: the administrator's, by client certificate
  const std::string& admin_token() const { return admin_token_; }
  const std::string& folder() const { return folder_; }  // of this run, for files of the test's own

  // As the administrator; the test fails if kubectl does. What it printed.
  std::string Kubectl(const std::vector<std::string>& words, const std::string& input = "") const;
  void Apply(const std::string& manifest) const { Kubectl({"apply", "--server-side", "-f", "-"}, manifest); }
  // A new namespace, with a name of its own.
  std::string NewNamespace() const;
  // A token for a ServiceAccount that is made if it is not there.
  std::string TokenFor(const std::string& ns, const std::string& account) const;
  // Lets a ServiceAccount read `resources` ("configmaps", "flinkdeployments.flink.apache.org") of its namespace.
  void LetRead(const std::string& ns, const std::string& account, const std::string& resources) const {
    Let(ns, account, "get,list,watch", resources);
  }
  // Lets it do `verbs` ("get,update") with them.
  void Let(const std::string& ns, const std::string& account, const std::string& verbs,
           const std::string& resources) const;

  void Kill() { Command("kill"); }        // at once; what is stored stays
  void Start() { Command("start"); }      // again, at the same address; it is ready when this returns
  void Compact() { Command("compact"); }  // etcd forgets all versions but the newest

 private:
  ApiServer(std::string folder, std::unique_ptr<Child> box);
  void Command(const std::string& command);

  std::string folder_;
  std::unique_ptr<Child> box_;
  std::string url_, ca_file_, kubeconfig_, admin_token_;
};

// Tests that are skipped where there is no API server.
class ApiServerTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = ApiServer::Get();
    if (server_ == nullptr) GTEST_SKIP() << "no .cache/kubebox: ./dev test builds it where Go and Maven can be had";
  }
  ApiServer* server_ = nullptr;
};

}  // namespace tune
