// The containers that a FlinkDeployment's pod templates put beside Flink's own.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "service/cluster/json_field.h"
#include "service/cluster/pod_resources.h"

namespace tune {

// A role's template (`spec.taskManager.podTemplate`) merged into the common one (`spec.podTemplate`), as the operator
// does: containers by their position, or, where `by_name`
// (kubernetes.operator.pod-template.merge-arrays-by-name) and all have names, by name. Of the result all but
// flink-main-container, whose resources Flink sets itself. nullopt: there is no such template.
// kInvalidArgument: more than 100 containers of a kind.
absl::StatusOr<PodContainers> ContainersBesideFlink(const std::optional<JsonValue>& common,
                                                    const std::optional<JsonValue>& of_role, bool by_name);

}  // namespace tune
