#include "libtune/cli/memory_report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "libtune/cli/table.h"
#include "tune/sizes.h"

namespace tune {
namespace {

std::string MebibytesOf(Bytes size) { return absl::StrFormat("%.1f", static_cast<double>(size.value()) / (1 << 20)); }

// Eighths of a character, so that a small component is still seen.
std::string Bar(double share) {
  constexpr int kWidth = 40;
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<int>(std::lround(share * kWidth * 8));
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + kEighths[eighths % 8];
}

// "JVM metaspace" -> "jvm_metaspace_bytes"
std::string KeyOf(const std::string& component) {
  return absl::StrCat(absl::AsciiStrToLower(absl::StrReplaceAll(component, {{" ", "_"}, {"-", "_"}})), "_bytes");
}

std::string VersionText(const FlinkVersion& version) { return absl::StrCat(version.major, ".", version.minor); }

}  // namespace

MemoryReport ReportOf(const FlinkVersion& version, const TaskManagerMemory& m) {
  MemoryReport report;
  report.process = "TaskManager";
  report.version = version;
  report.components = {{"framework heap", m.framework_heap},
                       {"task heap", m.task_heap},
                       {"managed", m.managed},
                       {"framework off-heap", m.framework_off_heap},
                       {"task off-heap", m.task_off_heap},
                       {"network", m.network},
                       {"JVM metaspace", m.metaspace},
                       {"JVM overhead", m.overhead}};
  report.flink_size = m.Flink();
  report.process_size = m.Process();
  report.jvm_arguments = JvmArguments(m);
  report.resource_field = "spec.taskManager.resource.memory";
  return report;
}

MemoryReport ReportOf(const FlinkVersion& version, const JobManagerMemory& m) {
  MemoryReport report;
  report.process = "JobManager";
  report.version = version;
  report.components = {
      {"heap", m.heap}, {"off-heap", m.off_heap}, {"JVM metaspace", m.metaspace}, {"JVM overhead", m.overhead}};
  report.flink_size = m.Flink();
  report.process_size = m.Process();
  report.jvm_arguments = JvmArguments(m);
  report.resource_field = "spec.jobManager.resource.memory";
  return report;
}

std::string MemoryTable(const MemoryReport& report) {
  std::string text = absl::StrCat(report.process, ", Flink ", VersionText(report.version), "\n\n");
  Table table({"component", ">MiB", ">bytes", ">share", ""});
  const auto whole = static_cast<double>(report.process_size.value());
  const auto add = [&](const std::string& name, Bytes size, bool bar) {
    const double share = whole > 0 ? static_cast<double>(size.value()) / whole : 0;
    table.AddRow({name, MebibytesOf(size), absl::StrCat(size.value()), absl::StrFormat("%.1f %%", 100 * share),
                  bar ? Bar(share) : ""});
  };
  for (const MemoryReport::Component& component : report.components) add(component.name, component.size, true);
  add("total Flink memory", report.flink_size, false);
  add("total process memory", report.process_size, false);
  absl::StrAppend(&text, table.Render(), "\nJVM: ", report.jvm_arguments, "\ncontainer: memory request ",
                  FormatKubernetesBytes(report.memory_request), ", limit ", FormatKubernetesBytes(report.memory_limit),
                  "\n");
  if (!report.planned) return text;
  absl::StrAppend(&text, "\n", report.resource_field, ": ", FormatDeploymentMemory(report.process_size), "\n");
  if (report.set.empty()) absl::StrAppend(&text, "no option has to change\n");
  for (const auto& [key, value] : report.set) absl::StrAppend(&text, key, ": ", value, "\n");
  return text;
}

std::string MemoryJson(const MemoryReport& report) {
  nlohmann::ordered_json json;
  json["process"] = report.process;
  json["flink_version"] = VersionText(report.version);
  for (const MemoryReport::Component& component : report.components) {
    json["components"][KeyOf(component.name)] = component.size.value();
  }
  json["flink_size_bytes"] = report.flink_size.value();
  json["process_size_bytes"] = report.process_size.value();
  json["jvm_arguments"] = report.jvm_arguments;
  json["container"] = {{"memory_request_bytes", report.memory_request.value()},
                       {"memory_limit_bytes", report.memory_limit.value()}};
  if (report.planned) {
    json["plan"] = {{"resource_memory", FormatDeploymentMemory(report.process_size)}, {"set", report.set}};
  }
  return json.dump(1) + "\n";
}

}  // namespace tune
