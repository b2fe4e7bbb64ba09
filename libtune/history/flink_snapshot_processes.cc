// The processes of a line of rest.jsonl: TaskManagers, the JobManager, and what a recorder beside them measured.
#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/flink_json.h"
#include "libtune/history/flink_snapshot.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// HotSpot's own counters (hsperfdata), which the JVM renews at each collection. Generation 1 is the old one.
constexpr std::array<std::pair<std::string_view, ProcessMetric>, 6> kHotSpotNames = {{
    {"sun.gc.collector.0.invocations", ProcessMetric::kYoungGcCount},
    {"sun.gc.collector.1.invocations", ProcessMetric::kFullGcCount},
    {"sun.gc.generation.1.space.0.used", ProcessMetric::kOldGenUsed},
    {"sun.gc.generation.1.capacity", ProcessMetric::kOldGenCapacity},
    {"sun.gc.metaspace.used", ProcessMetric::kMetaspaceUsed},
    {"sun.gc.metaspace.maxCapacity", ProcessMetric::kMetaspaceMax},
}};
// Survivor spaces 1 and 2 of the young generation: one of them is empty.
constexpr std::array<std::string_view, 2> kSurvivors = {"sun.gc.generation.0.space.1.used",
                                                        "sun.gc.generation.0.space.2.used"};

// root[group][id], where it is an object.
std::optional<object> Entry(object root, std::string_view group, std::string_view id) {
  object entries, entry;
  if (root.at_key(group).get_object().get(entries) || entries.at_key(id).get_object().get(entry)) return std::nullopt;
  return entry;
}

void TakeHotSpot(object counters, ProcessSample& sample) {
  for (const auto& [name, metric] : kHotSpotNames) {
    const std::optional<double> value = AmountField(counters, name);
    if (value && !sample.Has(metric)) sample.Set(metric, *value);
  }
  std::optional<double> survivors;
  for (const std::string_view name : kSurvivors) {
    if (const auto value = AmountField(counters, name)) survivors = survivors.value_or(0) + *value;
  }
  if (survivors) sample.Set(ProcessMetric::kSurvivorUsed, *survivors);
}

// What a recorder on the TaskManager's machine saw: "hsperfdata" and "rss_kb".
void TakeHostValues(object root, std::string_view id, ProcessSample& sample) {
  if (const auto counters = Entry(root, "hsperfdata", id)) TakeHotSpot(*counters, sample);
  object rss;
  if (root.at_key("rss_kb").get_object().get(rss)) return;
  if (const auto kib = AmountField(rss, id)) sample.Set(ProcessMetric::kRss, *kib * 1024);
}

}  // namespace

absl::Status SnapshotParser::ParseTaskManagers(object root, Snapshot& snapshot) {
  std::optional<object> task_managers;
  if (auto status = FindObject(root, "", "taskmanagers", task_managers); !status.ok()) return status;
  if (!task_managers) return absl::OkStatus();
  std::set<std::string_view> ids;
  for (const auto entry : *task_managers) {
    ProcessSample sample{};
    sample.time_ms = snapshot.time_ms;
    sample.id = std::string(entry.key);
    if (sample.id.empty()) return NotAllowed("taskmanagers", "\"\"", "ids that are not empty");
    if (!ids.insert(entry.key).second) return NotAllowed("taskmanagers", sample.id, "each id once");
    if (IsMissing(entry.value)) continue;
    const std::string path = absl::StrCat("taskmanagers[\"", sample.id, "\"].");
    if (auto status = ParseTaskManager(entry.value, path, sample); !status.ok()) return status;
    TakeHostValues(root, entry.key, sample);
    snapshot.processes.push_back(std::move(sample));
  }
  // REST does not say which TaskManager a subtask's metrics come from: of one alone it is known.
  if (snapshot.processes.size() == 1 && ids.size() == 1) job_gauges_.Fill(snapshot.processes.front());
  return absl::OkStatus();
}

absl::Status SnapshotParser::ParseTaskManager(element value, const std::string& path, ProcessSample& sample) {
  object fields;
  if (value.get_object().get(fields)) return WrongField(path, value, "an object");
  if (auto status = ParseJvm(fields, path, "metrics", sample); !status.ok()) return status;
  if (const auto slots = AmountField(fields, "slots")) sample.Set(ProcessMetric::kSlots, *slots);
  return absl::OkStatus();
}

absl::Status SnapshotParser::ParseJobManager(object root, Snapshot& snapshot) {
  ProcessSample sample{};
  sample.time_ms = snapshot.time_ms;
  sample.role = ProcessRole::kJobManager;
  sample.id = "jobmanager";
  if (auto status = ParseJvm(root, "", "jobmanager", sample); !status.ok()) return status;
  if (sample.present != 0) snapshot.processes.push_back(std::move(sample));
  return absl::OkStatus();
}

absl::Status SnapshotParser::ParseJvm(object fields, const std::string& path, const char* list, ProcessSample& sample) {
  JvmValues values;
  auto status = ForEachMetric(fields, path, list,
                              [&](std::string_view id, element number_value, const std::string& where) -> absl::Status {
                                if (!See(id)) return absl::OkStatus();
                                const std::optional<ProcessName> name = FindProcessName(id);
                                if (!name) return absl::OkStatus();
                                const absl::StatusOr<double> number = MetricNumber(id, number_value, where);
                                if (number.ok()) values.Add(*name, *number);
                                return number.status();
                              });
  if (status.ok()) values.Fill(sample);
  return status;
}

}  // namespace tune
