// One reader, two doors: a live object says what its YAML says.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libtune/codec/spec_yaml.h"
#include "libtune/memory/keys.h"
#include "libtune/plan/overrides.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/flink_options.h"
#include "tests/cluster/json_object.h"

namespace tune {
namespace {

// A FlinkDeployment as JSON with any part absent, right or wrong.
class AnyObject {
 public:
  explicit AnyObject(uint64_t seed) : random_(seed) {}

  std::string Text() {
    return absl::StrCat(R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment","metadata":{"name":"job)",
                        Below(9), "\",\"namespace\":\"ns\"},\"spec\":", Spec(), "}");
  }

 private:
  int Below(int most) { return std::uniform_int_distribution<int>(0, most - 1)(random_); }
  bool Likely() { return Below(8) != 0; }
  std::string OneOf(const std::vector<std::string>& values) {
    return values[static_cast<size_t>(Below(static_cast<int>(values.size())))];
  }
  std::string Wrong() { return OneOf({"null", "[]", "[1,\"a\"]", "{}", "{\"a\":1}", "\"\"", "true", "-3", "\"~\""}); }

  std::string Map(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string text = "{";
    for (const auto& [name, value] : fields) {
      if (Below(4) == 0) continue;
      absl::StrAppend(&text, text.size() > 1 ? "," : "", "\"", name, "\":", Likely() ? value : Wrong());
    }
    return text + "}";
  }
  std::string Process() {
    const std::string resource = Map({{"memory", OneOf({"\"2048m\"", "\"2g\"", "1677721600", "\"much\""})},
                                      {"cpu", OneOf({"1", "0.5", "0.1", "2.25", "\"1\"", "0"})},
                                      {"ephemeralStorage", OneOf({"\"2G\"", "\"1Gi\""})}});
    return Map({{"replicas", OneOf({"1", "3", "0", "\"2\""})}, {"resource", resource}});
  }
  std::string Configuration() {
    return Map({{"taskmanager.numberOfTaskSlots", OneOf({"\"2\"", "4", "\"0\"", "\"many\""})},
                {"jobmanager.scheduler", OneOf({"\"adaptive\"", "\"Default\"", "\"fast\""})},
                {"jobmanager", OneOf({"{\"scheduler\":\"adaptive\"}", "{\"memory\":{\"process\":{\"size\":\"1g\"}}}"})},
                {"scheduler-mode", "\"reactive\""},
                {"pipeline.name", OneOf({"\"orders\"", "\"\"", "7", "\"a b: c\\n\""})},
                {"taskmanager.memory.managed.fraction", OneOf({"0.4", "\"0.4\"", "0"})},
                {"taskmanager", "{\"memory\":{\"process\":{\"size\":\"4g\"},\"flink.size\":\"3g\"}}"},
                {"pipeline.jobvertex-parallelism-overrides", OneOf({"\"a:2,b:4\"", "{\"a\":2}"})},
                {"state.backend.type", "\"rocksdb\""},
                {"s3.access-key", "\"secret\""},
                {"pipeline.jars", "[\"a.jar\",\"b.jar\"]"},
                {"x", "true"}});
  }
  std::string Spec() {
    const std::string job =
        Map({{"jarURI", "\"local:///a.jar\""},
             {"parallelism", OneOf({"1", "4", "32768", "32769", "\"4\"", "2.5"})},
             {"upgradeMode", OneOf({"\"stateless\"", "\"savepoint\"", "\"last-state\"", "\"never\""})}});
    return Map({{"flinkVersion", OneOf({"\"v1_17\"", "\"v1_20\"", "\"v2_0\"", "\"1.20\""})},
                {"image", "\"flink\""},
                {"job", job},
                {"taskManager", Process()},
                {"jobManager", Process()},
                {"flinkConfiguration", Configuration()}});
  }

  std::mt19937_64 random_;
};

void DropOptionsNotKept(std::map<std::string, std::string>& configuration) {
  std::erase_if(configuration, [](const auto& option) { return !FlinkOptions::Keeps(option.first); });
}

std::string TextOf(const FlinkProcessSpec& process) {
  return absl::StrCat(process.memory, " ", process.cpu.value_or(-1), " ", process.ephemeral_storage, " ",
                      process.replicas);
}

void ExpectSame(const FlinkDeployment& live, const FlinkDeployment& file) {
  EXPECT_EQ(live.spec.api_version, file.spec.api_version);
  EXPECT_EQ(live.spec.name, file.spec.name);
  EXPECT_EQ(live.spec.ns, file.spec.ns);
  EXPECT_EQ(live.spec.flink_version, file.spec.flink_version);
  EXPECT_EQ(live.spec.job_parallelism, file.spec.job_parallelism);
  EXPECT_EQ(live.spec.has_job, file.spec.has_job);
  EXPECT_EQ(live.spec.upgrade_mode, file.spec.upgrade_mode);
  EXPECT_EQ(live.spec.flink_configuration, file.spec.flink_configuration);
  EXPECT_EQ(TextOf(live.spec.task_manager), TextOf(file.spec.task_manager));
  EXPECT_EQ(TextOf(live.spec.job_manager), TextOf(file.spec.job_manager));
  EXPECT_EQ(live.facts.job_name, file.facts.job_name);
  EXPECT_EQ(live.facts.flink_major, file.facts.flink_major);
  EXPECT_EQ(live.facts.flink_minor, file.facts.flink_minor);
  EXPECT_EQ(live.facts.adaptive_scheduler, file.facts.adaptive_scheduler);
  EXPECT_EQ(live.facts.slots_per_task_manager, file.facts.slots_per_task_manager);
  EXPECT_EQ(live.facts.configuration, file.facts.configuration);
  EXPECT_EQ(TextOf(live.facts.task_manager), TextOf(file.facts.task_manager));
  EXPECT_EQ(TextOf(live.facts.job_manager), TextOf(file.facts.job_manager));
}

TEST(SpecProperty, ALiveObjectSaysWhatItsYamlSays) {
  int good = 0, bad = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const std::string text = AnyObject(seed).Text();
    SCOPED_TRACE(text);
    const absl::StatusOr<FlinkDeployment> live = ReduceDeployment(JsonObject(text).get()).Deployment();
    absl::StatusOr<FlinkDeployment> file = ReadFlinkDeployment(text, "f");
    ASSERT_EQ(live.ok(), file.ok()) << live.status() << file.status();
    if (!file.ok()) {
      ++bad;
      EXPECT_EQ(
          live.status().message(),
          absl::StrReplaceAll(std::string(file.status().message()), {{"f line 1: ", ""}}).substr(0, kMostErrorBytes));
      continue;
    }
    ++good;
    DropOptionsNotKept(file->spec.flink_configuration);
    DropOptionsNotKept(file->facts.configuration);
    ExpectSame(*live, *file);
    if (HasFailure()) return;
  }
  EXPECT_GT(good, 100);
  EXPECT_GT(bad, 100);
}

TEST(SpecProperty, EveryOptionOfTheMemoryModelIsKept) {
  for (const ProcessMemoryKeys& keys : {kTaskManagerKeys, kJobManagerKeys}) {
    for (const char* key : {keys.process_size, keys.flink_size, keys.metaspace, keys.overhead_min, keys.overhead_max,
                            keys.overhead_fraction}) {
      EXPECT_TRUE(FlinkOptions::Keeps(key)) << key;
    }
  }
  for (const char* key : {kFrameworkHeap, kFrameworkOffHeap, kTaskHeap, kTaskOffHeap, kManaged, kManagedFraction,
                          kNetworkMin, kNetworkMax, kNetworkFraction, kNetworkBuffers, kHeap, kOffHeap, kOverrides}) {
    EXPECT_TRUE(FlinkOptions::Keeps(key)) << key;
  }
}

// Those that their readers name themselves (memory/options.cc, memory/container.cc, estimate/container.cc, plan/).
TEST(SpecProperty, EveryOtherOptionThatTheEngineReadsIsKept) {
  const std::vector<std::string> keys = {"taskmanager.memory.size",
                                         "taskmanager.memory.segment-size",
                                         "taskmanager.heap.size",
                                         "taskmanager.heap.mb",
                                         "jobmanager.heap.size",
                                         "jobmanager.heap.mb",
                                         "taskmanager.cpu.cores",
                                         "taskmanager.network.memory.min",
                                         "taskmanager.network.memory.max",
                                         "taskmanager.network.memory.fraction",
                                         "taskmanager.network.numberOfBuffers",
                                         "taskmanager.numberOfTaskSlots",
                                         "jobmanager.memory.enable-jvm-direct-memory-limit",
                                         "kubernetes.taskmanager.cpu",
                                         "kubernetes.taskmanager.cpu.amount",
                                         "kubernetes.jobmanager.cpu",
                                         "kubernetes.jobmanager.cpu.amount",
                                         "kubernetes.taskmanager.cpu.limit-factor",
                                         "kubernetes.taskmanager.memory.limit-factor",
                                         "kubernetes.jobmanager.cpu.limit-factor",
                                         "kubernetes.jobmanager.memory.limit-factor",
                                         "kubernetes.jobmanager.replicas",
                                         "pipeline.name",
                                         "state.backend",
                                         "state.backend.type",
                                         "execution.runtime-mode",
                                         "scheduler-mode",
                                         "jobmanager.scheduler",
                                         "job.autoscaler.enabled",
                                         "kubernetes.operator.job.autoscaler.enabled"};
  for (const std::string& key : keys) EXPECT_TRUE(FlinkOptions::Keeps(key)) << key;
}

TEST(FlinkOptionsTest, OtherOptionsAreLeftOutAndAnyTextComesBack) {
  EXPECT_FALSE(FlinkOptions::Keeps("s3.secret-key"));
  EXPECT_FALSE(FlinkOptions::Keeps("taskmanager.memory.network"));
  const FlinkOptions options(std::map<std::string, std::string>{
      {"pipeline.name", std::string("\0x", 2)}, {"state.backend", ""}, {"zzz", "1"}});
  EXPECT_EQ(options.ToMap(),
            (std::map<std::string, std::string>{{"pipeline.name", std::string("\0x", 2)}, {"state.backend", ""}}));
}

}  // namespace
}  // namespace tune
