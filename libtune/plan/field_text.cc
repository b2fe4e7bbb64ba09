#include "libtune/plan/field_text.h"

#include "absl/strings/str_cat.h"

namespace tune {

std::string FieldText(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& part : path) {
    if (part.find('.') != std::string::npos) {
      absl::StrAppend(&text, "[\"", part, "\"]");
    } else {
      absl::StrAppend(&text, text.empty() ? "" : ".", part);
    }
  }
  return text;
}

}  // namespace tune
