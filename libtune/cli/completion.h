// What a shell completes: commands and options as the parser has them, their choices, and names of jobs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libtune/cli/arguments.h"

namespace tune {

// The completion script for "bash", "zsh" or "fish". It asks the program itself at each key.
std::string CompletionScript(const std::string& shell);

// Names of jobs; `arguments` say how tuned is reached, and which are meant. Empty where it does not answer.
using JobNames = std::function<std::vector<std::string>(const Arguments& arguments)>;

// What may stand in place of the last of `words`, which may be empty; those before it are whole. Sorted. Empty: nothing
// that is known, perhaps a file's name.
std::vector<std::string> Candidates(const std::vector<std::string>& words, const JobNames& jobs);

}  // namespace tune
