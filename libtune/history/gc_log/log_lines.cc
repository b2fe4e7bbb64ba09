#include "libtune/history/gc_log/log_lines.h"

#include <cstring>
#include <utility>

namespace tune {
namespace {

constexpr size_t kBuffer = size_t{256} << 10;

}  // namespace

LogLines::LogLines(std::unique_ptr<ByteReader> bytes) : bytes_(std::move(bytes)), buffer_(kBuffer) {}

// Moves what is left to the front and reads on behind it.
absl::Status LogLines::Fill() {
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    end_ -= at_;
    at_ = 0;
  }
  const absl::StatusOr<size_t> got = bytes_->Read(buffer_.data() + end_, buffer_.size() - end_);
  if (!got.ok()) {
    at_end_ = true;
    failed_ = got.status();
    return absl::OkStatus();
  }
  at_end_ = *got == 0;
  end_ += *got;
  if (!at_start_) return absl::OkStatus();
  at_start_ = false;
  const std::string_view start(buffer_.data(), end_);
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
    return absl::InvalidArgumentError("text in UTF-16; allowed: UTF-8");
  }
  if (start.starts_with("\xEF\xBB\xBF")) at_ = 3;
  return absl::OkStatus();
}

// False: no whole line is in the buffer.
bool LogLines::TakeLine() {
  const char* begin = buffer_.data() + at_;
  const void* found = std::memchr(begin, '\n', end_ - at_);
  size_t length = end_ - at_;
  if (found != nullptr) {
    length = static_cast<size_t>(static_cast<const char*>(found) - begin);
    at_ += length + 1;
  } else if (at_end_ && length > 0) {
    at_ = end_;
  } else {
    return false;
  }
  if (length > 0 && begin[length - 1] == '\r') --length;
  line_ = std::string_view(begin, length);
  return true;
}

absl::StatusOr<bool> LogLines::Next() {
  for (;;) {
    if (!TakeLine()) {
      if (end_ - at_ >= kLongestLine) {  // its beginning is let go
        if (!skipping_) ++too_long_;
        skipping_ = true;
        at_ = end_;
      }
      if (at_end_) {
        if (!failed_.ok()) return std::exchange(failed_, absl::OkStatus());
        return false;
      }
      if (absl::Status status = Fill(); !status.ok()) return status;
      continue;
    }
    if (std::exchange(skipping_, false)) continue;  // the end of a line that is too long
    if (line_.size() > kLongestLine) {
      ++too_long_;
    } else if (std::memchr(line_.data(), '\0', line_.size()) != nullptr) {
      ++binary_;
    } else {
      return true;
    }
  }
}

}  // namespace tune
