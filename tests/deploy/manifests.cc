#include "tests/deploy/manifests.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "tests/kube/child.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

constexpr char kKubectl[] = ".cache/kubebox/kubectl";

}  // namespace

bool Manifests::CanRender() { return fs::exists(kKubectl); }

Manifests::Manifests(const std::string& folder) {
  const TemporaryFolder log;
  Child kubectl({kKubectl, "kustomize", folder}, log.File("log"));
  kubectl.EndInput();
  text_ = kubectl.ReadAll();
  EXPECT_EQ(kubectl.Wait(absl::Seconds(60)), 0) << folder << ": " << TextOfFile(log.File("log"));
  objects_ = YAML::LoadAll(text_);
}

Manifests Manifests::Over(const std::string& kustomization) {
  const TemporaryFolder folder;
  const fs::path way = fs::relative("service/deploy", fs::canonical(folder.File("")));
  std::ofstream(folder.File("kustomization.yaml"))
      << "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
      << absl::StrReplaceAll(kustomization, {{"DEPLOY", way.string()}});
  return Manifests(folder.File(""));
}

std::vector<YAML::Node> Manifests::OfKind(const std::string& kind) const {
  std::vector<YAML::Node> found;
  for (const YAML::Node& object : objects_) {
    if (object["kind"].as<std::string>() == kind) found.push_back(object);
  }
  return found;
}

YAML::Node Manifests::TheOne(const std::string& kind) const {
  const std::vector<YAML::Node> found = OfKind(kind);
  EXPECT_EQ(found.size(), 1u) << kind;
  return found.empty() ? YAML::Node(YAML::NodeType::Map) : found.front();
}

YAML::Node Manifests::Container() const {
  const YAML::Node containers = TheOne("Deployment")["spec"]["template"]["spec"]["containers"];
  EXPECT_EQ(containers.size(), 1u);
  return containers[0];
}

std::vector<std::string> Manifests::Arguments() const { return Container()["args"].as<std::vector<std::string>>(); }

std::string Manifests::Argument(const std::string& flag) const {
  std::vector<std::string> values;
  for (const std::string& argument : Arguments()) {
    if (absl::StartsWith(argument, flag + "=")) values.push_back(argument.substr(flag.size() + 1));
  }
  EXPECT_EQ(values.size(), 1u) << flag;
  return values.empty() ? "" : values.front();
}

}  // namespace tune
