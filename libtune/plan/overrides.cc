#include "libtune/plan/overrides.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/internal/not_allowed.h"

namespace tune {

absl::StatusOr<Overrides> ReadOverrides(const std::string& text) {
  Overrides overrides;
  const std::vector<std::string> entries = absl::StrSplit(text, absl::ByAnyChar(",;"), absl::SkipWhitespace());
  for (const std::string& entry : entries) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(entry, absl::MaxSplits(':', 1));
    std::string id = pair.first;
    absl::StripAsciiWhitespace(&id);
    int parallelism = 0;
    if (id.empty() || !absl::SimpleAtoi(pair.second, &parallelism) || parallelism < 1) {
      return NotAllowed(absl::StrCat("spec.flinkConfiguration[\"", kOverrides, "\"]"), absl::StrCat("\"", entry, "\""),
                        "vertex-id:parallelism, parallelism >= 1");
    }
    if (!overrides.emplace(id, parallelism).second) {
      return NotAllowed(absl::StrCat("spec.flinkConfiguration[\"", kOverrides, "\"]"), absl::StrCat("\"", entry, "\""),
                        "each vertex once");
    }
  }
  return overrides;
}

}  // namespace tune
