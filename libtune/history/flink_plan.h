// The job graph of Flink's plan JSON: GET /jobs/ID/plan, or the `plan` of GET /jobs/ID.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/json.h"
#include "tune/job_graph.h"

namespace tune {

struct PlanInput {
  std::string id;  // of the vertex upstream
  ShipStrategy ship = ShipStrategy::kUnknown;
};
struct PlanNode {
  std::string id;
  std::string name;     // HTML undone; may be empty
  int parallelism = 0;  // 0: not given
  std::vector<PlanInput> inputs;
};

// {"nodes": […]}, or {"plan": {"nodes": […]}}. No nodes: an empty plan.
// kInvalidArgument names the field, "nodes[2].inputs[0].id".
absl::StatusOr<std::vector<PlanNode>> ParsePlan(simdjson::dom::element root);

// Sets the edges of `graph`, in place of those it has. A vertex without a name, or with the same name written with
// underscores (Prometheus labels), gets the plan's. A graph without vertices gets the plan's vertices.
// kInvalidArgument: plan and graph have different vertices; an input that is no node.
absl::Status ApplyPlan(const std::vector<PlanNode>& plan, JobGraph& graph);

// Flink's name of a ship strategy, "HASH"; kUnknown for other words.
ShipStrategy ParseFlinkShip(std::string_view name);

// ReadGraphFile() on bytes: Flink's plan, or libtune's graph.json (graph_json.h). `name` stands for the path.
absl::Status ReadGraphText(const std::string& name, std::string_view text, JobGraph& graph);

}  // namespace tune
