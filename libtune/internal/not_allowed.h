// Errors of values out of range: `operators["map-3"].busy = -2; allowed: >= 0`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tune {

inline std::string NotAllowedText(const std::string& field, const std::string& value, const std::string& allowed) {
  return absl::StrCat(field, " = ", value, "; allowed: ", allowed);
}

inline absl::Status NotAllowed(const std::string& field, const std::string& value, const std::string& allowed) {
  return absl::InvalidArgumentError(NotAllowedText(field, value, allowed));
}

// Collects every violation of one argument, so that a caller mends all of them at once.
class Violations {
 public:
  static constexpr size_t kMost = 100;  // more are counted, not listed

  void Add(const std::string& field, const std::string& value, const std::string& allowed) {
    if (list_.size() < kMost) list_.push_back(NotAllowedText(field, value, allowed));
    ++count_;
  }
  void Add(const std::string& field, double value, const std::string& allowed) {
    Add(field, absl::StrCat(value), allowed);
  }
  bool empty() const { return count_ == 0; }
  absl::Status ToStatus() const {
    if (empty()) return absl::OkStatus();
    std::string text = absl::StrJoin(list_, "\n");
    if (count_ > list_.size()) absl::StrAppend(&text, "\n… and ", count_ - list_.size(), " more");
    return absl::InvalidArgumentError(text);
  }

 private:
  std::vector<std::string> list_;
  size_t count_ = 0;
};

}  // namespace tune
