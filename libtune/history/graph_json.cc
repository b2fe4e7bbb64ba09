#include "libtune/history/graph_json.h"

#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/bytes.h"
#include "libtune/history/flink_values.h"
#include "libtune/history/outline_builder.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr size_t kLargestGraph = size_t{64} << 20;  // bytes

constexpr std::array<std::pair<const char*, ShipStrategy>, 8> kShips = {{
    {"unknown", ShipStrategy::kUnknown},
    {"forward", ShipStrategy::kForward},
    {"hash", ShipStrategy::kHash},
    {"rebalance", ShipStrategy::kRebalance},
    {"rescale", ShipStrategy::kRescale},
    {"broadcast", ShipStrategy::kBroadcast},
    {"global", ShipStrategy::kGlobal},
    {"custom", ShipStrategy::kCustom},
}};

absl::Status TakeText(object fields, const std::string& path, std::string_view key, std::string& text) {
  const std::optional<element> value = Field(fields, key);
  if (!value) return absl::OkStatus();
  std::string_view found;
  if (value->get_string().get(found)) return WrongField(absl::StrCat(path, std::string(key)), *value, "a text");
  text = std::string(found);
  return absl::OkStatus();
}

absl::Status TakeCount(object fields, const std::string& path, std::string_view key, int64_t high,
                       std::optional<int>& count) {
  const absl::StatusOr<std::optional<int64_t>> number = IntegerField(fields, path, key, 1, high);
  if (!number.ok()) return number.status();
  if (*number) count = static_cast<int>(**number);
  return absl::OkStatus();
}

absl::StatusOr<Vertex> ParseVertex(element entry, const std::string& path) {
  object fields;
  if (entry.get_object().get(fields)) return WrongField(path, entry, "an object");
  Vertex vertex;
  std::optional<int> parallelism, max_parallelism;
  for (const absl::Status& status :
       {TakeText(fields, path, "id", vertex.id), TakeText(fields, path, "name", vertex.name),
        TakeText(fields, path, "slot_sharing_group", vertex.slot_sharing_group),
        TakeCount(fields, path, "max_parallelism", kMaxParallelism, max_parallelism),
        TakeCount(fields, path, "parallelism", max_parallelism.value_or(kMaxParallelism), parallelism),
        TakeCount(fields, path, "source_partitions", INT32_MAX, vertex.source_partitions)}) {
    if (!status.ok()) return status;
  }
  if (vertex.id.empty()) return NotAllowed(path + "id", "\"\"", "a vertex id");
  vertex.parallelism = parallelism.value_or(1);
  vertex.max_parallelism = max_parallelism.value_or(kMaxParallelism);
  return vertex;
}

absl::StatusOr<int> VertexOfEdge(object fields, const std::string& path, std::string_view key,
                                 const std::unordered_map<std::string, int>& index) {
  std::string id;
  if (auto status = TakeText(fields, path, key, id); !status.ok()) return status;
  if (const auto found = index.find(id); found != index.end()) return found->second;
  return NotAllowed(absl::StrCat(path, std::string(key)), absl::StrCat("\"", id, "\""), "the id of a vertex");
}

absl::StatusOr<Edge> ParseEdge(element entry, const std::string& path,
                               const std::unordered_map<std::string, int>& index) {
  object fields;
  if (entry.get_object().get(fields)) return WrongField(path, entry, "an object");
  const absl::StatusOr<int> from = VertexOfEdge(fields, path, "from", index);
  if (!from.ok()) return from.status();
  const absl::StatusOr<int> to = VertexOfEdge(fields, path, "to", index);
  if (!to.ok()) return to.status();
  std::string ship = "unknown";
  if (auto status = TakeText(fields, path, "ship", ship); !status.ok()) return status;
  for (const auto& [word, strategy] : kShips) {
    if (word == ship) return Edge{*from, *to, strategy};
  }
  return NotAllowed(path + "ship", absl::StrCat("\"", ship, "\""),
                    "unknown, forward, hash, rebalance, rescale, broadcast, global, custom");
}

absl::Status ParseVertices(object root, JobGraph& graph) {
  const element list = *Field(root, "vertices");
  array vertices;
  if (list.get_array().get(vertices)) return WrongField("vertices", list, "a list");
  std::set<std::string> ids;
  for (const element entry : vertices) {
    const std::string path = absl::StrCat("vertices[", graph.vertices.size(), "].");
    absl::StatusOr<Vertex> vertex = ParseVertex(entry, path);
    if (!vertex.ok()) return vertex.status();
    if (!ids.insert(vertex->id).second) return NotAllowed(path + "id", vertex->id, "each id once");
    graph.vertices.push_back(*std::move(vertex));
  }
  return absl::OkStatus();
}

absl::Status ParseEdges(object root, JobGraph& graph) {
  const std::optional<element> list = Field(root, "edges");
  if (!list) return absl::OkStatus();
  array edges;
  if (list->get_array().get(edges)) return WrongField("edges", *list, "a list");
  const std::unordered_map<std::string, int> index = IndexOfVertices(graph);
  for (const element entry : edges) {
    absl::StatusOr<Edge> edge = ParseEdge(entry, absl::StrCat("edges[", graph.edges.size(), "]."), index);
    if (!edge.ok()) return edge.status();
    graph.edges.push_back(*edge);
  }
  if (const auto inferred = Field(root, "edges_inferred")) {
    if (inferred->get_bool().get(graph.inferred)) return WrongField("edges_inferred", *inferred, "true, false");
  }
  return absl::OkStatus();
}

absl::Status ParseConfiguration(object facts, JobFacts& out) {
  const std::optional<element> value = Field(facts, "configuration");
  if (!value) return absl::OkStatus();
  object entries;
  if (value->get_object().get(entries)) return WrongField("facts.configuration", *value, "an object");
  for (const auto entry : entries) {
    std::string_view text;
    const std::string key(entry.key);
    if (entry.value.get_string().get(text)) {
      return WrongField(absl::StrCat("facts.configuration[\"", key, "\"]"), entry.value, "a text");
    }
    out.configuration[key] = std::string(text);
  }
  return absl::OkStatus();
}

absl::Status ParseFacts(object root, JobFacts& out) {
  const std::optional<element> value = Field(root, "facts");
  if (!value) return absl::OkStatus();
  object facts;
  if (value->get_object().get(facts)) return WrongField("facts", *value, "an object");
  std::string version;
  if (auto status = TakeText(facts, "facts.", "job_name", out.job_name); !status.ok()) return status;
  if (auto status = TakeText(facts, "facts.", "flink_version", version); !status.ok()) return status;
  if (!version.empty() && !ParseFlinkVersion(version, out)) {
    return NotAllowed("facts.flink_version", absl::StrCat("\"", version, "\""), "MAJOR.MINOR, as in 1.20");
  }
  if (const auto adaptive = Field(facts, "adaptive_scheduler")) {
    bool flag = false;
    if (adaptive->get_bool().get(flag)) return WrongField("facts.adaptive_scheduler", *adaptive, "true, false");
    out.adaptive_scheduler = flag;
  }
  if (auto status = TakeCount(facts, "facts.", "slots_per_task_manager", INT32_MAX, out.slots_per_task_manager);
      !status.ok()) {
    return status;
  }
  return ParseConfiguration(facts, out);
}

}  // namespace

const char* ShipName(ShipStrategy ship) {
  for (const auto& [word, strategy] : kShips) {
    if (strategy == ship) return word;
  }
  return "unknown";
}

bool IsGraphJson(element root) {
  object fields;
  return !root.get_object().get(fields) && Field(fields, "vertices");
}

absl::StatusOr<GraphAndFacts> ParseGraphJson(element root) {
  object fields;
  if (root.get_object().get(fields)) return WrongField("graph", root, "an object");
  if (!Field(fields, "vertices")) return NotAllowed("vertices", "missing", "a list");
  GraphAndFacts result;
  if (auto status = ParseVertices(fields, result.graph); !status.ok()) return status;
  if (auto status = ParseEdges(fields, result.graph); !status.ok()) return status;
  if (auto status = ParseFacts(fields, result.facts); !status.ok()) return status;
  return result;
}

absl::StatusOr<GraphAndFacts> ReadGraphJson(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWhole(ByteSource::File(path), kLargestGraph);
  if (!text.ok()) return text.status();
  JsonParser parser;
  const absl::StatusOr<element> root = parser.Parse(*text);
  absl::StatusOr<GraphAndFacts> result = root.ok() ? ParseGraphJson(*root) : root.status();
  if (result.ok()) return result;
  return absl::Status(result.status().code(), absl::StrCat(path, ": ", std::string(result.status().message())));
}

absl::Status ApplyGraphJson(element root, JobGraph& graph) {
  absl::StatusOr<GraphAndFacts> file = ParseGraphJson(root);
  if (!file.ok()) return file.status();
  if (graph.vertices.empty()) {
    graph = std::move(file->graph);
    return absl::OkStatus();
  }
  const std::unordered_map<std::string, int> index = IndexOfVertices(graph);
  std::vector<int> place;  // of the file's vertices in `graph`
  for (const Vertex& vertex : file->graph.vertices) {
    const auto found = index.find(vertex.id);
    if (found != index.end()) place.push_back(found->second);
  }
  if (place.size() != graph.vertices.size() || place.size() != file->graph.vertices.size()) {
    return NotAllowed("vertices", absl::StrCat(file->graph.vertices.size(), " vertices"),
                      absl::StrCat("the ", graph.vertices.size(), " vertices of the history, with their ids"));
  }
  for (size_t i = 0; i < place.size(); ++i) {
    Vertex& vertex = graph.vertices[static_cast<size_t>(place[i])];
    const int parallelism = vertex.parallelism;
    vertex = std::move(file->graph.vertices[i]);
    vertex.parallelism = parallelism;
  }
  graph.edges = std::move(file->graph.edges);
  for (Edge& edge : graph.edges) {
    edge.from = place[static_cast<size_t>(edge.from)];
    edge.to = place[static_cast<size_t>(edge.to)];
  }
  graph.inferred = file->graph.inferred;
  return absl::OkStatus();
}

}  // namespace tune
