#include "libtune/history/lines.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/shown.h"

namespace tune {
namespace {

constexpr size_t kFirstBuffer = size_t{16} << 10;  // grows with the longest line

}  // namespace

LineReader::LineReader(std::string name, std::unique_ptr<ByteReader> bytes)
    : name_(std::move(name)), bytes_(std::move(bytes)), buffer_(kFirstBuffer, '\0') {}

absl::StatusOr<std::unique_ptr<LineReader>> LineReader::Open(const ByteSource& source, Progress progress) {
  absl::StatusOr<std::unique_ptr<ByteReader>> bytes = ByteReader::Open(source, std::move(progress));
  if (!bytes.ok()) return bytes.status();
  return std::unique_ptr<LineReader>(new LineReader(source.name(), *std::move(bytes)));
}

std::string LineReader::Where(const std::string& what) const {
  return Shown(absl::StrCat(name_, " line ", number_, ": ", what));
}

absl::Status LineReader::Annotate(const absl::Status& status) const {
  if (status.ok()) return status;
  return absl::Status(status.code(), Where(std::string(status.message())));
}

absl::Status LineReader::TooLong() const {
  return Error(absl::StrCat("longer than ", kLongestLine, " bytes; allowed: at most that"));
}

absl::StatusOr<bool> LineReader::ReadMore() {
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    end_ -= at_;
    scanned_ -= at_;
    at_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  absl::StatusOr<size_t> got = bytes_->Read(buffer_.data() + end_, buffer_.size() - end_);
  if (!got.ok()) return absl::Status(got.status().code(), Where(std::string(got.status().message())));
  end_ += *got;
  return *got > 0;
}

absl::Status LineReader::Take(size_t length, size_t with_end) {
  if (length > kLongestLine) return TooLong();
  line_ = std::string_view(buffer_).substr(at_, length);
  at_ = scanned_ = at_ + with_end;
  if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
  if (line_.find('\0') != std::string_view::npos) {
    return Error("a NUL byte: this is a binary file; allowed: text, or text in gzip");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LineReader::Next() {
  ++number_;
  for (;;) {
    const void* found = std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
    if (found != nullptr) {
      const size_t length = static_cast<size_t>(static_cast<const char*>(found) - buffer_.data()) - at_;
      if (auto status = Take(length, length + 1); !status.ok()) return status;
      return true;
    }
    scanned_ = end_;
    if (end_ - at_ > kLongestLine) return TooLong();
    absl::StatusOr<bool> more = ReadMore();
    if (!more.ok()) return more.status();
    if (*more) continue;
    if (at_ == end_) return false;
    if (auto status = Take(end_ - at_, end_ - at_); !status.ok()) return status;
    return true;
  }
}

}  // namespace tune
