#include "libtune/cli/process_table.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

constexpr double kMib = 1 << 20;

std::string Mib(const std::optional<Bytes>& bytes) {
  return bytes ? absl::StrFormat("%.0f", static_cast<double>(bytes->value()) / kMib) : "-";
}

std::string Count(const std::optional<int>& count) { return count ? absl::StrCat(*count) : "-"; }

std::string Cores(const std::optional<MilliCores>& cpu) {
  return cpu ? absl::StrFormat("%.3g", static_cast<double>(cpu->value()) / 1000) : "-";
}

std::string Limit(const std::optional<MilliCores>& cpu, double factor) {
  return cpu ? absl::StrFormat("%.3g", static_cast<double>(cpu->value()) / 1000 * factor) : "-";
}

void AddRow(const std::string& name, const ProcessSize& size, Table& table) {
  table.AddRow({name, Count(size.count), Count(size.slots), Cores(size.cpu), Limit(size.cpu, size.cpu_limit_factor),
                Mib(size.memory), Mib(size.heap), Mib(size.managed), Mib(size.network), Mib(size.metaspace),
                size.cost ? absl::StrFormat("%.3g", *size.cost) : "-"});
}

bool IsKnown(const ProcessRecommendation& role) {
  const ProcessSize& now = role.now;
  return now.count || now.cpu || now.memory || now.heap || role.memory_verdict != Verdict::kNotMeasured ||
         role.cpu_verdict != Verdict::kNotMeasured;
}

void AddRole(const std::string& name, const ProcessRecommendation& role, Table& table) {
  if (!IsKnown(role)) return;
  AddRow(absl::StrCat(name, " now"), role.now, table);
  AddRow(absl::StrCat(name, " need"), role.needed, table);
  AddRow(absl::StrCat(name, " wanted"), role.wanted, table);
}

void PrintRole(ProcessRole which, const ProcessRecommendation& role) {
  if (IsKnown(role)) std::printf("%s\n", RoleSummary(which, role).c_str());
}

}  // namespace

void PrintProcesses(const JobRecommendation& job) {
  if (!IsKnown(job.task_managers) && !IsKnown(job.job_manager)) return;
  Table table({"processes", ">number", ">slots", ">cores", ">limit", ">memory MiB", ">heap", ">managed", ">network",
               ">metaspace", ">cost"});
  AddRole("TaskManagers", job.task_managers, table);
  AddRole("JobManager", job.job_manager, table);
  std::printf("\n%s", table.Render().c_str());
  PrintRole(ProcessRole::kTaskManager, job.task_managers);
  PrintRole(ProcessRole::kJobManager, job.job_manager);
}

}  // namespace tune
