#include "libtune/codec/graph_codec.h"

#include "gmock/gmock.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/wire.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::HasSubstr;

TEST(GraphCodecTest, EveryFieldArrives) {
  const auto proto = FromText<v1::JobGraph>(R"(
    vertices { id: "a" name: "Source: a" parallelism: 2 max_parallelism: 64 slot_sharing_group: "g" source_partitions: 8 }
    vertices { id: "b" name: "b" parallelism: 3 max_parallelism: 128 slot_sharing_group: "h" source_partitions: 9 }
    edges { from: 1 to: 0 ship: SHIP_STRATEGY_BROADCAST }
    inferred: true)");
  const auto graph = FromProto(proto);
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_EQ(graph->vertices[0].id, "a");
  EXPECT_EQ(graph->vertices[0].name, "Source: a");
  EXPECT_EQ(graph->vertices[0].parallelism, 2);
  EXPECT_EQ(graph->vertices[0].max_parallelism, 64);
  EXPECT_EQ(graph->vertices[0].slot_sharing_group, "g");
  EXPECT_EQ(graph->vertices[0].source_partitions, 8);
  EXPECT_EQ(graph->edges[0].from, 1);
  EXPECT_EQ(graph->edges[0].to, 0);
  EXPECT_EQ(graph->edges[0].ship, ShipStrategy::kBroadcast);
  EXPECT_TRUE(graph->inferred);
  EXPECT_EQ(ToProto(*graph).DebugString(), proto.DebugString());
}

TEST(GraphCodecTest, AbsentFieldsMeanFlinksDefaults) {
  const auto graph = FromProto(FromText<v1::JobGraph>(R"(vertices { id: "a" parallelism: 1 })"));
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_EQ(graph->vertices[0].max_parallelism, 32768);
  EXPECT_EQ(graph->vertices[0].slot_sharing_group, "default");
  EXPECT_EQ(graph->vertices[0].source_partitions, std::nullopt);
}

TEST(GraphCodecTest, ListsUnsetEnumsBesideWhatTheGraphCheckFinds) {
  const auto graph = FromProto(FromText<v1::JobGraph>(R"(
    vertices { id: "a" parallelism: 1 } vertices { id: "b" }
    edges { from: 0 to: 1 } edges { from: 1 to: 0 ship: 99 })"));
  EXPECT_EQ(graph.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(graph.status().message());
  EXPECT_THAT(message, HasSubstr("edges[0].ship = SHIP_STRATEGY_UNSPECIFIED; allowed: SHIP_STRATEGY_UNKNOWN, "));
  EXPECT_THAT(message, HasSubstr("edges[1].ship = 99; allowed: SHIP_STRATEGY_UNKNOWN, "));
  EXPECT_THAT(message, HasSubstr("vertices[\"b\"].parallelism = 0; allowed: "));
  EXPECT_THAT(message, HasSubstr("cycle"));
}

TEST(GraphCodecTest, MoreVerticesOrEdgesThanALimitAreRefusedBeforeTheyAreRead) {
  v1::JobGraph proto;
  for (int i = 0; i <= limits::kVertices; ++i) proto.add_vertices();
  EXPECT_EQ(FromProto(proto).status().message(), "vertices = 10001 entries; allowed: at most 10000");
}

TEST(GraphCodecTest, BytesThatAreNoTextDoNotBreakTheMessage) {
  JobGraph graph;
  graph.vertices.push_back({"id", "caf\xe9", 1, 1, "default", std::nullopt});
  v1::JobGraph parsed;
  ASSERT_TRUE(ParseWire(SerializeDeterministic(ToProto(graph)), parsed).ok());
  EXPECT_EQ(parsed.vertices(0).name(), "caf\uFFFD");
}

RC_GTEST_PROP(GraphCodecProperty, RoundTrips, ()) {
  const v1::JobGraph proto = ToProto(AnyGraph());
  v1::JobGraph parsed;
  RC_ASSERT(ParseWire(SerializeDeterministic(proto), parsed).ok());
  const auto graph = FromProto(parsed);
  RC_ASSERT(graph.ok());
  RC_ASSERT(ToProto(*graph).DebugString() == proto.DebugString());
}

}  // namespace
}  // namespace tune
