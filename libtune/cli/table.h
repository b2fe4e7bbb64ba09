// Columns for a terminal: numbers to the right, texts to the left, widths by what is seen (UTF-8, colours not counted).
#pragma once

#include <string>
#include <vector>

namespace tune {

class Table {
 public:
  // A heading that starts with '>' is of a column of numbers: aligned to the right.
  explicit Table(const std::vector<std::string>& headings);
  void AddRow(const std::vector<std::string>& cells);
  // Every line ends with a newline; without trailing blanks.
  std::string Render() const;
  // The rows that were added since the last time, the headings the first time; columns do not become narrower. What was
  // rendered is forgotten.
  std::string RenderNext();

 private:
  std::vector<bool> right_;
  std::vector<size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` cut to so many columns, "…" at its end then. Colours are not counted, and end where the text does.
std::string CutTo(size_t columns, const std::string& text);

// Columns that `text` takes on a terminal.
size_t DisplayWidth(const std::string& text);

}  // namespace tune
