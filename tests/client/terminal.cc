#include "tests/client/terminal.h"

#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

extern char** environ;

namespace tune {
namespace {

// Until the last program that has the terminal is gone, which is an error to the one who reads.
std::string ReadAll(int terminal) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(terminal, buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  std::erase(text, '\r');
  return text;
}

}  // namespace

ProgramResult RunTuneAtTerminal(const std::vector<std::string>& words, const std::string& typed) {
  ProgramResult result;
  int ours = -1, its = -1;
  if (openpty(&ours, &its, nullptr, nullptr, nullptr) != 0) return result;
  fcntl(ours, F_SETFD, FD_CLOEXEC);
  fcntl(its, F_SETFD, FD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) posix_spawn_file_actions_adddup2(&actions, its, fd);
  std::string program = TUNE_PROGRAM;
  std::vector<char*> argv = {program.data()};
  std::vector<std::string> copies = words;
  for (std::string& word : copies) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  const bool runs = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close(its);
  if (runs) {
    if (write(ours, typed.data(), typed.size()) < 0) result.error = "nothing could be typed";
    result.out = ReadAll(ours);
    int status = 0;
    waitpid(pid, &status, 0);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  close(ours);
  return result;
}

}  // namespace tune
