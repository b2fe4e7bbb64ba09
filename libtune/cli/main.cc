#include <cstdio>
#include <map>
#include <string>

#include "libtune/cli/commands.h"
#include "libtune/cli/completion.h"
#include "libtune/cli/terminal.h"

namespace tune {

int Fail(const absl::Status& status) {
  PrintError(std::string(status.message()));
  const bool bad_input = status.code() == absl::StatusCode::kInvalidArgument ||
                         status.code() == absl::StatusCode::kNotFound ||
                         status.code() == absl::StatusCode::kFailedPrecondition;
  return bad_input ? kExitBadInput : kExitFailed;
}

int RunCompletion(const Arguments& arguments) {
  std::fputs(CompletionScript(arguments.shell).c_str(), stdout);
  return kExitOk;
}

int RunComplete(const Arguments& arguments) {
  for (const std::string& word : Candidates(arguments.words, NamesOfJobs)) std::printf("%s\n", word.c_str());
  return kExitOk;
}

}  // namespace tune

int main(int argc, char** argv) {
  tune::Arguments arguments;
  const int parsed = tune::ParseArguments(argc, argv, arguments);
  if (parsed >= 0) return parsed;
  const std::map<std::string, int (*)(const tune::Arguments&)> commands = {{"recommend", tune::RunRecommend},
                                                                           {"explain", tune::RunExplain},
                                                                           {"inspect", tune::RunInspect},
                                                                           {"memory", tune::RunMemory},
                                                                           {"cost", tune::RunCost},
                                                                           {"gc", tune::RunGc},
                                                                           {"plot", tune::RunPlot},
                                                                           {"score", tune::RunScore},
                                                                           {"convert", tune::RunConvert},
                                                                           {"completion", tune::RunCompletion},
                                                                           {"jobs", tune::RunJobs},
                                                                           {"watch", tune::RunWatch},
                                                                           {"get", tune::RunGet},
                                                                           {"plan", tune::RunPlan},
                                                                           {"apply", tune::RunApply},
                                                                           {"rollback", tune::RunRollback},
                                                                           {"audit", tune::RunAudit},
                                                                           {"pause", tune::RunPause},
                                                                           {"resume", tune::RunResume},
                                                                           {"policy", tune::RunPolicy},
                                                                           {"quota", tune::RunQuota},
                                                                           {"push", tune::RunPush},
                                                                           {tune::kCompleteCommand, tune::RunComplete}};
  return commands.at(arguments.command)(arguments);
}
