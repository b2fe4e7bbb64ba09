// The command line as its parser has it: for parsing, for help, and for what shells complete.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>

#include "libtune/cli/arguments.h"

namespace tune {

// Fills `arguments`, which outlives it, when it parses.
std::unique_ptr<CLI::App> MakeApp(Arguments& arguments);

// The group of those options that say how `tuned` is reached.
constexpr char kConnectionGroup[] = "Connection";

CLI::App* AddCommand(CLI::App& app, Arguments& arguments, const std::string& name, const std::string& about,
                     const std::string& examples);
// An option that may be given again and again.
CLI::Option* AddList(CLI::App& app, const std::string& name, std::vector<std::string>& values, const std::string& about,
                     const std::string& type);
// The arguments that say which history is read, and how.
void AddHistory(CLI::App& app, Arguments& arguments, bool required = true);
void AddSourceRates(CLI::App& app, Arguments& arguments);
// The commands that ask `tuned`.
void AddServiceCommands(CLI::App& app, Arguments& arguments);
// Those of them that change jobs' specs, and what goes with that.
void AddChangeCommands(CLI::App& app, Arguments& arguments);

}  // namespace tune
