// Runs the built `tune` and takes what it prints.
#pragma once

#include <string>
#include <vector>

namespace tune {

struct ProgramResult {
  int exit_code = -1;
  std::string out;    // standard output
  std::string error;  // standard error
};

// Words are passed as they are; no shell reads them.
ProgramResult RunTune(const std::vector<std::string>& words);

}  // namespace tune
