// `tuned` as a person and a supervisor see it.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/service/requests.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {
namespace {

using testing::HasSubstr;

// The program under way; its standard output and error are read as one text.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], 1);
      dup2(ends[1], 2);
      close(ends[0]);
      arguments.insert(arguments.begin(), TUNED_PATH);
      std::vector<char*> argv;
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      execv(TUNED_PATH, argv.data());
      _exit(127);
    }
    close(ends[1]);
    out_ = fdopen(ends[0], "r");
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    std::fclose(out_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Up to and with the line that holds `part`, or all.
  std::string ReadUntil(const std::string& part) {
    std::string text, line;
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_)) {
      line += static_cast<char>(c);
      if (c != '\n') continue;
      text += line;
      if (line.find(part) != std::string::npos) return text;
      line.clear();
    }
    return text + line;
  }
  void Signal(int signal) const { kill(pid_, signal); }
  int ExitCode() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  std::FILE* out_ = nullptr;
};

TEST(Tuned, HelpsWithExamples) {
  Program program({"--help"});
  const std::string text = program.ReadUntil("never said");
  EXPECT_THAT(text, HasSubstr("--tls-cert"));
  EXPECT_THAT(text, HasSubstr("Examples:"));
  EXPECT_EQ(program.ExitCode(), 0);
}

TEST(Tuned, RefusesFlagsThatCannotBe) {
  const auto said = [](const std::vector<std::string>& arguments) {
    Program program(arguments);
    const std::string text = program.ReadUntil("never said");
    EXPECT_EQ(program.ExitCode(), 2) << text;
    return text;
  };
  EXPECT_THAT(said({"--listen", "0.0.0.0:0"}),
              HasSubstr("tuned: --listen = \"0.0.0.0:0\"; allowed: without --tls-cert"));
  EXPECT_THAT(said({"--drain", "nan"}), HasSubstr("--drain = "));
  EXPECT_THAT(said({"--workers", "many"}), HasSubstr("--workers"));
  EXPECT_THAT(said({"--nothing"}), HasSubstr("--nothing"));
}

TEST(Tuned, SaysWhichCertificateCannotBeRead) {
  Program program({"--tls-cert", "/nowhere/tls.crt", "--tls-key", "/nowhere/tls.key"});
  EXPECT_THAT(program.ReadUntil("never said"), HasSubstr("--tls-cert = \"/nowhere/tls.crt\": cannot be read"));
  EXPECT_EQ(program.ExitCode(), 1);
}

TEST(Tuned, AnswersAndGoesDownWhenToldTo) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Program program({"--listen", "127.0.0.1:0"});
    const std::string line = program.ReadUntil("listening");
    const size_t at = line.find("127.0.0.1:");
    ASSERT_NE(at, std::string::npos) << line;
    const std::string address = line.substr(at, line.find('"', at) - at);
    const auto stub = v1::Tuner::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    v1::RecommendResponse response;
    EXPECT_TRUE(stub->Recommend(&context, RequestFor(DrowningJob()), &response).ok());
    program.Signal(signal);
    EXPECT_THAT(program.ReadUntil("never said"), HasSubstr(R"("event":"down")"));
    EXPECT_EQ(program.ExitCode(), 0);
  }
}

}  // namespace
}  // namespace tune
