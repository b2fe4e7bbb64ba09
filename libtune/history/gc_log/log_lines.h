// Lines of a GC log: whatever is in the file, reading goes on. Needs one buffer.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/history/bytes.h"

namespace tune {

class LogLines {
 public:
  static constexpr size_t kLongestLine = size_t{64} << 10;  // bytes; what is longer is left out

  explicit LogLines(std::unique_ptr<ByteReader> bytes);

  // Goes to the next line, without its end (\n or \r\n), valid until the next call; false: there is none. Lines that
  // are too long or hold a NUL byte are left out and counted.
  // kInvalidArgument: UTF-16, or compressed data that is cut off or damaged; what came before it was given out.
  absl::StatusOr<bool> Next();
  std::string_view line() const { return line_; }

  int64_t too_long() const { return too_long_; }
  int64_t binary() const { return binary_; }

 private:
  absl::Status Fill();
  bool TakeLine();

  std::unique_ptr<ByteReader> bytes_;
  std::vector<char> buffer_;
  size_t at_ = 0, end_ = 0;  // what of the buffer is not given out yet
  bool at_start_ = true;
  bool at_end_ = false;
  bool skipping_ = false;  // inside a line that is too long
  absl::Status failed_;    // kept until the lines before it are given out
  std::string_view line_;
  int64_t too_long_ = 0, binary_ = 0;
};

}  // namespace tune
