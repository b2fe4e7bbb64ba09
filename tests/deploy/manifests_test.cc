// What service/deploy says, against what tuned is.
#include "tests/deploy/manifests.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/kube/child.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

using testing::Contains;
using testing::HasSubstr;
using Texts = std::vector<std::string>;

class DeployManifests : public testing::Test {
 protected:
  void SetUp() override {
    if (!Manifests::CanRender()) GTEST_SKIP() << "no kubectl: ./dev test builds it with .cache/kubebox";
  }
};

std::string PortOf(const std::string& address) { return address.substr(address.rfind(':') + 1); }

std::string HelpOfTuned() {
  const TemporaryFolder folder;
  Child tuned({TUNED_PATH, "--help"}, folder.File("log"));
  tuned.EndInput();
  return tuned.ReadAll();
}

TEST_F(DeployManifests, FlagsAreThoseThatTunedHas) {
  const std::string help = HelpOfTuned();
  for (const char* overlay : {"advise", "namespaced", "write", "namespaced-write"}) {
    for (const std::string& argument : Manifests::OfOverlay(overlay).Arguments()) {
      const std::string flag = argument.substr(0, argument.find('='));
      EXPECT_THAT(help, HasSubstr(absl::StrCat("\n  ", flag, " "))) << overlay;
    }
  }
}

TEST_F(DeployManifests, WhatWritesHasOneFlagMore) {
  for (const char* overlay : {"advise", "namespaced"}) {
    Texts want = Manifests::OfOverlay(overlay).Arguments();
    want.push_back("--write");
    const std::string writes = overlay == std::string("advise") ? "write" : "namespaced-write";
    EXPECT_EQ(Manifests::OfOverlay(writes).Arguments(), want);
  }
}

TEST_F(DeployManifests, PortsAreOneAndTheSameEverywhere) {
  const Manifests all = Manifests::OfOverlay("advise");
  std::map<std::string, std::string> ports;
  for (const YAML::Node& port : all.Container()["ports"]) {
    ports[port["name"].as<std::string>()] = port["containerPort"].as<std::string>();
  }
  EXPECT_EQ(ports.at("grpc"), PortOf(all.Argument("--listen")));
  EXPECT_EQ(ports.at("metrics"), PortOf(all.Argument("--metrics")));
  EXPECT_EQ(ports.size(), 2u);
  std::set<std::string> served, let_in;
  for (const YAML::Node& port : all.TheOne("Service")["spec"]["ports"]) {
    const std::string target = port["targetPort"].as<std::string>();
    served.insert(target);
    EXPECT_EQ(port["name"].as<std::string>(), target);
    EXPECT_EQ(port["port"].as<std::string>(), ports.at(target));
  }
  for (const YAML::Node& rule : all.TheOne("NetworkPolicy")["spec"]["ingress"]) {
    EXPECT_TRUE(rule["from"].IsDefined()) << "not from everywhere";
    for (const YAML::Node& port : rule["ports"]) let_in.insert(port["port"].as<std::string>());
  }
  EXPECT_EQ(served, (std::set<std::string>{"grpc", "metrics"}));
  EXPECT_EQ(let_in, served);
  const YAML::Node container = all.Container();
  EXPECT_EQ(container["startupProbe"]["tcpSocket"]["port"].as<std::string>(), "grpc");
  EXPECT_EQ(container["readinessProbe"]["tcpSocket"]["port"].as<std::string>(), "grpc");
  EXPECT_EQ(container["livenessProbe"]["httpGet"]["port"].as<std::string>(), "metrics");
}

TEST_F(DeployManifests, WhatSelectsPodsSelectsThisOne) {
  for (const std::string& overlay : kOverlays) {
    const Manifests all = Manifests::OfOverlay(overlay);
    const YAML::Node spec = all.TheOne("Deployment")["spec"];
    const auto labels = spec["template"]["metadata"]["labels"].as<std::map<std::string, std::string>>();
    using Labels = std::map<std::string, std::string>;
    EXPECT_EQ(spec["selector"]["matchLabels"].as<Labels>(), labels);
    EXPECT_EQ(all.TheOne("Service")["spec"]["selector"].as<Labels>(), labels);
    EXPECT_EQ(all.TheOne("PodDisruptionBudget")["spec"]["selector"]["matchLabels"].as<Labels>(), labels);
    EXPECT_EQ(all.TheOne("NetworkPolicy")["spec"]["podSelector"]["matchLabels"].as<Labels>(), labels);
    EXPECT_EQ(spec["template"]["spec"]["serviceAccountName"].as<std::string>(),
              all.TheOne("ServiceAccount")["metadata"]["name"].as<std::string>());
  }
}

// One file, one writer; and what is written is acknowledged before the pod goes.
TEST_F(DeployManifests, OneProcessHasTheStoreAndRoomForIt) {
  const Manifests all = Manifests::OfOverlay("advise");
  const YAML::Node spec = all.TheOne("Deployment")["spec"];
  EXPECT_EQ(spec["replicas"].as<int>(), 1);
  EXPECT_EQ(spec["strategy"]["type"].as<std::string>(), "Recreate");
  constexpr double kDrain = 20;  // --drain, where it is not given
  EXPECT_GE(spec["template"]["spec"]["terminationGracePeriodSeconds"].as<double>(), 1.5 * kDrain);
  const YAML::Node claim = all.TheOne("PersistentVolumeClaim");
  const std::string size = claim["spec"]["resources"]["requests"]["storage"].as<std::string>();
  double gib = 0, most_mib = 0;
  ASSERT_TRUE(absl::EndsWith(size, "Gi") && absl::SimpleAtod(size.substr(0, size.size() - 2), &gib));
  ASSERT_TRUE(absl::SimpleAtod(all.Argument("--most-store-mib"), &most_mib));
  EXPECT_LE(most_mib + 1024, gib * 1024);
  std::map<std::string, std::string> volumes;  // name -> what it is
  for (const YAML::Node& volume : spec["template"]["spec"]["volumes"]) {
    const YAML::Node claimed = volume["persistentVolumeClaim"];
    volumes[volume["name"].as<std::string>()] =
        (claimed ? claimed["claimName"] : volume["secret"]["secretName"]).as<std::string>();
  }
  EXPECT_EQ(volumes.at("store"), claim["metadata"]["name"].as<std::string>());
  for (const YAML::Node& mount : all.Container()["volumeMounts"]) {
    const std::string path = mount["mountPath"].as<std::string>() + "/";
    const bool is_store = mount["name"].as<std::string>() == "store";
    for (const char* flag : {"--store", "--tls-cert", "--tls-key"}) {
      EXPECT_EQ(absl::StartsWith(all.Argument(flag), path), is_store == (flag == std::string("--store"))) << flag;
    }
    EXPECT_FALSE(mount["subPath"].IsDefined()) << "would not be renewed";
  }
}

// tuned's flags, the rights in each namespace, and the right to see the namespace itself.
TEST_F(DeployManifests, SingleNamespacesAreTheSameEverywhere) {
  for (const char* overlay : {"namespaced", "namespaced-write"}) {
    const Manifests all = Manifests::OfOverlay(overlay);
    std::set<std::string> flags, bindings, names;
    for (const std::string& argument : all.Arguments()) {
      if (absl::StartsWith(argument, "--namespace=")) flags.insert(argument.substr(argument.find('=') + 1));
    }
    for (const YAML::Node& binding : all.OfKind("RoleBinding")) {
      if (binding["metadata"]["name"].as<std::string>() == "tuned-lease") continue;
      bindings.insert(binding["metadata"]["namespace"].as<std::string>());
    }
    for (const YAML::Node& role : all.OfKind("ClusterRole")) {
      if (role["metadata"]["name"].as<std::string>() != "tuned-namespace-reader") continue;
      for (const YAML::Node& name : role["rules"][0]["resourceNames"]) names.insert(name.as<std::string>());
    }
    EXPECT_EQ(flags, (std::set<std::string>{"team-a", "team-b"})) << overlay;
    EXPECT_EQ(bindings, flags) << overlay;
    EXPECT_EQ(names, flags) << overlay;
  }
}

TEST_F(DeployManifests, NoRightIsAWildcardOrASecret) {
  for (const std::string& overlay : kOverlays) {
    const Manifests all = Manifests::OfOverlay(overlay);
    std::vector<YAML::Node> roles = all.OfKind("Role");
    for (const YAML::Node& role : all.OfKind("ClusterRole")) roles.push_back(role);
    EXPECT_GE(roles.size(), 2u);
    for (const YAML::Node& role : roles) {
      for (const YAML::Node& rule : role["rules"]) {
        for (const char* part : {"apiGroups", "resources", "verbs"}) {
          for (const std::string& word : rule[part].as<Texts>()) {
            EXPECT_THAT(word, testing::Not(HasSubstr("*"))) << overlay;
            EXPECT_NE(word, "secrets") << overlay;
          }
        }
      }
    }
  }
}

TEST_F(DeployManifests, ComponentsFitEveryOverlay) {
  for (const std::string& overlay : kOverlays) {
    const Manifests all = Manifests::Over(absl::StrCat("resources: [DEPLOY/overlays/", overlay,
                                                       "]\ncomponents: [DEPLOY/components/cert-manager, "
                                                       "DEPLOY/components/service-monitor]\n"));
    const YAML::Node monitor = all.TheOne("ServiceMonitor");
    EXPECT_EQ(monitor["spec"]["endpoints"][0]["port"].as<std::string>(), "metrics");
    EXPECT_EQ(monitor["spec"]["endpoints"][0]["path"].as<std::string>(),
              all.Container()["livenessProbe"]["httpGet"]["path"].as<std::string>());
    const auto wanted = monitor["spec"]["selector"]["matchLabels"].as<std::map<std::string, std::string>>();
    const auto labels = all.TheOne("Service")["metadata"]["labels"].as<std::map<std::string, std::string>>();
    for (const auto& label : wanted) EXPECT_THAT(labels, Contains(label));
    Texts secrets;
    for (const YAML::Node& certificate : all.OfKind("Certificate")) {
      secrets.push_back(certificate["spec"]["secretName"].as<std::string>());
    }
    const YAML::Node volumes = all.TheOne("Deployment")["spec"]["template"]["spec"]["volumes"];
    EXPECT_THAT(secrets, Contains(volumes[1]["secret"]["secretName"].as<std::string>()));
  }
}

// As README.md says: another namespace and another image are two lines of a kustomization.
TEST_F(DeployManifests, MayStandInAnotherNamespaceAndHaveAnotherImage) {
  const Manifests all = Manifests::Over(
      "resources: [DEPLOY/overlays/write]\nnamespace: platform\n"
      "images: [{name: tuned, newName: registry.example.com/tuned, newTag: 1.2.3}]\n");
  EXPECT_EQ(all.Container()["image"].as<std::string>(), "registry.example.com/tuned:1.2.3");
  EXPECT_EQ(all.TheOne("Namespace")["metadata"]["name"].as<std::string>(), "platform");
  int subjects = 0;
  for (const YAML::Node& object : all.objects()) {
    EXPECT_EQ(object["metadata"]["namespace"].as<std::string>("platform"), "platform") << object["kind"];
    for (const YAML::Node& subject : object["subjects"]) {
      EXPECT_EQ(subject["namespace"].as<std::string>(), "platform") << object["metadata"]["name"];
      ++subjects;
    }
  }
  EXPECT_EQ(subjects, 4);
}

Texts WordsBetween(const std::string& text, const std::string& begin, const std::string& end) {
  const size_t at = text.find(begin);
  EXPECT_NE(at, std::string::npos) << begin;
  if (at == std::string::npos) return {};
  const size_t from = at + begin.size();
  Texts words =
      absl::StrSplit(text.substr(from, text.find(end, from) - from), absl::ByAnyChar(" \n\\"), absl::SkipEmpty());
  std::sort(words.begin(), words.end());
  return words;
}

TEST(DeployContainerfile, InstallsWhatTheBuildNeeds) {
  Texts want;
  const std::set<std::string> no_part_of_it = {"ccache",           "git",
                                               "openssl",          "libgtest-dev",
                                               "libgmock-dev",     "librapidcheck-dev",
                                               "libbenchmark-dev", "libbenchmark-tools"};
  for (const std::string& word : WordsBetween(TextOfFile(".ci/packages.sh"), "BUILD_PACKAGES=(", ")")) {
    if (!no_part_of_it.contains(word)) want.push_back(word);
  }
  EXPECT_EQ(WordsBetween(TextOfFile("service/deploy/Containerfile"), "--no-install-recommends", "\nRUN"), want);
}

TEST(DeployContainerfile, IsWhatTheDeploymentRuns) {
  const std::string recipe = TextOfFile("service/deploy/Containerfile");
  const YAML::Node deployment = YAML::LoadFile("service/deploy/base/deployment.yaml");
  const YAML::Node pod = deployment["spec"]["template"]["spec"];
  EXPECT_EQ(pod["containers"][0]["image"].as<std::string>(), "tuned:" PROJECT_VERSION);
  EXPECT_THAT(recipe, HasSubstr("-t tuned:" PROJECT_VERSION " "));
  const std::string user = pod["securityContext"]["runAsUser"].as<std::string>();
  EXPECT_THAT(recipe, HasSubstr(absl::StrCat("\nUSER ", user, ":", user, "\n")));
  EXPECT_THAT(recipe, HasSubstr(absl::StrCat("--uid ", user, " ")));
  const Texts protos = WordsBetween(TextOfFile(".ci/packages.sh"), "\nGOOGLEAPIS=", "#");
  ASSERT_EQ(protos.size(), 1u);
  EXPECT_THAT(recipe, HasSubstr(absl::StrCat("googleapis-common-protos==", protos.front(), "\n")));
}

}  // namespace
}  // namespace tune
