#include <cmath>
#include <cstdio>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "service/cli/connect.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

constexpr double kGib = 1 << 30;

// Three places after the point at most.
std::string Number(double value) { return absl::StrFormat("%.15g", std::round(value * 1000) / 1000 + 0.0); }
std::string Cores(int64_t milli_cores) { return Number(static_cast<double>(milli_cores) / 1000); }
std::string Gib(int64_t bytes) { return Number(static_cast<double>(bytes) / kGib); }

// In cores, GiB or pods, by what the resource is called.
std::string AmountText(const std::string& resource, int64_t amount) {
  if (absl::EndsWith(resource, "cpu")) return Cores(amount);
  if (absl::EndsWith(resource, "memory")) return Gib(amount);
  return absl::StrCat(amount);
}

std::string UnitOf(const std::string& resource) {
  if (absl::EndsWith(resource, "cpu")) return "cores";
  return absl::EndsWith(resource, "memory") ? "GiB" : "";
}

void PrintQuotas(const v1::NamespaceQuota& quota) {
  if (quota.lines().empty()) {
    std::printf("no quota in namespace %s\n", Plain(quota.namespace_()).c_str());
    return;
  }
  Table table({"quota", "resource", "unit", ">hard", ">used", ">in flight", ">left"});
  for (const v1::QuotaLine& line : quota.lines()) {
    const std::string& resource = line.resource();
    table.AddRow({Plain(line.quota()), Plain(resource), UnitOf(resource), AmountText(resource, line.hard()),
                  line.has_used() ? AmountText(resource, line.used()) : "-", AmountText(resource, line.in_flight()),
                  AmountText(resource, line.left())});
  }
  PrintLines(table.Render());
}

void PrintJobs(const v1::NamespaceQuota& quota) {
  if (quota.jobs().empty()) return;
  Table table({"deployment", ">pods", ">cores", ">limit", ">GiB", ">limit", ">pods in flight", "not known"});
  for (const v1::JobUse& job : quota.jobs()) {
    const v1::PodsTaken& now = job.now();
    const v1::PodsTaken& wanted = job.unknown().empty() ? job.wanted() : job.now();
    const auto change = [](const std::string& a, const std::string& b) {
      return a == b ? a : absl::StrCat(a, " → ", b);
    };
    table.AddRow({Plain(job.deployment()), Change(now.pods(), wanted.pods()),
                  change(Cores(now.cpu_request()), Cores(wanted.cpu_request())),
                  change(Cores(now.cpu_limit()), Cores(wanted.cpu_limit())),
                  change(Gib(now.memory_request()), Gib(wanted.memory_request())),
                  change(Gib(now.memory_limit()), Gib(wanted.memory_limit())), absl::StrCat(job.in_flight().pods()),
                  Plain(job.unknown())});
  }
  std::printf("\n");
  PrintLines(table.Render());
}

// Of each container.
void PrintRange(const v1::LimitRange& range) {
  std::string text;
  const auto add = [&text](bool is_there, const std::string& part) {
    if (is_there) absl::StrAppend(&text, text.empty() ? "" : ", ", part);
  };
  add(range.has_min_cpu(), absl::StrCat("at least ", Cores(range.min_cpu()), " cores"));
  add(range.has_max_cpu(), absl::StrCat("at most ", Cores(range.max_cpu()), " cores"));
  add(range.has_min_memory(), absl::StrCat("at least ", Gib(range.min_memory()), " GiB"));
  add(range.has_max_memory(), absl::StrCat("at most ", Gib(range.max_memory()), " GiB"));
  add(range.has_max_cpu_ratio(), absl::StrCat("CPU limit over request at most ", Number(range.max_cpu_ratio())));
  add(range.has_max_memory_ratio(),
      absl::StrCat("memory limit over request at most ", Number(range.max_memory_ratio())));
  if (!text.empty()) std::printf("\neach container: %s\n", text.c_str());
}

}  // namespace

int RunQuota(const Arguments& a) {
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  v1::GetQuotaRequest request;
  request.set_namespace_(Utf8(connected->ns));
  v1::GetQuotaResponse response;
  if (absl::Status status = connected->client->Call(&Client::Stub::GetQuota, request, response); !status.ok()) {
    return Fail(status);
  }
  if (a.format == OutputFormat::kJson) return PrintJson(response);
  PrintQuotas(response.quota());
  PrintJobs(response.quota());
  PrintRange(response.quota().range());
  for (const std::string& text : response.quota().unread()) PrintWarning(absl::StrCat("not counted: ", text));
  PrintAge(ClusterOf(response));
  return kExitOk;
}

}  // namespace tune
