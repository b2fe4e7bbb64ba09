// A program that a test runs and talks to.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace tune {

class Child {
 public:
  // Words are passed as they are; no shell reads them. Its standard error goes to the file `log`.
  Child(const std::vector<std::string>& words, const std::string& log);
  // Ends its input, and kills it if that does not end it.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void Write(const std::string& text) const;
  // The next line it prints; nullopt when it ended, or says nothing for so long.
  std::optional<std::string> ReadLine(absl::Duration timeout);
  // All it prints until it ends.
  std::string ReadAll();
  void EndInput();
  void Signal(int signal) const;
  // Its exit code, 128 + N after signal N; after `grace` it is killed.
  int Wait(absl::Duration grace);

 private:
  bool ReadSome(absl::Duration timeout);

  pid_t pid_ = 0;  // 0: it is gone
  int in_ = -1, out_ = -1;
  std::string read_;
};

}  // namespace tune
