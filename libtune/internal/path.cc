#include "libtune/internal/path.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr size_t kMostQuoted = 100;

// Length of the UTF-8 sequence that begins at `at`; 0: none does.
size_t Utf8Length(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(at + 1) ? 2 : 0;
  const unsigned second = byte(at + 1);
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second >= 0xA0;
    return !overlong && !surrogate && follows(at + 1) && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool too_large = first == 0xF4 && second >= 0x90;
    return !overlong && !too_large && follows(at + 1) && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string Path::Render() const {
  std::string text = parent_ == nullptr ? "" : parent_->Render();
  if (key_ != nullptr) return absl::StrCat(text, "[", Quoted(*key_), "]");
  if (index_ >= 0) return absl::StrCat(text, "[", index_, "]");
  if (field_ == nullptr) return text;
  return absl::StrCat(text, text.empty() ? "" : ".", field_);
}

std::string Quoted(const std::string& text) {
  const bool cut = text.size() > kMostQuoted;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(Utf8(text.substr(0, kMostQuoted))), cut ? "…" : "", "\"");
}

std::string Utf8(std::string text) {
  if (std::all_of(text.begin(), text.end(), absl::ascii_isascii)) return text;
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8Length(text, at);
    if (length == 0) {
      out += "\uFFFD";
      ++at;
    } else {
      out.append(text, at, length);
      at += length;
    }
  }
  return out;
}

bool CheckCount(const Path& path, int64_t count, int64_t most, Violations& violations) {
  if (count <= most) return true;
  violations.Add(path.Render(), absl::StrCat(count, " entries"), absl::StrCat("at most ", most));
  return false;
}

void CheckFinite(const Path& path, double value, Violations& violations) {
  if (!std::isfinite(value)) violations.Add(path.Render(), value, "a finite number");
}

void CheckRange(const Path& path, double value, double low, double high, Violations& violations) {
  if (value >= low && value <= high && std::isfinite(value)) return;  // NaN fails the first
  violations.Add(path.Render(), value,
                 std::isfinite(high) ? absl::StrCat("[", low, ", ", high, "]") : absl::StrCat(">= ", low));
}

void CheckRange(const Path& path, int64_t value, int64_t low, int64_t high, Violations& violations) {
  if (value < low || value > high) {
    violations.Add(path.Render(), absl::StrCat(value), absl::StrCat("[", low, ", ", high, "]"));
  }
}

void CheckNotEmpty(const Path& path, const std::string& value, Violations& violations) {
  if (value.empty()) violations.Add(path.Render(), "\"\"", "a text that is not empty");
}

void AddAbsent(const Path& path, const char* allowed, Violations& violations) {
  violations.Add(path.Render(), "absent", allowed);
}

void AddNotAmount(const Path& path, double value, Violations& violations) {
  violations.Add(path.Render(), value, absl::StrCat(">= 0 and at most ", kLargestAmount));
}

}  // namespace tune
