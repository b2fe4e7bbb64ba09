// What libtune reads of a FlinkDeployment, from its YAML (or JSON, which is YAML), or from a tree of one.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "tune/plan.h"
#include "tune/window.h"

namespace tune {

struct YamlTree;  // libtune/codec/yaml_tree.h

struct FlinkDeployment {
  FlinkDeploymentSpec spec;
  JobFacts facts;  // job_name: `pipeline.name`, else the object's name
};

// Nested keys of flinkConfiguration are joined by dots, lists by semicolons, as Flink does; keys without a value are
// left out. Fields that libtune does not read may hold anything.
// kInvalidArgument lists every violation with its line, `job.yaml line 7: spec.job.parallelism = "many"; allowed: a
// whole number >= 1`; `origin` is the file's name in it.
absl::StatusOr<FlinkDeployment> ReadFlinkDeployment(const std::string& yaml, const std::string& origin);

// The same of a tree that is there already. Violations are named as YamlReader::Place() does. Read are apiVersion,
// kind, metadata.{name, namespace} and of spec flinkVersion, flinkConfiguration, job.{parallelism, upgradeMode},
// {taskManager, jobManager}.{replicas, resource.{memory, cpu, ephemeralStorage}}.
absl::StatusOr<FlinkDeployment> ReadFlinkDeployment(const YamlTree& tree, const std::string& origin);

}  // namespace tune
