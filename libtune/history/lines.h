// Lines of a text file, gzip or not, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/bytes.h"
#include "libtune/history/history.h"

namespace tune {

constexpr size_t kLongestLine = size_t{64} << 20;  // bytes

class LineReader {
 public:
  static absl::StatusOr<std::unique_ptr<LineReader>> Open(const ByteSource& source, Progress progress);

  // Goes to the next line; false: there is none. kInvalidArgument, with file and line: a line longer than
  // kLongestLine, a NUL byte (a binary file), and what ByteReader::Read says.
  absl::StatusOr<bool> Next();

  // Without its line end (\n or \r\n); valid until Next().
  std::string_view line() const { return line_; }
  int64_t number() const { return number_; }  // from 1 on; 0 before the first Next()

  // "FILE line 7: `what`"
  std::string Where(const std::string& what) const;
  absl::Status Error(const std::string& what) const { return absl::InvalidArgumentError(Where(what)); }
  // Adds file and line to an error; OK stays OK.
  absl::Status Annotate(const absl::Status& status) const;

 private:
  LineReader(std::string name, std::unique_ptr<ByteReader> bytes);
  absl::StatusOr<bool> ReadMore();
  absl::Status TooLong() const;
  absl::Status Take(size_t length, size_t with_end);

  std::string name_;
  std::unique_ptr<ByteReader> bytes_;
  std::string buffer_;
  size_t at_ = 0;       // where the next line starts
  size_t end_ = 0;      // how much of the buffer is filled
  size_t scanned_ = 0;  // no line end lies before this
  std::string_view line_;
  int64_t number_ = 0;
};

}  // namespace tune
