// A Flink option of a spec.
#pragma once

#include <string>

#include "tune/plan.h"

namespace tune {

// Its text; empty: not in spec.flinkConfiguration.
inline std::string Option(const FlinkDeploymentSpec& spec, const std::string& key) {
  const auto it = spec.flink_configuration.find(key);
  return it == spec.flink_configuration.end() ? "" : it->second;
}

}  // namespace tune
