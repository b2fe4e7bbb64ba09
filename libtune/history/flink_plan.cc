#include "libtune/history/flink_plan.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libtune/history/bytes.h"
#include "libtune/history/flink_names.h"
#include "libtune/history/graph_json.h"
#include "libtune/history/outline_builder.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kLargestPlan = size_t{64} << 20;  // bytes

// A description is HTML: "Source: orders -&gt; filter<br/>".
std::string PlainName(std::string text) {
  text = absl::StrReplaceAll(text, {{"<br/>", ""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}});
  return absl::StrReplaceAll(text, {{"&amp;", "&"}});
}

absl::StatusOr<std::string> IdOf(object node, const std::string& path) {
  std::optional<std::string> id = TextField(node, "id");
  if (id && !id->empty()) return *std::move(id);
  const std::optional<element> value = Field(node, "id");
  if (!value) return NotAllowed(path + "id", "missing", "a vertex id");
  return WrongField(path + "id", *value, "a vertex id");
}

absl::Status ParseInputs(element list, const std::string& path, PlanNode& node) {
  array inputs;
  if (list.get_array().get(inputs)) return WrongField(path + "inputs", list, "a list");
  for (size_t i = 0; const element entry : inputs) {
    const std::string where = absl::StrCat(path, "inputs[", i++, "].");
    object fields;
    if (entry.get_object().get(fields)) return WrongField(where, entry, "an object");
    absl::StatusOr<std::string> id = IdOf(fields, where);
    if (!id.ok()) return id.status();
    node.inputs.push_back({*std::move(id), ParseFlinkShip(TextField(fields, "ship_strategy").value_or(""))});
  }
  return absl::OkStatus();
}

absl::StatusOr<PlanNode> ParseNode(element entry, const std::string& path) {
  object fields;
  if (entry.get_object().get(fields)) return WrongField(path, entry, "an object");
  PlanNode node;
  absl::StatusOr<std::string> id = IdOf(fields, path);
  if (!id.ok()) return id.status();
  node.id = *std::move(id);
  node.name = PlainName(TextField(fields, "description").value_or(""));
  absl::StatusOr<std::optional<int64_t>> parallelism = IntegerField(fields, path, "parallelism", -1, kMaxParallelism);
  if (!parallelism.ok()) return parallelism.status();
  node.parallelism = std::max(0, static_cast<int>(parallelism->value_or(0)));
  if (const auto inputs = Field(fields, "inputs")) {
    if (auto status = ParseInputs(*inputs, path, node); !status.ok()) return status;
  }
  return node;
}

absl::Status CheckSameVertices(const std::vector<PlanNode>& plan, const JobGraph& graph) {
  std::set<std::string> of_plan, of_graph;
  for (const PlanNode& node : plan) of_plan.insert(node.id);
  for (const Vertex& vertex : graph.vertices) of_graph.insert(vertex.id);
  if (of_plan == of_graph) return absl::OkStatus();
  return NotAllowed("vertices of the plan", absl::StrJoin(of_plan, ", "),
                    absl::StrCat("those of the history, ", absl::StrJoin(of_graph, ", ")));
}

// An edge that occurs twice, as in a self join, stays one; two ways of shipping make its way unknown.
absl::Status AddInputs(const PlanNode& node, const std::unordered_map<std::string, int>& index,
                       std::vector<Edge>& edges) {
  const int to = index.at(node.id);
  const size_t first = edges.size();
  for (const PlanInput& input : node.inputs) {
    const auto from = index.find(input.id);
    if (from == index.end()) {
      return NotAllowed(absl::StrCat("nodes[\"", node.id, "\"].inputs"), input.id, "the id of a node");
    }
    const auto same = std::find_if(edges.begin() + static_cast<std::ptrdiff_t>(first), edges.end(),
                                   [&](const Edge& edge) { return edge.from == from->second; });
    if (same == edges.end()) {
      edges.push_back({from->second, to, input.ship});
    } else if (same->ship != input.ship) {
      same->ship = ShipStrategy::kUnknown;
    }
  }
  return absl::OkStatus();
}

void TakeVertices(const std::vector<PlanNode>& plan, JobGraph& graph) {
  for (const PlanNode& node : plan) {
    Vertex vertex;
    vertex.id = node.id;
    vertex.name = node.name;
    vertex.parallelism = std::max(1, node.parallelism);
    graph.vertices.push_back(std::move(vertex));
  }
}

}  // namespace

ShipStrategy ParseFlinkShip(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, ShipStrategy>, 8> kNames = {{
      {"FORWARD", ShipStrategy::kForward},
      {"HASH", ShipStrategy::kHash},
      {"REBALANCE", ShipStrategy::kRebalance},
      {"RESCALE", ShipStrategy::kRescale},
      {"BROADCAST", ShipStrategy::kBroadcast},
      {"GLOBAL", ShipStrategy::kGlobal},
      {"CUSTOM", ShipStrategy::kCustom},
      {"SHUFFLE", ShipStrategy::kRebalance},  // at random over all: as even as round robin
  }};
  name = name.substr(0, name.find('['));  // SQL: "HASH[user_id]"
  for (const auto& [word, ship] : kNames) {
    if (word == name) return ship;
  }
  return ShipStrategy::kUnknown;
}

absl::StatusOr<std::vector<PlanNode>> ParsePlan(element root) {
  object fields;
  if (root.get_object().get(fields)) return WrongField("plan", root, "an object");
  if (const auto inner = Field(fields, "plan")) {
    if (inner->get_object().get(fields)) return WrongField("plan", *inner, "an object");
  }
  std::vector<PlanNode> plan;
  const std::optional<element> list = Field(fields, "nodes");
  if (!list) return plan;
  array nodes;
  if (list->get_array().get(nodes)) return WrongField("nodes", *list, "a list");
  std::set<std::string> ids;
  for (const element entry : nodes) {
    const std::string path = absl::StrCat("nodes[", plan.size(), "].");
    absl::StatusOr<PlanNode> node = ParseNode(entry, path);
    if (!node.ok()) return node.status();
    if (!ids.insert(node->id).second) return NotAllowed(path + "id", node->id, "each id once");
    plan.push_back(*std::move(node));
  }
  return plan;
}

absl::Status ApplyPlan(const std::vector<PlanNode>& plan, JobGraph& graph) {
  JobGraph result = graph;
  if (result.vertices.empty()) TakeVertices(plan, result);
  if (auto status = CheckSameVertices(plan, result); !status.ok()) return status;
  const std::unordered_map<std::string, int> index = IndexOfVertices(result);
  result.edges.clear();
  result.inferred = false;
  for (const PlanNode& node : plan) {
    if (auto status = AddInputs(node, index, result.edges); !status.ok()) return status;
    std::string& name = result.vertices[static_cast<size_t>(index.at(node.id))].name;
    if (name.empty() || name == AsPrometheusLabel(node.name)) name = node.name;
  }
  graph = std::move(result);
  return absl::OkStatus();
}

absl::Status ReadGraphText(const std::string& name, std::string_view text, JobGraph& graph) {
  JsonParser parser;
  const absl::StatusOr<element> root = parser.Parse(text);
  absl::Status status = root.status();
  if (status.ok() && IsGraphJson(*root)) {
    status = ApplyGraphJson(*root, graph);
  } else if (status.ok()) {
    absl::StatusOr<std::vector<PlanNode>> plan = ParsePlan(*root);
    status = plan.status();
    if (status.ok() && plan->empty()) {
      status = NotAllowed("nodes", "none", "Flink's plan (GET /jobs/ID/plan) or libtune's graph.json");
    }
    if (status.ok()) status = ApplyPlan(*plan, graph);
  }
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(name, ": ", std::string(status.message())));
}

absl::Status ReadGraphFile(const std::string& path, JobGraph& graph) {
  const absl::StatusOr<std::string> text = ReadWhole(ByteSource::File(path), kLargestPlan);
  if (!text.ok()) return text.status();
  return ReadGraphText(path, *text, graph);
}

}  // namespace tune
