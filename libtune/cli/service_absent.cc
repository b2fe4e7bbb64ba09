// The commands that ask tuned, in a program without gRPC.
#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/terminal.h"

namespace tune {
namespace {

int Absent(const Arguments& arguments) {
  PrintError(absl::StrCat("tune ", arguments.command,
                          " asks a running tuned, and this program was built without it; build it with "
                          "-DLIBTUNE_WITH_SERVICE=ON, which ./dev build does where Python's package index can be had"));
  return kExitBadInput;
}

}  // namespace

int RunJobs(const Arguments& arguments) { return Absent(arguments); }
int RunWatch(const Arguments& arguments) { return Absent(arguments); }
int RunGet(const Arguments& arguments) { return Absent(arguments); }
int RunPlan(const Arguments& arguments) { return Absent(arguments); }
int RunApply(const Arguments& arguments) { return Absent(arguments); }
int RunRollback(const Arguments& arguments) { return Absent(arguments); }
int RunAudit(const Arguments& arguments) { return Absent(arguments); }
int RunPause(const Arguments& arguments) { return Absent(arguments); }
int RunResume(const Arguments& arguments) { return Absent(arguments); }
int RunPolicy(const Arguments& arguments) { return Absent(arguments); }
int RunQuota(const Arguments& arguments) { return Absent(arguments); }
int RunPush(const Arguments& arguments) { return Absent(arguments); }
std::vector<std::string> NamesOfJobs(const Arguments&) { return {}; }

}  // namespace tune
