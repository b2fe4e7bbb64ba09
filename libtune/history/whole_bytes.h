// All bytes of a source at once, for formats that must be read at several places in turn.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/bytes.h"

namespace tune {

class WholeBytes {
 public:
  // The most that gzip data may hold: it is inflated into memory.
  static constexpr size_t kMostInflated = size_t{4} << 30;

  // A plain file is memory-mapped; the mapping reads as zeros, or ends the program, when the file is made shorter.
  // kNotFound: no such file. kInvalidArgument: a folder, damaged gzip data, more than kMostInflated in it.
  static absl::StatusOr<std::unique_ptr<WholeBytes>> Open(const ByteSource& source);
  ~WholeBytes();
  WholeBytes(const WholeBytes&) = delete;
  WholeBytes& operator=(const WholeBytes&) = delete;

  std::string_view view() const { return view_; }

 private:
  WholeBytes() = default;
  absl::StatusOr<bool> Map(const std::string& path);
  absl::Status Inflate(const ByteSource& source);

  std::string_view view_;
  std::string inflated_;
  std::optional<ByteSource> source_;  // keeps bytes at hand alive
  void* mapped_ = nullptr;
  size_t mapped_size_ = 0;
};

}  // namespace tune
