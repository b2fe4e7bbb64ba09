#include "libtune/codec/graph_codec.h"

#include "libtune/codec/enum_codec.h"
#include "libtune/codec/limits.h"

namespace tune {
namespace {

constexpr EnumPair<ShipStrategy, v1::ShipStrategy> kShips[] = {
    {ShipStrategy::kUnknown, v1::SHIP_STRATEGY_UNKNOWN}, {ShipStrategy::kForward, v1::SHIP_STRATEGY_FORWARD},
    {ShipStrategy::kHash, v1::SHIP_STRATEGY_HASH},       {ShipStrategy::kRebalance, v1::SHIP_STRATEGY_REBALANCE},
    {ShipStrategy::kRescale, v1::SHIP_STRATEGY_RESCALE}, {ShipStrategy::kBroadcast, v1::SHIP_STRATEGY_BROADCAST},
    {ShipStrategy::kGlobal, v1::SHIP_STRATEGY_GLOBAL},   {ShipStrategy::kCustom, v1::SHIP_STRATEGY_CUSTOM},
};

Vertex ReadVertex(const v1::Vertex& proto) {
  Vertex vertex;
  vertex.id = proto.id();
  vertex.name = proto.name();
  vertex.parallelism = proto.parallelism();
  if (proto.has_max_parallelism()) vertex.max_parallelism = proto.max_parallelism();
  if (proto.has_slot_sharing_group()) vertex.slot_sharing_group = proto.slot_sharing_group();
  if (proto.has_source_partitions()) vertex.source_partitions = proto.source_partitions();
  return vertex;
}

}  // namespace

v1::JobGraph ToProto(const JobGraph& graph) {
  v1::JobGraph proto;
  for (const Vertex& vertex : graph.vertices) {
    v1::Vertex& out = *proto.add_vertices();
    out.set_id(Utf8(vertex.id));
    out.set_name(Utf8(vertex.name));
    out.set_parallelism(vertex.parallelism);
    out.set_max_parallelism(vertex.max_parallelism);
    out.set_slot_sharing_group(Utf8(vertex.slot_sharing_group));
    if (vertex.source_partitions) out.set_source_partitions(*vertex.source_partitions);
  }
  for (const Edge& edge : graph.edges) {
    v1::Edge& out = *proto.add_edges();
    out.set_from(edge.from);
    out.set_to(edge.to);
    out.set_ship(ToWire(kShips, edge.ship));
  }
  proto.set_inferred(graph.inferred);
  return proto;
}

JobGraph ReadGraph(const v1::JobGraph& proto, const Path& path, Violations& violations) {
  JobGraph graph;
  const Path edges = path.Field("edges");
  const bool fits = CheckCount(path.Field("vertices"), proto.vertices_size(), limits::kVertices, violations);
  if (!CheckCount(edges, proto.edges_size(), limits::kEdges, violations) || !fits) return graph;
  for (const v1::Vertex& vertex : proto.vertices()) graph.vertices.push_back(ReadVertex(vertex));
  for (int i = 0; i < proto.edges_size(); ++i) {
    const v1::Edge& edge = proto.edges(i);
    const Path at = edges.At(i);
    graph.edges.push_back({edge.from(), edge.to(), ReadEnum(kShips, edge.ship(), at.Field("ship"), violations)});
  }
  graph.inferred = proto.inferred();
  return graph;
}

absl::StatusOr<JobGraph> FromProto(const v1::JobGraph& proto) {
  Violations violations;
  const Path root;
  JobGraph graph = ReadGraph(proto, root, violations);
  const bool too_large = proto.vertices_size() != static_cast<int>(graph.vertices.size());
  if (absl::Status status = AllViolations(violations, too_large ? absl::OkStatus() : CheckGraph(graph)); !status.ok()) {
    return status;
  }
  return graph;
}

}  // namespace tune
