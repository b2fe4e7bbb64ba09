#include "tests/patch/any_deployment.h"

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using nlohmann::json;

bool Chance(std::mt19937_64& random, double share) { return std::bernoulli_distribution(share)(random); }
int Int(std::mt19937_64& random, int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); }
template <typename Value>
Value OneOf(std::mt19937_64& random, const std::vector<Value>& values) {
  return values[static_cast<size_t>(Int(random, 0, static_cast<int>(values.size()) - 1))];
}
std::string Memory(std::mt19937_64& random) { return absl::StrCat(Int(random, 1024, 8192), "m"); }

json Configuration(std::mt19937_64& random) {
  json options = {{"execution.checkpointing.interval", "1min"}, {"state.backend.type", "rocksdb"}};
  if (Chance(random, 0.7)) options["taskmanager.numberOfTaskSlots"] = absl::StrCat(Int(random, 1, 4));
  if (Chance(random, 0.5)) {
    options["high-availability.type"] = "kubernetes";
    options["high-availability.storageDir"] = "s3://flink/ha";
  } else if (Chance(random, 0.5)) {
    options["high-availability.type"] = "zookeeper";
    options["high-availability.zookeeper.quorum"] = "zk-0:2181,zk-1:2181,zk-2:2181";
    options["high-availability.zookeeper.path.root"] = "/flink";
  }
  if (Chance(random, 0.3)) options["taskmanager.memory.managed.size"] = Memory(random);
  if (Chance(random, 0.3)) options["kubernetes.operator.job.upgrade.last-state-fallback.enabled"] = "true";
  if (Chance(random, 0.3)) options["env.java.opts.all"] = "-XX:+UseG1GC -Dä=\"ö 雪\"";
  if (Chance(random, 0.2)) options["pipeline.jobvertex-parallelism-overrides"] = "a:1,b:2";
  return options;
}

json Container(std::mt19937_64& random, const std::string& name) {
  json container = {{"name", name}, {"env", {{{"name", "TZ"}, {"value", "Europe/Berlin"}}}}};
  if (name != "flink-main-container") container["image"] = "fluent-bit:3";
  if (Chance(random, 0.5)) container["volumeMounts"] = {{{"name", "data"}, {"mountPath", "/data"}}};
  if (Chance(random, 0.3)) container["resources"] = {{"requests", {{"cpu", "100m"}, {"memory", "64Mi"}}}};
  return container;
}

json PodTemplate(std::mt19937_64& random) {
  json containers = json::array({Container(random, "flink-main-container")});
  for (int i = Int(random, 0, 2); i > 0; --i) containers.push_back(Container(random, absl::StrCat("sidecar-", i)));
  json spec = {{"containers", containers}, {"terminationGracePeriodSeconds", Int(random, 0, 60)}};
  if (Chance(random, 0.5)) {
    spec["volumes"] = {{{"name", "data"}, {"persistentVolumeClaim", {{"claimName", "flink-data"}}}},
                       {{"name", "scratch"}, {"emptyDir", {{"sizeLimit", "1Gi"}}}}};
  }
  if (Chance(random, 0.4)) {
    spec["tolerations"] = {{{"key", "flink"}, {"operator", "Exists"}, {"effect", "NoSchedule"}}};
  }
  if (Chance(random, 0.3)) spec["nodeSelector"] = {{"disk.type/ssd", "true"}};
  return {{"metadata", {{"labels", {{"team", "a"}}}}}, {"spec", spec}};
}

json Role(std::mt19937_64& random) {
  json role = {{"resource", {{"memory", Memory(random)}, {"cpu", OneOf<double>(random, {0.25, 0.5, 1, 2})}}}};
  if (Chance(random, 0.3)) role["podTemplate"] = PodTemplate(random);
  return role;
}

json Job(std::mt19937_64& random) {
  json job = {{"jarURI", "local:///opt/job.jar"},
              {"parallelism", Int(random, 1, 16)},
              {"upgradeMode", OneOf<std::string>(random, {"savepoint", "last-state", "stateless"})}};
  if (Chance(random, 0.5)) job["args"] = {"--topic", "orders", absl::StrCat("--seed=", Int(random, 0, 1 << 30))};
  if (Chance(random, 0.3)) job["entryClass"] = "org.example.Orders";
  if (Chance(random, 0.2)) job["initialSavepointPath"] = "s3://flink/savepoints/1";
  if (Chance(random, 0.2)) job["allowNonRestoredState"] = true;
  return job;
}

json Metadata(std::mt19937_64& random, const std::string& ns, const std::string& name) {
  json metadata = {{"namespace", ns}, {"name", name}, {"labels", {{"app", name}, {"team", "a"}}}};
  if (Chance(random, 0.5)) metadata["annotations"] = {{"example.org/owner", "ann@example.org"}, {"note", "\n\"x\"\t"}};
  if (Chance(random, 0.2)) metadata["finalizers"] = {"example.org/keep"};
  return metadata;
}

}  // namespace

json AnyDeployment(std::mt19937_64& random, const std::string& ns, const std::string& name) {
  json spec = {{"image", "flink:1.20"},
               {"flinkVersion", OneOf<std::string>(random, {"v1_17", "v1_18", "v1_19", "v1_20"})},
               {"serviceAccount", "flink"},
               {"jobManager", Role(random)},
               {"taskManager", Role(random)}};
  if (Chance(random, 0.9)) spec["flinkConfiguration"] = Configuration(random);
  if (Chance(random, 0.2)) spec["jobManager"]["replicas"] = 2;
  if (Chance(random, 0.2)) spec["taskManager"]["replicas"] = Int(random, 1, 4);
  if (Chance(random, 0.5)) spec["podTemplate"] = PodTemplate(random);
  if (Chance(random, 0.3)) {
    spec["ingress"] = {{"template", "{{name}}.example.org"},
                       {"className", "nginx"},
                       {"annotations", {{"nginx.ingress.kubernetes.io/rewrite-target", "/$2"}}}};
  }
  if (Chance(random, 0.3)) spec["logConfiguration"] = {{"log4j-console.properties", "rootLogger.level = INFO\n"}};
  if (Chance(random, 0.2)) spec["mode"] = OneOf<std::string>(random, {"native", "standalone"});
  if (Chance(random, 0.2)) spec["restartNonce"] = Int(random, 1, 1000);
  if (Chance(random, 0.8)) spec["job"] = Job(random);  // else a session cluster
  return {{"apiVersion", "flink.apache.org/v1beta1"},
          {"kind", "FlinkDeployment"},
          {"metadata", Metadata(random, ns, name)},
          {"spec", spec}};
}

std::vector<WantedField> AnyChange(std::mt19937_64& random, const json& deployment) {
  const auto option = [](const char* name) { return FieldPath{"spec", "flinkConfiguration", name}; };
  std::vector<WantedField> fields;
  fields.push_back({{"spec", "taskManager", "resource", "memory"}, json(Memory(random))});
  if (Chance(random, 0.7)) {
    fields.push_back({{"spec", "taskManager", "resource", "cpu"}, json(Int(random, 100, 4000) / 1000.0)});
  }
  if (Chance(random, 0.4)) fields.push_back({{"spec", "jobManager", "resource", "memory"}, json(Memory(random))});
  if (Chance(random, 0.5)) fields.push_back({option("taskmanager.memory.managed.size"), json(Memory(random))});
  if (Chance(random, 0.5)) {
    fields.push_back({option("taskmanager.numberOfTaskSlots"), json(absl::StrCat(Int(random, 1, 8)))});
  }
  if (Chance(random, 0.2)) fields.push_back({option("kubernetes.taskmanager.cpu.limit-factor"), json("2.5")});
  if (!deployment.at("spec").contains("job")) return fields;
  if (Chance(random, 0.8)) fields.push_back({{"spec", "job", "parallelism"}, json(Int(random, 1, 64))});
  if (Chance(random, 0.5)) {
    fields.push_back(
        {option("pipeline.jobvertex-parallelism-overrides"), json(absl::StrCat("a:", Int(random, 1, 64)))});
  }
  return fields;
}

}  // namespace tune
