#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "service/cli/connect.h"
#include "service/cli/job_table.h"
#include "service/cli/list_jobs.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

// Names go where a shell reads them: those that are none of Kubernetes' are left out.
bool IsKubernetesName(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '.';
  });
}

std::string FullName(const v1::JobRef& job) {
  if (!IsKubernetesName(job.namespace_()) || !IsKubernetesName(job.name())) return "";
  return absl::StrCat(job.namespace_(), "/", job.name());
}

void PrintTable(const v1::ListJobsResponse& all, const v1::JobFilter& filter) {
  if (all.jobs().empty()) {
    const std::string where =
        filter.namespace_().empty() ? "" : absl::StrCat(" in namespace ", Plain(filter.namespace_()), "; -A shows all");
    std::printf("no jobs%s\n", where.c_str());
  } else {
    Table table(JobHeadings());
    const absl::Time now = absl::Now();
    for (const v1::JobSummary& job : all.jobs()) table.AddRow(JobCells(job, now));
    PrintLines(table.Render());
  }
  PrintAge(ClusterOf(all));
}

}  // namespace

int RunJobs(const Arguments& a) {
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  const absl::StatusOr<v1::JobFilter> filter = FilterOf(a.service, connected->ns);
  if (!filter.ok()) return Fail(filter.status());
  const absl::StatusOr<v1::ListJobsResponse> all = ListAllJobs(*connected->client, *filter);
  if (!all.ok()) return Fail(all.status());
  if (a.format == OutputFormat::kJson) return PrintJson(*all);
  if (a.format == OutputFormat::kTable) {
    PrintTable(*all, *filter);
    return kExitOk;
  }
  for (const v1::JobSummary& job : all->jobs()) {
    if (const std::string name = FullName(job.job()); !name.empty()) std::printf("%s\n", name.c_str());
  }
  return kExitOk;
}

std::vector<std::string> NamesOfJobs(const Arguments& a) {
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return {};
  v1::JobFilter filter;
  absl::StatusOr<v1::ListJobsResponse> all = ListAllJobs(*connected->client, filter);
  if (absl::IsPermissionDenied(all.status())) {  // perhaps of one namespace
    filter.set_namespace_(connected->ns);
    all = ListAllJobs(*connected->client, filter);
  }
  if (!all.ok()) return {};
  std::vector<std::string> names;
  for (const v1::JobSummary& job : all->jobs()) {
    const bool is_session_job = job.job().kind() == v1::JOB_KIND_SESSION_JOB;
    const std::string name = FullName(job.job());
    if (name.empty() || is_session_job != a.service.session_job) continue;
    names.push_back(job.job().namespace_() == connected->ns ? job.job().name() : name);
  }
  return names;
}

}  // namespace tune
