// Options that several of the commands have which ask `tuned`.
#pragma once

#include <string>
#include <vector>

#include "libtune/cli/make_app.h"

namespace tune {

// How it is reached, and as whom.
void AddConnection(CLI::App& app, ServiceArguments& s);
void AddNamespace(CLI::App& app, ServiceArguments& s);
// The job that the command is about.
void AddJob(CLI::App& app, ServiceArguments& s);
// A job, a namespace or everyone.
void AddScope(CLI::App& app, ServiceArguments& s);
// `names` are of OutputFormat, "table" among them.
void AddFormat(CLI::App& app, Arguments& a, const std::vector<std::string>& names);
void AddPolicy(CLI::App& app, ServiceArguments& s, const std::string& about);

}  // namespace tune
