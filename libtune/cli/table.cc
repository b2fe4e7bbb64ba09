#include "libtune/cli/table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libtune/cli/terminal.h"

namespace tune {

size_t DisplayWidth(const std::string& text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {  // a colour: up to its 'm'
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {  // not a following byte of UTF-8
      ++width;
    }
  }
  return width;
}

Table::Table(const std::vector<std::string>& headings) {
  std::vector<std::string> names;
  for (const std::string& heading : headings) {
    right_.push_back(!heading.empty() && heading[0] == '>');
    names.push_back(Paint(Colour::kDim, right_.back() ? heading.substr(1) : heading));
  }
  rows_.push_back(names);
}

void Table::AddRow(const std::vector<std::string>& cells) {
  rows_.push_back(cells);
  rows_.back().resize(right_.size());
}

std::string Table::Render() const {
  std::vector<size_t> widths(right_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], DisplayWidth(row[c]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string pad(widths[c] - DisplayWidth(row[c]), ' ');
      absl::StrAppend(&line, c == 0 ? "" : "  ", right_[c] ? pad : "", row[c], right_[c] ? "" : pad);
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

}  // namespace tune
