// What a job's spec says of its TaskManagers or JobManagers.
#pragma once

#include <optional>
#include <string>

namespace tune {

// `spec.taskManager` or `spec.jobManager` of a FlinkDeployment.
struct FlinkProcessSpec {
  std::string memory;             // resource.memory as written, ParseDeploymentMemory() reads it; empty: absent
  std::optional<double> cpu;      // resource.cpu, cores > 0
  std::string ephemeral_storage;  // resource.ephemeralStorage as written; empty: absent
  int replicas = 0;               // 0: absent
};

}  // namespace tune
