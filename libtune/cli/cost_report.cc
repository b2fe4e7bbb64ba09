#include "libtune/cli/cost_report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/table.h"
#include "libtune/internal/path.h"
#include "libtune/pack/limits.h"

namespace tune {
namespace {

constexpr double kMib = 1 << 20, kGib = 1 << 30;

// Three places after the point at most: "36", "0.266". No minus before a zero.
std::string Number(double value) { return absl::StrFormat("%.15g", std::round(value * 1000) / 1000 + 0.0); }
std::string Cores(MilliCores cpu) { return Number(static_cast<double>(cpu.value()) / 1000); }
std::string Mib(Bytes memory) { return Number(static_cast<double>(memory.value()) / kMib); }
std::string Count(const std::optional<int>& count) { return count ? absl::StrCat(*count) : "-"; }

// Of several pods.
struct Sum {
  double cores = 0, gib = 0, cost = 0;

  friend Sum operator+(const Sum& a, const Sum& b) { return {a.cores + b.cores, a.gib + b.gib, a.cost + b.cost}; }
  friend Sum operator-(const Sum& a, const Sum& b) { return {a.cores - b.cores, a.gib - b.gib, a.cost - b.cost}; }
};

double CostOfOne(const CostReport& report, const RolePods& pods) {
  return PodCost(pods.each.cpu_request, pods.each.memory_request, report.price);
}

// nullopt: the number of pods is not known.
std::optional<Sum> SumOf(const CostReport& report, const RolePods& pods) {
  if (!pods.count) return std::nullopt;
  return Sum{*pods.count * static_cast<double>(pods.each.cpu_request.value()) / 1000,
             *pods.count * static_cast<double>(pods.each.memory_request.value()) / kGib,
             *pods.count * CostOfOne(report, pods)};
}

std::optional<Sum> SumOf(const CostReport& report, const JobPods& pods) {
  const std::optional<Sum> a = SumOf(report, pods.job_manager), b = SumOf(report, pods.task_managers);
  if (!a || !b) return std::nullopt;
  return *a + *b;
}

void AddSums(std::vector<std::string>& cells, const std::optional<Sum>& sum) {
  for (const std::string& cell : sum ? std::vector<std::string>{Number(sum->cores), Number(sum->gib), Number(sum->cost)}
                                     : std::vector<std::string>{"-", "-", "-"}) {
    cells.push_back(cell);
  }
}

void AddRole(const CostReport& report, const std::string& name, const RolePods& pods, Table& table) {
  const ContainerResources& each = pods.each;
  std::vector<std::string> cells = {name,
                                    Count(pods.count),
                                    pods.slots ? Count(pods.slots) : "",
                                    Cores(each.cpu_request),
                                    Cores(each.cpu_limit),
                                    Mib(each.memory_request),
                                    Mib(each.memory_limit),
                                    Number(CostOfOne(report, pods))};
  AddSums(cells, SumOf(report, pods));
  table.AddRow(cells);
}

void AddSumRow(const std::string& name, const std::optional<Sum>& sum, Table& table) {
  std::vector<std::string> cells = {name, "", "", "", "", "", "", ""};
  AddSums(cells, sum);
  table.AddRow(cells);
}

void AddJob(const CostReport& report, const std::string& when, const JobPods& pods, Table& table) {
  AddRole(report, absl::StrCat("JobManager ", when), pods.job_manager, table);
  AddRole(report, absl::StrCat("TaskManagers ", when), pods.task_managers, table);
  AddSumRow(absl::StrCat("all ", when), SumOf(report, pods), table);
}

// How much more the recommended pods take; nullopt: one of both is not known.
std::optional<Sum> Difference(const CostReport& report) {
  if (!report.recommended) return std::nullopt;
  const std::optional<Sum> now = SumOf(report, report.spec), then = SumOf(report, *report.recommended);
  if (!now || !then) return std::nullopt;
  return *then - *now;
}

std::string Heading(const CostReport& report) {
  std::string text = absl::StrCat(report.job, report.flink.empty() ? "" : ", Flink ", report.flink);
  if (report.slots > 0) absl::StrAppend(&text, "; slots needed ", report.slots, " (", report.slots_from, ")");
  if (!report.answer.empty()) absl::StrAppend(&text, "; recommended: ", report.answer);
  return text;
}

nlohmann::ordered_json RoleJson(const CostReport& report, const RolePods& pods) {
  nlohmann::ordered_json json;
  json["count"] = pods.count ? nlohmann::ordered_json(*pods.count) : nullptr;
  if (pods.slots) json["slots"] = *pods.slots;
  json["cpu_request_millicores"] = pods.each.cpu_request.value();
  json["cpu_limit_millicores"] = pods.each.cpu_limit.value();
  json["memory_request_bytes"] = pods.each.memory_request.value();
  json["memory_limit_bytes"] = pods.each.memory_limit.value();
  json["cost_of_one"] = CostOfOne(report, pods);
  const std::optional<Sum> sum = SumOf(report, pods);
  json["cost"] = sum ? nlohmann::ordered_json(sum->cost) : nullptr;
  return json;
}

nlohmann::ordered_json JobJson(const CostReport& report, const JobPods& pods) {
  nlohmann::ordered_json json;
  json["job_manager"] = RoleJson(report, pods.job_manager);
  json["task_managers"] = RoleJson(report, pods.task_managers);
  const std::optional<Sum> sum = SumOf(report, pods);
  json["cost"] = sum ? nlohmann::ordered_json(sum->cost) : nullptr;
  return json;
}

}  // namespace

std::string CostTable(const CostReport& report) {
  const std::string unit = report.price ? "price" : "CU";
  Table table({"pods", ">number", ">slots", ">cores", ">limit", ">memory MiB", ">limit", absl::StrCat(">", unit),
               ">all cores", ">all GiB", absl::StrCat(">all ", unit)});
  AddJob(report, "now", report.spec, table);
  if (report.recommended) {
    AddJob(report, "wanted", *report.recommended, table);
    AddSumRow("difference", Difference(report), table);
  }
  std::string text = absl::StrCat(Heading(report), "\n\n", table.Render());
  const std::string before = text;
  for (const std::string& limit : report.spec_broken) absl::StrAppend(&text, "\nlimit broken now: ", limit);
  for (const std::string& limit : report.recommended_broken) absl::StrAppend(&text, "\nlimit broken then: ", limit);
  for (const std::string& note : report.spec.notes) absl::StrAppend(&text, "\nnote: ", note);
  return text == before ? text : text + "\n";
}

std::string CostJson(const CostReport& report) {
  nlohmann::ordered_json json;
  json["job"] = Utf8(report.job);
  if (!report.flink.empty()) json["flink_version"] = report.flink;
  if (report.slots > 0) json["slots"] = {{"needed", report.slots}, {"from", report.slots_from}};
  json["unit"] = report.price ? "price" : "CU";
  if (report.price) json["price"] = {{"per_core", report.price->per_core}, {"per_gib", report.price->per_gib}};
  json["spec"] = JobJson(report, report.spec);
  json["spec"]["limits_broken"] = report.spec_broken;
  if (report.recommended) {
    json["recommended"] = JobJson(report, *report.recommended);
    json["recommended"]["limits_broken"] = report.recommended_broken;
    json["recommended"]["answer"] = report.answer;
    const std::optional<Sum> more = Difference(report);
    json["difference"] = more ? nlohmann::ordered_json(more->cost) : nullptr;
  }
  json["notes"] = report.spec.notes;
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tune
