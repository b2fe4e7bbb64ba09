// As whom `tune` calls: files, environment, kubeconfig, and what of them others could see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/cli/program.h"
#include "tests/client/made_up_server.h"
#include "tests/kube/child.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class IdentityCommand : public testing::Test {
 protected:
  IdentityCommand() {
    unsetenv("TUNE_TOKEN");
    unsetenv("KUBECONFIG");
    server_.list = [this](const v1::ListJobsRequest& request, v1::ListJobsResponse&) {
      ns_ = request.filter().namespace_();
      return grpc::Status::OK;
    };
  }
  ~IdentityCommand() override { unsetenv("TUNE_TOKEN"); }

  ProgramResult Jobs(std::vector<std::string> words) {
    words.insert(words.begin(), {"jobs", "--server", server_.address()});
    return RunTune(words);
  }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }
  // Two contexts: "test" in namespace team-a, and "bare" in none.
  std::string WriteKubeConfig(const std::string& user) const {
    return Write("kubeconfig", absl::StrCat("apiVersion: v1\nkind: Config\ncurrent-context: test\nclusters: [{name: c, "
                                            "cluster: {server: \"https://127.0.0.1:1\"}}]\nusers: [{name: u, user: {",
                                            user,
                                            "}}]\ncontexts: [{name: test, context: {cluster: c, user: u, namespace: "
                                            "team-a}}, {name: bare, context: {cluster: c, user: u}}]\n"));
  }

  TemporaryFolder folder_;
  MadeUpServer server_;
  std::string ns_;  // of the last list
};

TEST_F(IdentityCommand, ATokenComesFromAFileTheEnvironmentOrTheCommandLine) {
  EXPECT_EQ(Jobs({"--token-file", Write("token", "of-a-file\n")}).exit_code, 0);
  setenv("TUNE_TOKEN", "of-the-environment", 1);
  EXPECT_EQ(Jobs({}).exit_code, 0);
  EXPECT_EQ(Jobs({"--token", "of-the-line"}).exit_code, 0) << "beats the environment";
  EXPECT_THAT(server_.tokens(), ElementsAre("Bearer of-a-file", "Bearer of-the-environment", "Bearer of-the-line"));
  EXPECT_EQ(Jobs({"--token", "a", "--token-file", "b"}).exit_code, 2);
}

TEST_F(IdentityCommand, AKubeconfigsUserCallsInItsContextsNamespace) {
  const std::string config = WriteKubeConfig("token: of-the-kubeconfig");
  EXPECT_EQ(Jobs({"--kubeconfig", config}).exit_code, 0);
  EXPECT_EQ(ns_, "team-a");
  EXPECT_EQ(Jobs({"--kubeconfig", config, "--context", "bare"}).exit_code, 0);
  EXPECT_EQ(ns_, "default");
  EXPECT_EQ(Jobs({"--kubeconfig", config, "-n", "team-b", "--token", "mine"}).exit_code, 0);
  EXPECT_EQ(ns_, "team-b");
  setenv("TUNE_TOKEN", "of-the-environment", 1);
  setenv("KUBECONFIG", config.c_str(), 1);
  EXPECT_EQ(Jobs({"--context", "test", "-A"}).exit_code, 0) << "the environment's kubeconfig, and not its token";
  EXPECT_EQ(ns_, "");
  EXPECT_EQ(Jobs({}).exit_code, 0) << "not asked for";
  EXPECT_EQ(ns_, "default");
  EXPECT_THAT(server_.tokens(), ElementsAre("Bearer of-the-kubeconfig", "Bearer of-the-kubeconfig", "Bearer mine",
                                            "Bearer of-the-kubeconfig", "Bearer of-the-environment"));
  unsetenv("KUBECONFIG");
}

TEST_F(IdentityCommand, KubeconfigsThatCannotBeUsedAreRefused) {
  const auto refused = [this](const std::string& user, const std::string& says) {
    const ProgramResult r = Jobs({"--kubeconfig", WriteKubeConfig(user)});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.error, HasSubstr(says));
  };
  refused("exec: {command: aws, apiVersion: x}", "Without --kubeconfig: -n NAMESPACE, and a token by --token-file");
  refused("token: \"a b\"", "(not shown)");
  EXPECT_THAT(Jobs({"--kubeconfig", WriteKubeConfig(""), "--context", "prod"}).error, HasSubstr("no context \"prod\""));
  EXPECT_THAT(Jobs({"--kubeconfig", folder_.File("absent")}).error, HasSubstr("absent"));
  setenv("KUBECONFIG", "/a:/b", 1);
  EXPECT_THAT(Jobs({"--context", "test"}).error, HasSubstr("KUBECONFIG = \"/a:/b\"; allowed: one file"));
  unsetenv("KUBECONFIG");
  EXPECT_THAT(server_.tokens(), IsEmpty());
}

// No token leaves this machine in plain text, and none is printed.
TEST_F(IdentityCommand, TokensTravelOverTlsAlone) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--token", "s3cret"},
                                                {"--token-file", Write("token", "s3cret")},
                                                {"--kubeconfig", WriteKubeConfig("token: s3cret")}}) {
    std::vector<std::string> all = {"jobs", "--server", "tuned.example.com:7070"};
    all.insert(all.end(), words.begin(), words.end());
    const ProgramResult r = RunTune(all);
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.error, HasSubstr("only over TLS"));
    EXPECT_THAT(r.error, Not(HasSubstr("s3cret")));
  }
}

// Others on the machine can read the command lines of all processes.
TEST_F(IdentityCommand, TheTokenLeavesTheListOfProcesses) {
  server_.watch = [](auto&, auto& writer, grpc::ServerContext& context) {
    v1::JobEvent event;
    event.set_kind(v1::JOB_EVENT_KIND_RESET);
    writer.Write(event);
    while (!context.IsCancelled()) usleep(10'000);
    return grpc::Status::OK;
  };
  const Child child({TUNE_PROGRAM, "watch", "--json", "--server", server_.address(), "--token", "s3cret-word"},
                    folder_.File("errors"));
  while (server_.tokens().empty()) usleep(10'000);
  Child after({"/bin/sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"}, folder_.File("errors"));
  const std::string lines = after.ReadAll();
  EXPECT_THAT(lines, HasSubstr("--token ***********"));
  EXPECT_THAT(lines, Not(HasSubstr("s3cret-word")));
  EXPECT_THAT(server_.tokens(), ElementsAre("Bearer s3cret-word"));
}

class CertificateCommand : public testing::Test {
 protected:
  CertificateCommand() {
    certificates_.Sign("server", "tuned", absl::Hours(1));
    certificates_.Sign("client", "ann", absl::Hours(1));
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = certificates_.Read("ca.crt");
    options.pem_key_cert_pairs = {{certificates_.Read("server.key"), certificates_.Read("server.crt")}};
    server_ = std::make_unique<MadeUpServer>(grpc::SslServerCredentials(options));
    server_->list = [](const auto&, auto&) { return grpc::Status::OK; };
  }
  ProgramResult Jobs(std::vector<std::string> words) const {
    words.insert(words.begin(), {"jobs", "-A", "--server", server_->address(), "--tls-server-name", "localhost"});
    return RunTune(words);
  }

  const Certificates certificates_;
  std::unique_ptr<MadeUpServer> server_;
};

TEST_F(CertificateCommand, IsShownFromFilesAndFromAKubeconfig) {
  const std::string ca = certificates_.File("ca.crt");
  EXPECT_EQ(
      Jobs({"--ca", ca, "--cert", certificates_.File("client.crt"), "--key", certificates_.File("client.key")}).out,
      "no jobs\n");
  const std::string config = certificates_.File("kubeconfig");
  std::ofstream(config) << "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: "
                           "\"https://127.0.0.1:1\"}}]\nusers: [{name: u, user: {client-certificate-data: "
                        << absl::Base64Escape(certificates_.Read("client.crt"))
                        << ", client-key: client.key}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n";
  EXPECT_EQ(Jobs({"--ca", ca, "--kubeconfig", config}).out, "no jobs\n");
  const ProgramResult plain = RunTune({"jobs", "--server", server_->address(), "--kubeconfig", config});
  EXPECT_EQ(plain.exit_code, 1);
  EXPECT_THAT(plain.error, HasSubstr("shown over TLS alone (--ca FILE, --tls)"));
  EXPECT_THAT(plain.error, HasSubstr("asks for TLS: --ca or --tls"));
  EXPECT_EQ(Jobs({"--ca", ca}).exit_code, 1) << "the server asks for one";
  EXPECT_EQ(Jobs({"--cert", certificates_.File("client.crt")}).exit_code, 2) << "without its key";
}

// The authorities that the system trusts, as this variable of gRPC's names them.
TEST_F(CertificateCommand, TheSystemsAuthoritiesAreThoseOfTls) {
  const std::vector<std::string> words = {"--tls", "--cert", certificates_.File("client.crt"), "--key",
                                          certificates_.File("client.key")};
  EXPECT_EQ(Jobs(words).exit_code, 1) << "the test's is none of them";
  setenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", certificates_.File("ca.crt").c_str(), 1);
  EXPECT_EQ(Jobs(words).out, "no jobs\n");
  unsetenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH");
}

}  // namespace
}  // namespace tune
