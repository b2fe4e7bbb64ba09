// Bytes of a file or of memory, gzip undone. Needs one buffer, whatever the size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/history.h"

namespace tune {

// A file, or bytes at hand, that can be read from its start again and again.
class ByteSource {
 public:
  static ByteSource File(std::string path) { return ByteSource(std::move(path), nullptr); }
  // `name` stands for the path in messages.
  static ByteSource Memory(std::string name, std::string bytes) {
    return ByteSource(std::move(name), std::make_shared<const std::string>(std::move(bytes)));
  }

  const std::string& name() const { return name_; }
  const std::string* memory() const { return memory_.get(); }  // null: a file

 private:
  ByteSource(std::string name, std::shared_ptr<const std::string> memory)
      : name_(std::move(name)), memory_(std::move(memory)) {}

  std::string name_;
  std::shared_ptr<const std::string> memory_;
};

// For a file that cannot be opened. kNotFound: there is none. kInvalidArgument: one may not read it.
absl::Status CannotOpen(const std::string& path, int error_number);

class ByteReader {
 public:
  // gzip is told from the first bytes; several members after each other are read as one.
  // kNotFound: no such file. kInvalidArgument: a folder.
  static absl::StatusOr<std::unique_ptr<ByteReader>> Open(const ByteSource& source, Progress progress);
  virtual ~ByteReader() = default;

  // Up to `size` (> 0) bytes into `out`; 0 at the end. kInvalidArgument names the file and the bytes read of it when
  // gzip data is cut off or damaged.
  virtual absl::StatusOr<size_t> Read(char* out, size_t size) = 0;
};

// The first `limit` bytes at most.
absl::StatusOr<std::string> ReadStart(const ByteSource& source, size_t limit);

// All of it. kInvalidArgument when it holds more than `limit` bytes.
absl::StatusOr<std::string> ReadWhole(const ByteSource& source, size_t limit);

}  // namespace tune
