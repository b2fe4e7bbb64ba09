// One process for one file.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tune {

// Held until it goes; the system lets go of it when the process ends, however it ends.
class FileLock {
 public:
  // `path` is made when it is absent, and stays. kFailedPrecondition: another holds it, and who; kPermissionDenied,
  // kNotFound: it cannot be made.
  static absl::StatusOr<FileLock> Take(const std::string& path);
  FileLock(FileLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}

  int file_;  // -1: none
};

}  // namespace tune
