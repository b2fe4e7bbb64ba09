#include "tests/kube/api_server.h"

#include <simdjson.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

constexpr char kBox[] = ".cache/kubebox";

std::string TextOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

ApiServer* ApiServer::Get() {
  if (!fs::exists(fs::path(kBox) / "key")) return nullptr;
  static std::unique_ptr<ApiServer> running;
  if (running != nullptr) return running.get();
  std::string folder = testing::TempDir() + "kubebox-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  const std::string crds = absl::StrCat(kBox, "/crds/META-INF/fabric8/");
  auto box =
      std::make_unique<Child>(std::vector<std::string>{absl::StrCat(kBox, "/kubebox"), "up", "--dir", folder, "--apply",
                                                       crds + "flinkdeployments.flink.apache.org-v1.yml", "--apply",
                                                       crds + "flinksessionjobs.flink.apache.org-v1.yml"},
                              folder + "/up.log");
  running.reset(new ApiServer(folder, std::move(box)));
  return running.get();
}

ApiServer::ApiServer(std::string folder, std::unique_ptr<Child> box)
    : folder_(std::move(folder)), box_(std::move(box)) {
  const std::string line = box_->ReadLine(absl::Minutes(4)).value_or("");
  simdjson::dom::parser parser;
  simdjson::dom::element said;
  EXPECT_EQ(parser.parse(line).get(said), simdjson::SUCCESS) << TextOf(folder_ + "/up.log");
  const auto text = [&said](const char* key) {
    std::string_view value;
    EXPECT_EQ(said[key].get(value), simdjson::SUCCESS) << key;
    return std::string(value);
  };
  url_ = text("server");
  ca_file_ = text("ca");
  kubeconfig_ = text("kubeconfig");
  admin_token_ = TextOf(text("adminTokenFile"));
}

ApiServer::~ApiServer() {
  box_.reset();
  fs::remove_all(folder_);
}

std::string ApiServer::Kubectl(const std::vector<std::string>& words, const std::string& input) const {
  std::vector<std::string> all = {absl::StrCat(kBox, "/kubectl"), "--kubeconfig=" + kubeconfig_};
  all.insert(all.end(), words.begin(), words.end());
  const std::string log = folder_ + "/kubectl.log";
  Child kubectl(all, log);
  kubectl.Write(input);
  kubectl.EndInput();
  std::string out = kubectl.ReadAll();
  EXPECT_EQ(kubectl.Wait(absl::Seconds(60)), 0) << "kubectl " << words.front() << ": " << TextOf(log);
  return out;
}

std::string ApiServer::NewNamespace() const {
  static std::atomic<int> count = 0;
  const std::string name = absl::StrCat("test-", ++count);
  Kubectl({"create", "namespace", name});
  return name;
}

std::string ApiServer::TokenFor(const std::string& ns, const std::string& account) const {
  Apply(absl::StrCat("{apiVersion: v1, kind: ServiceAccount, metadata: {name: ", account, ", namespace: ", ns, "}}"));
  std::string token = Kubectl({"--namespace", ns, "create", "token", account});
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

void ApiServer::Let(const std::string& ns, const std::string& account, const std::string& verbs,
                    const std::string& resources) const {
  Kubectl({"--namespace", ns, "create", "role", account, "--verb=" + verbs, "--resource=" + resources});
  Kubectl({"--namespace", ns, "create", "rolebinding", account, "--role=" + account,
           absl::StrCat("--serviceaccount=", ns, ":", account)});
}

void ApiServer::Command(const std::string& command) {
  box_->Write(command + "\n");
  EXPECT_EQ(box_->ReadLine(absl::Minutes(3)).value_or("the box has gone"), "ok") << command;
}

}  // namespace tune
