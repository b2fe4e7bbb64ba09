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

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns that `text` takes on a terminal.
size_t DisplayWidth(const std::string& text);

}  // namespace tune
