#include "libtune/history/json_scanner.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

absl::Status JsonScanner::Error(const std::string& what) const {
  return absl::InvalidArgumentError(absl::StrCat("byte ", at_, ": ", what));
}

char JsonScanner::Peek() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonScanner::AtEnd() {
  Peek();
  return at_ >= text_.size();
}

bool JsonScanner::Take(char expected) {
  if (Peek() != expected || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

absl::Status JsonScanner::Expect(char expected) {
  if (Take(expected)) return absl::OkStatus();
  const std::string wanted(1, expected);
  if (at_ >= text_.size()) return Error(absl::StrCat("the text ends; allowed: ", wanted));
  return Error(absl::StrCat("not JSON as expected, ", std::string(text_.substr(at_, 1)), "; allowed: ", wanted));
}

absl::Status JsonScanner::SkipText() {
  if (auto status = Expect('"'); !status.ok()) return status;
  for (;;) {
    const size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) return Error("a text without an end; allowed: one closed by a quote");
    size_t backslashes = 0;
    while (quote - backslashes > at_ && text_[quote - backslashes - 1] == '\\') ++backslashes;
    at_ = quote + 1;
    if (backslashes % 2 == 0) return absl::OkStatus();
  }
}

absl::StatusOr<std::string_view> JsonScanner::Text() {
  Peek();
  const size_t start = at_;
  if (auto status = SkipText(); !status.ok()) return status;
  return text_.substr(start + 1, at_ - start - 2);
}

absl::StatusOr<std::string_view> JsonScanner::Value() {
  const char first = Peek();
  const size_t start = at_;
  if (first == '"') {
    if (auto status = SkipText(); !status.ok()) return status;
    return text_.substr(start, at_ - start);
  }
  if (first != '{' && first != '[') {
    at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
    if (at_ == start) return Error("no value; allowed: a JSON value");
    return text_.substr(start, at_ - start);
  }
  int64_t depth = 0;
  do {
    at_ = std::min(text_.find_first_of("\"{}[]", at_), text_.size());
    if (at_ == text_.size()) return Error("the text ends within a value; allowed: whole JSON");
    const char c = text_[at_];
    if (c == '"') {
      if (auto status = SkipText(); !status.ok()) return status;
      continue;
    }
    depth += c == '{' || c == '[' ? 1 : -1;
    ++at_;
  } while (depth > 0);
  return text_.substr(start, at_ - start);
}

absl::StatusOr<std::string_view> JsonScanner::Pairs() {
  if (auto status = Expect('['); !status.ok()) return status;
  const size_t start = at_;
  if (Take(']')) return text_.substr(start, 0);
  for (;;) {
    const void* const found = std::memchr(text_.data() + at_, ']', text_.size() - at_);
    if (found == nullptr) {
      at_ = text_.size();
      return Error("the text ends within the samples; allowed: whole JSON");
    }
    at_ = static_cast<const char*>(found) - text_.data() + 1;
    const size_t end = at_;
    if (Take(']')) return text_.substr(start, end - start);
    if (Peek() != ',') return Error("no sample ends here; allowed: , or ]");
  }
}

}  // namespace tune
