#include "service/cluster/tune_metadata.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

// False: too many bytes.
bool Take(JsonValue object, const char* pointer, size_t& bytes, NamedTexts& into) {
  const auto map = MapAt(object, pointer);
  if (!map) return true;
  for (const auto& [key, value] : *map) {
    std::string_view text;
    if (key.substr(0, sizeof(kTunePrefix) - 1) != kTunePrefix || value.get(text) != simdjson::SUCCESS) continue;
    bytes += key.size() + text.size();
    if (bytes > kMostTuneBytes) return false;
    into.emplace_back(key, text);
  }
  std::sort(into.begin(), into.end());
  return true;
}

}  // namespace

absl::Status ReadTuneMetadata(JsonValue object, NamedTexts& labels, NamedTexts& annotations) {
  size_t bytes = 0;
  if (Take(object, "/metadata/labels", bytes, labels) && Take(object, "/metadata/annotations", bytes, annotations)) {
    return absl::OkStatus();
  }
  labels.clear();
  annotations.clear();
  return NotAllowed(absl::StrCat("metadata's labels and annotations of ", kTunePrefix), "too long",
                    absl::StrCat("at most ", kMostTuneBytes, " bytes together"));
}

}  // namespace tune
