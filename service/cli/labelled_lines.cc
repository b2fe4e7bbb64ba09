#include "service/cli/labelled_lines.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"

namespace tune {

void LabelledLines::Add(const char* label, const std::string& text) {
  if (!text.empty()) rows_.push_back({Paint(Colour::kDim, label), text});
}

std::string LabelledLines::Render() const {
  size_t width = 0;
  for (const auto& [label, text] : rows_) width = std::max(width, DisplayWidth(label));
  std::string out;
  for (const auto& [label, text] : rows_) {
    absl::StrAppend(&out, label, std::string(width + 2 - DisplayWidth(label), ' '), text, "\n");
  }
  return out;
}

}  // namespace tune
