#include "tests/kube/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "absl/time/clock.h"

extern char** environ;

namespace tune {

Child::Child(const std::vector<std::string>& words, const std::string& log) {
  // Closed in other children, so that a pipe ends when this program closes it.
  std::array<int, 2> in{}, out{};
  EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600);
  std::vector<std::string> copies = words;
  std::vector<char*> argv;
  for (std::string& word : copies) argv.push_back(word.data());
  argv.push_back(nullptr);
  EXPECT_EQ(posix_spawn(&pid_, argv.front(), &actions, nullptr, argv.data(), environ), 0) << words.front();
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  in_ = in[1];
  out_ = out[0];
}

Child::~Child() {
  EndInput();
  Wait(absl::Seconds(30));
  close(out_);
}

void Child::Write(const std::string& text) const {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = write(in_, text.data() + written, text.size() - written);
    ASSERT_GT(n, 0) << "the program does not read its input";
    written += static_cast<size_t>(n);
  }
}

bool Child::ReadSome(absl::Duration timeout) {
  pollfd ready{out_, POLLIN, 0};
  if (poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0) return false;
  std::array<char, 4096> some{};
  const ssize_t n = read(out_, some.data(), some.size());
  if (n <= 0) return false;
  read_.append(some.data(), static_cast<size_t>(n));
  return true;
}

std::optional<std::string> Child::ReadLine(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  while (read_.find('\n') == std::string::npos) {
    const absl::Duration left = end - absl::Now();
    if (left < absl::ZeroDuration() || !ReadSome(left)) return std::nullopt;
  }
  const size_t length = read_.find('\n');
  std::string line = read_.substr(0, length);
  read_.erase(0, length + 1);
  return line;
}

std::string Child::ReadAll() {
  while (ReadSome(absl::Seconds(60))) {
  }
  return std::move(read_);
}

void Child::EndInput() {
  if (in_ >= 0) close(in_);
  in_ = -1;
}

void Child::Signal(int signal) const {
  if (pid_ != 0) kill(pid_, signal);
}

int Child::Wait(absl::Duration grace) {
  if (pid_ == 0) return -1;
  int status = 0;
  for (const absl::Time end = absl::Now() + grace; waitpid(pid_, &status, WNOHANG) == 0;) {
    if (absl::Now() > end) kill(pid_, SIGKILL);
    absl::SleepFor(absl::Milliseconds(5));
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tune
