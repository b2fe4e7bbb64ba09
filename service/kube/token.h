// The bearer token of a client, which may change under it.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"

namespace tune {

// Thread-safe.
class TokenSource {
 public:
  // Of the two at most one is set; neither: no token. The file is read again when it changes, and every 10 seconds.
  TokenSource(std::string token, std::string file) : token_(std::move(token)), file_(std::move(file)) {}

  // Empty: there is none. While the file cannot be read, the last token that was.
  // kNotFound, kInvalidArgument: the file never held a token.
  absl::StatusOr<std::string> Get();

  // Reads the file now. True when it holds another token than `refused`.
  bool ChangedFrom(const std::string& refused);

 private:
  // What tells one version of a file from another.
  struct Version {
    uint64_t device = 0, inode = 0;
    int64_t size = 0, seconds = 0, nanoseconds = 0;
    bool operator==(const Version&) const = default;
  };
  absl::Status Read();

  std::mutex mutex_;
  std::string token_;
  const std::string file_;
  Version version_;
  std::chrono::steady_clock::time_point read_at_;
};

}  // namespace tune
