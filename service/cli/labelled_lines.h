// Lines "label  text".
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tune {

class LabelledLines {
 public:
  // A line without a text is left out.
  void Add(const char* label, const std::string& text);
  // The texts stand below each other.
  std::string Render() const;

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

}  // namespace tune
