#include "libtune/codec/spec_yaml.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/yaml_reader.h"
#include "libtune/internal/path.h"
#include "libtune/plan/overrides.h"

namespace tune {
namespace {

constexpr char kApiVersion[] = "flink.apache.org/v1beta1";
constexpr char kKind[] = "FlinkDeployment";
constexpr double kMostCores = 1e9;  // as ParseDeploymentCpu()
using Kind = YamlNode::Kind;

class Reader : YamlReader {
 public:
  Reader(const YamlTree& tree, const std::string& origin) : YamlReader(tree, origin) {}

  absl::StatusOr<FlinkDeployment> Read() {
    if (tree_.root < 0 || Root().kind != Kind::kMap) {
      return NotAllowed(Place(tree_.root < 0 ? 1 : Root().line, "the document"),
                        tree_.root < 0 ? "empty" : KindText(Root()), absl::StrCat("a ", kKind));
    }
    Exactly("apiVersion", kApiVersion);
    Exactly("kind", kKind);
    // Of another kind of object nothing further can be said.
    if (!violations_.empty()) return violations_.ToStatus();
    out_.spec.api_version = kApiVersion;
    ReadMetadata();
    ReadSpec();
    if (!violations_.empty()) return violations_.ToStatus();
    return std::move(out_);
  }

 private:
  const YamlNode& Root() const { return At(tree_.root); }

  void Exactly(const char* name, const char* wanted) {
    const YamlNode* node = Field(Root(), name);
    if (node == nullptr) return Bad(Root().line, name, "absent", wanted);
    if (node->kind != Kind::kScalar || node->scalar != wanted) Bad(node->line, name, KindText(*node), wanted);
  }

  void ReadMetadata() {
    const YamlNode* metadata = Map(Root(), "metadata", "metadata");
    if (metadata != nullptr) {
      out_.spec.name = Text(*metadata, "name", "metadata.name");
      out_.spec.ns = Text(*metadata, "namespace", "metadata.namespace");
    }
    if (out_.spec.name.empty())
      Bad((metadata ? *metadata : Root()).line, "metadata.name", "absent", "the object's name");
    out_.facts.job_name = out_.spec.name;
  }

  void ReadSpec() {
    const YamlNode* spec = Map(Root(), "spec", "spec");
    if (spec == nullptr) {
      if (Field(Root(), "spec") == nullptr) Bad(Root().line, "spec", "absent", "a map");
      return;
    }
    ReadVersion(*spec);
    ReadJob(*spec);
    ReadProcess(*spec, "taskManager", "spec.taskManager", out_.spec.task_manager);
    ReadProcess(*spec, "jobManager", "spec.jobManager", out_.spec.job_manager);
    if (const YamlNode* configuration = Map(*spec, "flinkConfiguration", "spec.flinkConfiguration")) {
      Flatten(*configuration, "", 0);
    }
    out_.facts.configuration = out_.spec.flink_configuration;
    out_.facts.task_manager = out_.spec.task_manager;
    out_.facts.job_manager = out_.spec.job_manager;
    ReadFacts();
  }

  void ReadVersion(const YamlNode& spec) {
    out_.spec.flink_version = Text(spec, "flinkVersion", "spec.flinkVersion");
    if (out_.spec.flink_version.empty()) return;
    const std::vector<std::string> parts = absl::StrSplit(out_.spec.flink_version, '_');
    JobFacts& facts = out_.facts;
    const bool known = parts.size() == 2 && parts[0].size() > 1 && parts[0][0] == 'v' &&
                       absl::SimpleAtoi(parts[0].substr(1), &facts.flink_major) &&
                       absl::SimpleAtoi(parts[1], &facts.flink_minor) && facts.flink_major >= 1 &&
                       facts.flink_major <= 99 && facts.flink_minor >= 0 && facts.flink_minor <= 99;
    if (!known) {
      Bad(Field(spec, "flinkVersion")->line, "spec.flinkVersion", Quoted(out_.spec.flink_version), "as v1_20, v2_0");
    }
  }

  void ReadJob(const YamlNode& spec) {
    const YamlNode* job = Map(spec, "job", "spec.job");
    out_.spec.has_job = job != nullptr;
    if (job == nullptr) return;
    if (const YamlNode* parallelism = Field(*job, "parallelism")) {
      const bool number = parallelism->kind == Kind::kScalar && !parallelism->quoted &&
                          absl::SimpleAtoi(parallelism->scalar, &out_.spec.job_parallelism);
      if (!number || out_.spec.job_parallelism < 1 || out_.spec.job_parallelism > kMaxParallelism) {
        Bad(parallelism->line, "spec.job.parallelism", KindText(*parallelism),
            absl::StrCat("a whole number in [1, ", kMaxParallelism, "], not quoted"));
      }
    }
    const std::string mode = Text(*job, "upgradeMode", "spec.job.upgradeMode");
    if (!mode.empty() && mode != "stateless" && mode != "savepoint" && mode != "last-state") {
      Bad(Field(*job, "upgradeMode")->line, "spec.job.upgradeMode", Quoted(mode), "stateless, savepoint, last-state");
    }
    out_.spec.upgrade_mode = mode;
  }

  void ReadProcess(const YamlNode& spec, const char* name, const std::string& path, FlinkProcessSpec& out) {
    const YamlNode* process = Map(spec, name, path);
    if (process == nullptr) return;
    if (const YamlNode* replicas = Field(*process, "replicas")) {
      const bool number = replicas->kind == Kind::kScalar && !replicas->quoted &&
                          absl::SimpleAtoi(replicas->scalar, &out.replicas) && out.replicas >= 1;
      if (!number) Bad(replicas->line, path + ".replicas", KindText(*replicas), "a whole number >= 1, not quoted");
    }
    const YamlNode* resource = Map(*process, "resource", path + ".resource");
    if (resource == nullptr) return;
    out.memory = SizeText(*resource, "memory", path + ".resource.memory");
    out.ephemeral_storage = SizeText(*resource, "ephemeralStorage", path + ".resource.ephemeralStorage");
    if (const YamlNode* cpu = Field(*resource, "cpu")) {
      double cores = 0;
      const bool number = cpu->kind == Kind::kScalar && !cpu->quoted && absl::SimpleAtod(cpu->scalar, &cores) &&
                          cores > 0 && cores <= kMostCores;
      if (!number) Bad(cpu->line, path + ".resource.cpu", KindText(*cpu), "a number in (0, 1e9], not quoted");
      out.cpu = cores;
    }
  }

  // A size as it is written; what it means is for who uses it. Empty where the field is absent.
  std::string SizeText(const YamlNode& parent, const char* name, const std::string& path) {
    const YamlNode* node = Field(parent, name);
    if (node != nullptr && node->kind == Kind::kScalar && node->scalar.empty()) {
      Bad(node->line, path, "\"\"", "a size, as 4g");
    }
    return Text(parent, name, path);
  }

  static std::string KeyPath(const std::string& key) {
    return absl::StrCat("spec.flinkConfiguration[", Quoted(key), "]");
  }

  // Aliases may make a small text large: what is visited counts, not what was written.
  bool MayVisit(const YamlNode& node, const std::string& key, int depth) {
    if (too_large_) return false;
    bytes_ += key.size() + node.scalar.size();
    too_large_ = ++visited_ > limits::kYamlNodes || depth > limits::kYamlDepth || bytes_ > limits::kYamlBytes ||
                 out_.spec.flink_configuration.size() >= static_cast<size_t>(limits::kConfigurationEntries);
    if (too_large_) {
      Bad(node.line, "spec.flinkConfiguration", "too large with its aliases written out",
          absl::StrCat("at most ", limits::kConfigurationEntries, " keys, ", limits::kYamlBytes, " bytes and ",
                       limits::kYamlDepth, " levels"));
    }
    return !too_large_;
  }

  void Flatten(const YamlNode& map, const std::string& prefix, int depth) {
    for (const auto& [name, index] : map.entries) {
      const YamlNode& value = At(index);
      const std::string key = prefix.empty() ? name : absl::StrCat(prefix, ".", name);
      if (!MayVisit(value, key, depth)) return;
      if (value.kind == Kind::kNull) continue;
      if (value.kind == Kind::kMap && key == kOverrides) {
        Bad(value.line, KeyPath(key), "a map", "one text, as \"ID:2,ID:4\"");
      } else if (value.kind == Kind::kMap) {
        Flatten(value, key, depth + 1);
      } else if (!out_.spec.flink_configuration.emplace(key, value.scalar).second) {
        Bad(value.line, KeyPath(key), "given twice, nested and with dots", "once");
      } else {
        lines_[key] = value.line;
        if (value.kind == Kind::kSequence) out_.spec.flink_configuration[key] = Joined(value, key, depth);
      }
    }
  }

  std::string Joined(const YamlNode& list, const std::string& key, int depth) {
    std::string text;
    for (const int index : list.items) {
      const YamlNode& item = At(index);
      if (!MayVisit(item, key, depth + 1)) return "";
      if (item.kind != Kind::kScalar) {
        Bad(item.line, KeyPath(key), KindText(item), "a list of texts");
        return "";
      }
      absl::StrAppend(&text, text.empty() ? "" : ";", item.scalar);
    }
    return text;
  }

  // nullptr: not in the configuration.
  const std::string* Option(const std::string& key) const {
    const auto it = out_.spec.flink_configuration.find(key);
    return it == out_.spec.flink_configuration.end() ? nullptr : &it->second;
  }

  void ReadFacts() {
    if (const std::string* name = Option("pipeline.name"); name != nullptr && !name->empty())
      out_.facts.job_name = *name;
    if (const std::string* scheduler = Option("jobmanager.scheduler")) {
      const std::string kind = absl::AsciiStrToLower(*scheduler);
      if (kind != "default" && kind != "adaptive" && kind != "adaptivebatch" && kind != "ng") {
        Bad(lines_["jobmanager.scheduler"], KeyPath("jobmanager.scheduler"), Quoted(*scheduler),
            "Default, Adaptive, AdaptiveBatch");
      }
      out_.facts.adaptive_scheduler = kind == "adaptive";
    }
    const std::string* mode = Option("scheduler-mode");
    if (mode != nullptr && absl::EqualsIgnoreCase(*mode, "reactive")) out_.facts.adaptive_scheduler = true;
    if (const std::string* slots = Option("taskmanager.numberOfTaskSlots")) {
      int count = 0;
      if (!absl::SimpleAtoi(*slots, &count) || count < 1 || count > kMaxParallelism) {
        Bad(lines_["taskmanager.numberOfTaskSlots"], KeyPath("taskmanager.numberOfTaskSlots"), Quoted(*slots),
            absl::StrCat("a whole number in [1, ", kMaxParallelism, "]"));
      }
      out_.facts.slots_per_task_manager = count;
    }
  }

  FlinkDeployment out_;
  std::map<std::string, int> lines_;  // key of the configuration -> line of its value
  int visited_ = 0;
  size_t bytes_ = 0;
  bool too_large_ = false;
};

}  // namespace

absl::StatusOr<FlinkDeployment> ReadFlinkDeployment(const std::string& yaml, const std::string& origin) {
  const absl::StatusOr<YamlTree> tree = ParseYaml(yaml, origin);
  if (!tree.ok()) return tree.status();
  return ReadFlinkDeployment(*tree, origin);
}

absl::StatusOr<FlinkDeployment> ReadFlinkDeployment(const YamlTree& tree, const std::string& origin) {
  return Reader(tree, origin).Read();
}

}  // namespace tune
