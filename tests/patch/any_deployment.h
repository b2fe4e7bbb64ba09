// FlinkDeployments as people write them: with Kubernetes or ZooKeeper HA, pod templates, sidecars, volumes, ingress,
// session clusters; and changes that libtune might want of them.
#pragma once

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "service/patch/apply_body.h"

namespace tune {

// Valid for the operator's definition.
nlohmann::json AnyDeployment(std::mt19937_64& random, const std::string& ns, const std::string& name);

// At least one field; values differ from those of `deployment` in most cases.
std::vector<WantedField> AnyChange(std::mt19937_64& random, const nlohmann::json& deployment);

}  // namespace tune
