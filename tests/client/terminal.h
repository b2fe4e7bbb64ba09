// Runs the built `tune` where a person sits: standard input and output are a terminal.
#pragma once

#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace tune {

// `typed` waits at the terminal before the program asks. `out` is all that the terminal shows, what was typed too, with
// "\n" at the ends of lines; `error` is empty, as standard error is the terminal as well.
ProgramResult RunTuneAtTerminal(const std::vector<std::string>& words, const std::string& typed);

}  // namespace tune
