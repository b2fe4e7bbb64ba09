// Objects -> FlinkJob.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "libtune/plan/scaling_mode.h"
#include "libtune/plan/spec_option.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/json_tree.h"
#include "service/cluster/pod_template.h"
#include "service/cluster/tune_metadata.h"
#include "service/cluster/web_ui.h"

namespace tune {
namespace {

constexpr size_t kLongestName = 253;
constexpr size_t kLongestText = 256;           // of the spec
constexpr size_t kMostOptionBytes = 64 << 10;  // a parallelism for each of 1,000 vertices

// What ReadFlinkDeployment() reads.
const std::vector<TreeField>& SpecFields() {
  static const auto& fields = *new std::vector<TreeField>([] {
    const std::vector<TreeField> process = {{"replicas", {}},
                                            {"resource", {{"memory", {}}, {"cpu", {}}, {"ephemeralStorage", {}}}}};
    return std::vector<TreeField>{{"apiVersion", {}},
                                  {"kind", {}},
                                  {"metadata", {{"name", {}}, {"namespace", {}}}},
                                  {"spec",
                                   {{"flinkVersion", {}},
                                    {"job", {{"parallelism", {}}, {"upgradeMode", {}}}},
                                    {"taskManager", process},
                                    {"jobManager", process},
                                    {"flinkConfiguration", {}}}}};
  }());
  return fields;
}

UpgradeMode UpgradeModeOf(std::string_view text) {
  if (text == "stateless") return UpgradeMode::kStateless;
  if (text == "savepoint") return UpgradeMode::kSavepoint;
  return text == "last-state" ? UpgradeMode::kLastState : UpgradeMode::kNotTold;
}

HighAvailability HighAvailabilityOf(const FlinkDeploymentSpec& spec) {
  const std::string type = Option(spec, "high-availability.type");
  const std::string text = type.empty() ? Option(spec, "high-availability") : type;
  if (text.empty() || absl::EqualsIgnoreCase(text, "none")) return HighAvailability::kNone;
  if (absl::EqualsIgnoreCase(text, "zookeeper")) return HighAvailability::kZooKeeper;
  // Before it had a name it was given by its class.
  const bool kubernetes =
      absl::EqualsIgnoreCase(text, "kubernetes") || absl::EndsWith(text, ".KubernetesHaServicesFactory");
  return kubernetes ? HighAvailability::kKubernetes : HighAvailability::kOther;
}

void CheckLength(const std::string& field, const std::string& text, Violations& violations) {
  if (text.size() > kLongestText) violations.Add(field, Quoted(text), absl::StrCat("at most ", kLongestText, " bytes"));
}

absl::Status CheckSizes(const FlinkDeployment& read, const DeploymentSpec& spec) {
  Violations violations;
  for (const auto& [name, process] : {std::pair("spec.taskManager.resource", &read.spec.task_manager),
                                      std::pair("spec.jobManager.resource", &read.spec.job_manager)}) {
    CheckLength(absl::StrCat(name, ".memory"), process->memory, violations);
    CheckLength(absl::StrCat(name, ".ephemeralStorage"), process->ephemeral_storage, violations);
  }
  CheckLength("spec.flinkVersion", read.spec.flink_version, violations);
  if (spec.options.bytes() > kMostOptionBytes) {
    violations.Add("spec.flinkConfiguration", absl::StrCat(spec.options.bytes(), " bytes of what libtune reads"),
                   absl::StrCat("at most ", kMostOptionBytes));
  }
  return violations.ToStatus();
}

absl::Status ReadTemplates(JsonValue object, bool by_name, DeploymentSpec& spec) {
  const auto common = At(object, "/spec/podTemplate");
  auto task_manager = ContainersBesideFlink(common, At(object, "/spec/taskManager/podTemplate"), by_name);
  if (!task_manager.ok()) return task_manager.status();
  auto job_manager = ContainersBesideFlink(common, At(object, "/spec/jobManager/podTemplate"), by_name);
  if (!job_manager.ok()) return job_manager.status();
  const auto is_empty = [](const PodContainers& pod) { return pod.containers.empty() && pod.init.empty(); };
  if (is_empty(*task_manager) && is_empty(*job_manager)) return absl::OkStatus();
  spec.beside = std::make_shared<const BesideFlink>(BesideFlink{*std::move(task_manager), *std::move(job_manager)});
  return absl::OkStatus();
}

// Beside the YAML reader's: fields that a plan has no use for.
absl::Status ReadFacts(JsonValue object, const FlinkDeployment& read, FlinkJob& job) {
  DeploymentSpec& spec = job.spec;
  const FlinkDeploymentSpec& whole = read.spec;
  const std::string_view mode = TextAt(object, "/spec/mode");
  if (!mode.empty() && mode != "native" && mode != "standalone") {
    return NotAllowed("spec.mode", Quoted(Cut(mode, kLongestText)), "native, standalone");
  }
  spec.standalone = mode == "standalone";
  spec.high_availability = HighAvailabilityOf(whole);
  spec.rescales_in_place = RescalesInPlace(whole, read.facts);
  spec.reactive = IsReactive(whole);
  spec.autoscaled = IsAutoscaled(whole);
  const auto tls = ListAt(object, "/spec/ingress/tls");
  spec.ingress_url = IngressUrl(Cut(TextAt(object, "/spec/ingress/template"), 2 * kLongestText + 1),
                                tls.has_value() && tls->size() > 0, job.key.ns, job.key.name);
  spec.rest_url = RestUrl(job.key.ns, job.key.name, Option(whole, "rest.port"),
                          absl::EqualsIgnoreCase(Option(whole, "security.ssl.rest.enabled"), "true"));
  const bool by_name =
      absl::EqualsIgnoreCase(Option(whole, "kubernetes.operator.pod-template.merge-arrays-by-name"), "true");
  return ReadTemplates(object, by_name, spec);
}

absl::Status ReadSpec(JsonValue object, FlinkJob& job) {
  const absl::StatusOr<YamlTree> tree = TreeOf(object, SpecFields());
  if (!tree.ok()) return tree.status();
  absl::StatusOr<FlinkDeployment> read = ReadFlinkDeployment(*tree, "");
  if (!read.ok()) return read.status();
  DeploymentSpec& spec = job.spec;
  spec.flink_version = read->spec.flink_version;
  spec.flink_major = read->facts.flink_major;
  spec.flink_minor = read->facts.flink_minor;
  spec.options = FlinkOptions(read->spec.flink_configuration);
  spec.adaptive_scheduler = read->facts.adaptive_scheduler;
  spec.slots_per_task_manager = read->facts.slots_per_task_manager;
  spec.has_job = read->spec.has_job;
  job.parallelism = read->spec.job_parallelism;
  job.upgrade_mode = UpgradeModeOf(read->spec.upgrade_mode);
  if (absl::Status sizes = CheckSizes(*read, spec); !sizes.ok()) return sizes;
  if (read->facts.job_name != job.key.name) spec.job_name = read->facts.job_name;
  spec.task_manager = read->spec.task_manager;
  spec.job_manager = read->spec.job_manager;
  return ReadFacts(object, *read, job);
}

void SetError(const absl::Status& status, FlinkJob& job) {
  job.spec = DeploymentSpec();
  job.error = absl::Status(status.code(),
                           Cut(std::string_view(status.message().data(), status.message().size()), kMostErrorBytes));
}

// What both kinds have.
FlinkJob ReduceShared(JsonValue object, JobKind kind) {
  FlinkJob job;
  job.key = {Cut(TextAt(object, "/metadata/namespace"), kLongestName),
             Cut(TextAt(object, "/metadata/name"), kLongestName), kind};
  job.uid = Cut(TextAt(object, "/metadata/uid"), kLongestName);
  job.generation = WholeAt(object, "/metadata/generation").value_or(0);
  job.deleting_since = TimeAt(object, "/metadata/deletionTimestamp");
  job.suspended = TextAt(object, "/spec/job/state") == "suspended";
  job.status = ReadJobStatus(object);
  if (absl::Status status = ReadTuneMetadata(object, job.labels, job.annotations); !status.ok()) SetError(status, job);
  return job;
}

absl::Status ReadSessionSpec(JsonValue object, FlinkJob& job) {
  Violations violations;
  job.session_cluster = std::string(TextAt(object, "/spec/deploymentName"));
  if (job.session_cluster.empty() || job.session_cluster.size() > kLongestName) {
    violations.Add("spec.deploymentName", Quoted(job.session_cluster), "the name of a FlinkDeployment");
    job.session_cluster.clear();
  }
  if (const auto parallelism = At(object, "/spec/job/parallelism"); parallelism && !parallelism->is_null()) {
    const int64_t number = WholeAt(object, "/spec/job/parallelism").value_or(0);
    if (number < 1 || number > kMaxParallelism) {
      violations.Add("spec.job.parallelism", absl::StrCat(number),
                     absl::StrCat("a whole number in [1, ", kMaxParallelism, "]"));
    } else {
      job.parallelism = static_cast<int>(number);
    }
  }
  job.upgrade_mode = UpgradeModeOf(TextAt(object, "/spec/job/upgradeMode"));
  return violations.ToStatus();
}

}  // namespace

FlinkJob ReduceDeployment(JsonValue object) {
  FlinkJob job = ReduceShared(object, JobKind::kDeployment);
  if (!job.error.ok()) return job;
  if (absl::Status status = ReadSpec(object, job); !status.ok()) SetError(status, job);
  return job;
}

FlinkJob ReduceSessionJob(JsonValue object) {
  FlinkJob job = ReduceShared(object, JobKind::kSessionJob);
  if (absl::Status status = ReadSessionSpec(object, job); !status.ok()) SetError(status, job);
  return job;
}

}  // namespace tune
