#include "service/cli/new_key.h"

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"

namespace tune {

std::string NewKey() {
  absl::BitGen random;
  return absl::StrCat("tune-", absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16),
                      absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

}  // namespace tune
