// tuned itself, started as the Deployment starts it, probed as the kubelet probes it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/cli/program.h"
#include "tests/deploy/deployed.h"
#include "tests/deploy/manifests.h"
#include "tests/kube/child.h"
#include "tests/support/certificates.h"

namespace tune {
namespace {

namespace fs = std::filesystem;
using testing::StartsWith;

std::vector<std::string> Lines(const std::string& text) { return absl::StrSplit(text, '\n', absl::SkipEmpty()); }

// A TCP socket on loopback.
class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int FreePort() {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    return ntohs(address.sin_port);
  }
  bool Connects(int port) {
    const sockaddr_in address = Loopback(port);
    return connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

 private:
  static sockaddr_in Loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    return address;
  }
  const int fd_;
};

int FreePort() { return Socket().FreePort(); }
bool Connects(int port) { return Socket().Connects(port); }

// Of each kind that is followed, whether it is: "1", "0".
std::vector<std::string> Followed(const std::string& metrics) {
  std::vector<std::string> values;
  for (const std::string& line : Lines(metrics)) {
    if (absl::StartsWith(line, "tuned_cluster_followed{")) values.push_back(line.substr(line.rfind(' ') + 1));
  }
  return values;
}

// A Secret's folder as the kubelet keeps it: the files are links into ..data, itself a link that is exchanged as one.
class MountedSecret {
 public:
  explicit MountedSecret(std::string folder) : folder_(std::move(folder)) {}
  void Put(const Certificates& certificates) {
    const std::string version = absl::StrCat("..", ++versions_);
    fs::create_directories(folder_ + "/" + version);
    for (const char* file : {"tls.crt", "tls.key"}) {
      fs::copy_file(certificates.File(file), absl::StrCat(folder_, "/", version, "/", file));
      if (versions_ == 1) fs::create_symlink(absl::StrCat("..data/", file), absl::StrCat(folder_, "/", file));
    }
    fs::create_symlink(version, folder_ + "/..data_tmp");
    fs::rename(folder_ + "/..data_tmp", folder_ + "/..data");
  }

 private:
  const std::string folder_;
  int versions_ = 0;
};

class DeployedProgramApi : public Deployed {
 protected:
  void SetUp() override {
    Deployed::SetUp();
    if (IsSkipped()) return;
    Deploy("advise");
    WriteKubeconfig(Token("tuned", "tuned"));
    const std::string ns = server_->NewNamespace();
    std::ofstream(folder_.File("caller")) << server_->TokenFor(ns, "caller");
    server_->LetRead(ns, "caller", "flinkdeployments.flink.apache.org");
    caller_ns_ = ns;
  }
  void WriteKubeconfig(const std::string& token) const {
    std::ofstream(folder_.File("kubeconfig"))
        << "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: \""
        << server_->url() << "\", certificate-authority: \"" << server_->ca_file()
        << "\"}}]\nusers: [{name: u, user: {token: \"" << token
        << "\"}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n";
  }
  // The Deployment's, where this machine has no pod's folders, ports and account.
  std::vector<std::string> Words() const {
    std::vector<std::string> words = {TUNED_PATH};
    for (const std::string& argument : Manifests::OfOverlay("advise").Arguments()) {
      words.push_back(absl::StrReplaceAll(argument, {{"--in-cluster", "--kubeconfig=" + folder_.File("kubeconfig")},
                                                     {"0.0.0.0:7070", absl::StrCat("0.0.0.0:", grpc_)},
                                                     {"0.0.0.0:9464", absl::StrCat("0.0.0.0:", metrics_)},
                                                     {"/etc/tuned/tls", folder_.File("tls")},
                                                     {"/var/lib/tuned", folder_.File("store")}}));
    }
    return words;
  }
  ProgramResult AsksJobs(const std::string& ca) const {
    return RunTune({"jobs", "--namespace", caller_ns_, "--server", absl::StrCat("localhost:", grpc_), "--ca", ca,
                    "--token-file", folder_.File("caller"), "--timeout", "5"});
  }

  const TemporaryFolder folder_;
  std::string caller_ns_;
  const int grpc_ = FreePort(), metrics_ = FreePort();
};

TEST_F(DeployedProgramApi, IsProbedAnswersTakesARenewedCertificateAndGoes) {
  fs::create_directories(folder_.File("store"));
  MountedSecret secret(folder_.File("tls"));
  const Certificates first, second;  // each of an authority of its own
  for (const Certificates* one : {&first, &second}) one->Sign("tls", "tuned.tuned.svc", absl::Hours(1));
  secret.Put(first);
  const YAML::Node deployment = Manifests::OfOverlay("advise").TheOne("Deployment")["spec"]["template"]["spec"];
  const std::string log = folder_.File("log");
  Child tuned(Words(), log);

  EXPECT_TRUE(Eventually([&] { return Connects(grpc_); })) << TextOfFile(log);
  KubeConfig probe;
  probe.server = absl::StrCat("http://127.0.0.1:", metrics_);
  const auto http = *KubeClient::Create(probe);
  const std::string path = deployment["containers"][0]["livenessProbe"]["httpGet"]["path"].as<std::string>();
  std::string shown;
  EXPECT_TRUE(Eventually([&] {  // all that it follows, with its rights
    shown = http->Get(path, absl::Seconds(5)).value_or("");
    return Followed(shown) == std::vector<std::string>(6, "1");
  })) << shown;

  ProgramResult answer = AsksJobs(first.File("ca.crt"));
  EXPECT_EQ(answer.exit_code, 0) << answer.error;
  secret.Put(second);
  EXPECT_TRUE(Eventually([&] { return (answer = AsksJobs(second.File("ca.crt"))).exit_code == 0; })) << answer.error;

  tuned.Signal(SIGTERM);
  EXPECT_EQ(tuned.Wait(absl::Seconds(deployment["terminationGracePeriodSeconds"].as<int>())), 0);
  EXPECT_FALSE(Connects(grpc_));
  for (const std::string& line : Lines(TextOfFile(log))) {
    EXPECT_THAT(line, StartsWith("{")) << "a probe that is no TLS is no event";
  }
}

}  // namespace
}  // namespace tune
