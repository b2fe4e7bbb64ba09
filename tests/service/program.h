// `tuned` as a process of its own.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

namespace tune {

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
  // The address that it listens at. Read once, before anything that follows it in the log.
  std::string Address() {
    const std::string line = ReadUntil("\"listening\"");
    const size_t at = line.rfind("127.0.0.1:");
    if (at == std::string::npos) return "";
    return line.substr(at, line.find('"', at) - at);
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

}  // namespace tune
