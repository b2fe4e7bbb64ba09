// Walks over JSON text and finds where its parts lie, in no memory of its own, whatever the size. What lies between
// two brackets is checked by simdjson when it is read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tune {

class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  size_t at() const { return at_; }
  // The next character that is no space; '\0' at the end, too.
  char Peek();
  // Nothing but space is left.
  bool AtEnd();
  // Takes `expected`, if it is next.
  bool Take(char expected);
  // kInvalidArgument: something else is next.
  absl::Status Expect(char expected);

  // A text without its quotes, escapes as they stand.
  absl::StatusOr<std::string_view> Text();
  // Any value with its brackets or quotes. kInvalidArgument: it has no end.
  absl::StatusOr<std::string_view> Value();
  // What lies between the brackets of an array of arrays of numbers and texts without brackets, [[1,"2"],[3,"4"]].
  absl::StatusOr<std::string_view> Pairs();

  // Calls `use` with each key, standing before its value, which `use` must take.
  template <typename Use>
  absl::Status ForEachField(Use use) {
    if (auto status = Expect('{'); !status.ok()) return status;
    if (Take('}')) return absl::OkStatus();
    do {
      const absl::StatusOr<std::string_view> key = Text();
      if (!key.ok()) return key.status();
      if (auto status = Expect(':'); !status.ok()) return status;
      if (auto status = use(*key); !status.ok()) return status;
    } while (Take(','));
    return Expect('}');
  }
  template <typename Use>
  absl::Status ForEachElement(Use use) {
    if (auto status = Expect('['); !status.ok()) return status;
    if (Take(']')) return absl::OkStatus();
    do {
      if (auto status = use(); !status.ok()) return status;
    } while (Take(','));
    return Expect(']');
  }

  // `what` with the place, "byte 17: what".
  absl::Status Error(const std::string& what) const;

 private:
  absl::Status SkipText();

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace tune
