// YAML for the terminal.
#pragma once

#include <string>

namespace tune {

// JSON is YAML: read as such and written in block style. `json` is one that the program made.
std::string JsonToYaml(const std::string& json);

}  // namespace tune
