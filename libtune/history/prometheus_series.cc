#include "libtune/history/prometheus_series.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/history/flink_names.h"
#include "libtune/history/numbers.h"
#include "libtune/internal/not_allowed.h"
#include "tune/job_graph.h"

namespace tune {
namespace {

static_assert(kProcessMetricCount < kOfJob);

constexpr std::array<std::pair<std::string_view, std::string SeriesLabels::*>, 18> kLabels = {{
    {"__name__", &SeriesLabels::name},
    {"job_id", &SeriesLabels::job_id},
    {"job_name", &SeriesLabels::job_name},
    {"task_id", &SeriesLabels::task_id},
    {"task_name", &SeriesLabels::task_name},
    {"subtask_index", &SeriesLabels::subtask_index},
    {"task_attempt_num", &SeriesLabels::task_attempt_num},
    {"tm_id", &SeriesLabels::tm_id},
    {"operator_id", &SeriesLabels::operator_id},
    {"operator_name", &SeriesLabels::operator_name},
    {"instance", &SeriesLabels::instance},
    {"host", &SeriesLabels::host},
    {"topic", &SeriesLabels::topic},
    {"partition", &SeriesLabels::partition},
    {"consumergroup", &SeriesLabels::consumergroup},
    {"pod", &SeriesLabels::pod},
    {"container", &SeriesLabels::container},
    {"resource", &SeriesLabels::resource},
}};

struct OffsetName {
  std::string_view name;
  SourceMetric metric;
  bool of_log;  // one series per partition
};
constexpr OffsetName kOffsetNames[] = {
    {"libtune_source_end_offset", SourceMetric::kEndOffset, false},
    {"libtune_source_committed_offset", SourceMetric::kCommittedOffset, false},
    {"kafka_topic_partition_current_offset", SourceMetric::kEndOffset, true},
    {"kafka_consumergroup_current_offset", SourceMetric::kCommittedOffset, true},
};

// The name that Flink's operator gives it, and that a pod template has to use.
constexpr std::string_view kMainContainer = "flink-main-container";

template <typename Metric>
uint8_t Code(Metric metric) {
  return static_cast<uint8_t>(metric);
}

absl::StatusOr<std::optional<SeriesMeaning>> OfTask(const SeriesLabels& labels, uint8_t metric) {
  SeriesMeaning meaning;
  meaning.kind = SubjectKind::kTask;
  meaning.metric = metric;
  meaning.id = labels.task_id.empty() ? labels.task_name : labels.task_id;
  if (meaning.id.empty()) return NotAllowed("label task_id", "\"\"", "a vertex id, or a task_name");
  meaning.subtask = TaskSample::kWholeVertex;
  if (!labels.subtask_index.empty()) {
    const std::optional<int64_t> subtask = ParseInteger(labels.subtask_index);
    if (!subtask || *subtask < 0 || *subtask >= kMaxParallelism) {
      return NotAllowed("label subtask_index", absl::StrCat("\"", labels.subtask_index, "\""),
                        absl::StrCat("a whole number in [0, ", kMaxParallelism, ")"));
    }
    meaning.subtask = static_cast<int32_t>(*subtask);
  }
  meaning.attempt = ParseInteger(labels.task_attempt_num).value_or(0);
  meaning.additive = metric == Code(TaskMetric::kPendingRecords) || metric == kSourceRead;
  const std::string& operator_id = labels.operator_id.empty() ? labels.operator_name : labels.operator_id;
  meaning.slot = absl::StrCat(labels.name, "/", meaning.additive ? operator_id : "");
  return meaning;
}

SubjectKind KindOf(ProcessRole role) {
  return role == ProcessRole::kTaskManager ? SubjectKind::kTaskManager : SubjectKind::kJobManager;
}

absl::StatusOr<std::optional<SeriesMeaning>> OfProcess(const SeriesLabels& labels, const ProcessName& process) {
  SeriesMeaning meaning;
  const ProcessRole role = FindProcessRole(labels.name).value_or(ProcessRole::kTaskManager);
  meaning.kind = KindOf(role);
  meaning.metric = CodeOf(process);
  meaning.slot = labels.name;
  // A JobManager has no tm_id. In Kubernetes its host is its pod's name.
  meaning.id = !labels.tm_id.empty() ? labels.tm_id : !labels.host.empty() ? labels.host : labels.instance;
  if (!meaning.id.empty()) return meaning;
  if (role == ProcessRole::kJobManager) {
    meaning.id = "jobmanager";
    return meaning;
  }
  return NotAllowed("label tm_id", "\"\"", "a TaskManager's id, or an instance");
}

// Several subtasks in one TaskManager tell the same: one of their series is enough. Of a TaskManager that they do not
// name it would be anybody's.
std::optional<SeriesMeaning> OfJobGauge(const SeriesLabels& labels, ProcessMetric gauge) {
  if (labels.tm_id.empty()) return std::nullopt;
  SeriesMeaning meaning;
  meaning.kind = SubjectKind::kTaskManager;
  meaning.metric = static_cast<uint8_t>(Code(gauge) | kOfJob);
  meaning.slot = labels.name;
  meaning.id = labels.tm_id;
  meaning.attempt = ParseInteger(labels.task_attempt_num).value_or(0);
  return meaning;
}

// Of the container that runs Flink; sidecars, and the sums over a pod, are not its.
std::optional<SeriesMeaning> OfContainer(const SeriesLabels& labels, ProcessMetric metric) {
  if (labels.pod.empty() || labels.container != kMainContainer) return std::nullopt;
  SeriesMeaning meaning;
  meaning.kind = KindOf(RoleOfPod(labels.pod));
  meaning.metric = static_cast<uint8_t>(Code(metric) | kOfContainer);
  meaning.slot = labels.name + labels.resource;
  meaning.id = labels.pod;
  return meaning;
}

std::optional<SeriesMeaning> OfSource(const SeriesLabels& labels) {
  for (const OffsetName& known : kOffsetNames) {
    if (labels.name != known.name) continue;
    SeriesMeaning meaning;
    meaning.kind = SubjectKind::kSource;
    meaning.metric = Code(known.metric);
    meaning.additive = known.of_log;
    if (!known.of_log) meaning.id = labels.task_id.empty() ? labels.task_name : labels.task_id;
    meaning.slot = absl::StrCat(labels.name, "/", labels.consumergroup, "/", labels.topic, "/", labels.partition);
    return meaning;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<SeriesLabels> ParseSeriesLabels(std::string_view metric, JsonParser& parser) {
  const absl::StatusOr<simdjson::dom::element> root = parser.Parse(metric);
  if (!root.ok()) return root.status();
  simdjson::dom::object fields;
  if (root->get(fields)) return WrongField("metric", *root, "an object of labels");
  SeriesLabels labels;
  for (const auto& [key, value] : fields) {
    for (const auto& [name, field] : kLabels) {
      if (key != name) continue;
      std::string_view text;
      if (value.get(text)) return WrongField(absl::StrCat("metric.", std::string(key)), value, "a text");
      labels.*field = std::string(text);
    }
  }
  return labels;
}

absl::StatusOr<std::optional<SeriesMeaning>> Understand(const SeriesLabels& labels) {
  if (const auto metric = FindTaskMetric(labels.name)) return OfTask(labels, Code(*metric));
  if (IsSourceRead(labels.name, labels.operator_name)) return OfTask(labels, kSourceRead);
  if (const auto process = FindProcessName(labels.name)) return OfProcess(labels, *process);
  if (const auto gauge = FindJobGauge(labels.name)) return OfJobGauge(labels, *gauge);
  if (const auto metric = FindContainerMetric(labels.name, labels.resource)) return OfContainer(labels, *metric);
  SeriesMeaning meaning;
  meaning.slot = labels.name;
  if (const auto metric = FindJobMetric(labels.name)) {
    meaning.kind = SubjectKind::kJob;
    meaning.metric = Code(*metric);
    return meaning;
  }
  return OfSource(labels);
}

}  // namespace tune
