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

std::string CutTo(size_t columns, const std::string& text) {
  if (DisplayWidth(text) <= columns) return text;
  size_t width = 0, end = 0;
  while (end < text.size()) {
    size_t next = end + 1;
    if (text[end] == '\033') {
      while (next < text.size() && text[next - 1] != 'm') ++next;
    } else {
      while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
      if (++width >= columns) break;  // one is for the "…"
    }
    end = next;
  }
  const bool coloured = text.find('\033') != std::string::npos;
  return absl::StrCat(text.substr(0, end), columns > 0 ? "…" : "", coloured ? "\033[0m" : "");
}

Table::Table(const std::vector<std::string>& headings) : widths_(headings.size(), 0) {
  std::vector<std::string> names;
  for (const std::string& heading : headings) {
    right_.push_back(!heading.empty() && heading[0] == '>');
    names.push_back(Paint(Colour::kDim, right_.back() ? heading.substr(1) : heading));
  }
  AddRow(names);
}

void Table::AddRow(const std::vector<std::string>& cells) {
  rows_.push_back(cells);
  rows_.back().resize(right_.size());
  for (size_t c = 0; c < widths_.size(); ++c) widths_[c] = std::max(widths_[c], DisplayWidth(rows_.back()[c]));
}

std::string Table::Render() const {
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string pad(widths_[c] - DisplayWidth(row[c]), ' ');
      absl::StrAppend(&line, c == 0 ? "" : "  ", right_[c] ? pad : "", row[c], right_[c] ? "" : pad);
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string Table::RenderNext() {
  std::string text = Render();
  rows_.clear();
  return text;
}

}  // namespace tune
