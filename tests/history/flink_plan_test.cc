#include "libtune/history/flink_plan.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/history.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr const char* kPlan = R"({"jid":"j1","name":"orders","type":"STREAMING","nodes":[
  {"id":"c","parallelism":3,"operator":"","operator_strategy":"","description":"Sink: out&lt;br/&gt;",
   "inputs":[{"num":0,"id":"b","ship_strategy":"HASH","exchange":"pipelined_bounded"}]},
  {"id":"b","parallelism":2,"description":"map -&gt; filter &amp; more<br/>",
   "inputs":[{"num":0,"id":"a","ship_strategy":"REBALANCE"},{"num":1,"id":"a2","ship_strategy":"FORWARD"}]},
  {"id":"a","parallelism":1,"description":"Source: orders"},
  {"id":"a2","parallelism":2,"description":"Source: rates"}]})";

JobGraph GraphOf(const std::vector<std::pair<std::string, std::string>>& vertices) {
  JobGraph graph;
  for (const auto& [id, name] : vertices) {
    graph.vertices.emplace_back().id = id;
    graph.vertices.back().name = name;
  }
  return graph;
}

std::string Edges(const JobGraph& graph) {
  std::string out;
  for (const Edge& edge : graph.edges) {
    absl::StrAppend(&out, graph.vertices[static_cast<size_t>(edge.from)].id, ">",
                    graph.vertices[static_cast<size_t>(edge.to)].id, ":", static_cast<int>(edge.ship), " ");
  }
  return out;
}

TEST(FlinkPlanTest, GivesEdgesWithTheirShipStrategies) {
  JobGraph graph = GraphOf({{"a", ""}, {"a2", ""}, {"b", "map"}, {"c", ""}});
  ASSERT_TRUE(ReadGraphText("plan.json", kPlan, graph).ok());
  EXPECT_EQ(Edges(graph), absl::StrCat("b>c:", static_cast<int>(ShipStrategy::kHash),
                                       " a>b:", static_cast<int>(ShipStrategy::kRebalance),
                                       " a2>b:", static_cast<int>(ShipStrategy::kForward), " "));
  EXPECT_FALSE(graph.inferred);
  EXPECT_EQ(graph.vertices[0].name, "Source: orders");
  EXPECT_EQ(graph.vertices[2].name, "map");  // it has one already
}

TEST(FlinkPlanTest, ReadsThePlanInsideTheRestAnswer) {
  JobGraph inner = GraphOf({{"a", ""}, {"a2", ""}, {"b", ""}, {"c", ""}}), outer = inner;
  ASSERT_TRUE(ReadGraphText("plan.json", kPlan, inner).ok());
  ASSERT_TRUE(ReadGraphText("plan.json", absl::StrCat("{\"plan\":", kPlan, "}"), outer).ok());
  EXPECT_EQ(Edges(inner), Edges(outer));
  EXPECT_EQ(inner.vertices[2].name, "map -> filter & more");
  EXPECT_EQ(outer.vertices[2].name, "map -> filter & more");
}

TEST(FlinkPlanTest, MendsNamesThatPrometheusUnderscored) {
  JobGraph graph = GraphOf({{"a", "Source:_orders"}, {"a2", "other"}, {"b", "map____filter___more"}, {"c", ""}});
  ASSERT_TRUE(ReadGraphText("plan.json", kPlan, graph).ok());
  EXPECT_EQ(graph.vertices[0].name, "Source: orders");
  EXPECT_EQ(graph.vertices[1].name, "other");
  EXPECT_EQ(graph.vertices[2].name, "map -> filter & more");
}

TEST(FlinkPlanTest, FillsAGraphWithoutVertices) {
  JobGraph graph;
  ASSERT_TRUE(ReadGraphText("plan.json", kPlan, graph).ok());
  ASSERT_EQ(graph.vertices.size(), 4u);
  EXPECT_EQ(graph.vertices[0].id, "c");
  EXPECT_EQ(graph.vertices[0].parallelism, 3);
  EXPECT_EQ(graph.edges.size(), 3u);
}

TEST(FlinkPlanTest, KnowsFlinksShipStrategies) {
  EXPECT_EQ(ParseFlinkShip("BROADCAST"), ShipStrategy::kBroadcast);
  EXPECT_EQ(ParseFlinkShip("GLOBAL"), ShipStrategy::kGlobal);
  EXPECT_EQ(ParseFlinkShip("RESCALE"), ShipStrategy::kRescale);
  EXPECT_EQ(ParseFlinkShip("CUSTOM"), ShipStrategy::kCustom);
  EXPECT_EQ(ParseFlinkShip("SHUFFLE"), ShipStrategy::kRebalance);
  EXPECT_EQ(ParseFlinkShip("HASH[f0, f1]"), ShipStrategy::kHash);
  EXPECT_EQ(ParseFlinkShip(""), ShipStrategy::kUnknown);
  EXPECT_EQ(ParseFlinkShip("hash"), ShipStrategy::kUnknown);
}

TEST(FlinkPlanTest, KeepsADoubledEdgeOnce) {
  JobGraph graph;
  ASSERT_TRUE(ReadGraphText("p", R"({"nodes":[{"id":"a"},{"id":"b","inputs":[{"id":"a","ship_strategy":"HASH"},
      {"id":"a","ship_strategy":"HASH"}]},{"id":"c","inputs":[{"id":"a","ship_strategy":"HASH"},
      {"id":"a","ship_strategy":"BROADCAST"}]}]})",
                            graph)
                  .ok());
  EXPECT_EQ(Edges(graph), absl::StrCat("a>b:", static_cast<int>(ShipStrategy::kHash),
                                       " a>c:", static_cast<int>(ShipStrategy::kUnknown), " "));
}

TEST(FlinkPlanTest, LeavesTheGraphAsItWasOnErrors) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "not JSON"},
      {"[1]", "plan = [1]"},
      {"{}", "nodes = none"},
      {R"({"nodes":{}})", "nodes = {}"},
      {R"({"nodes":[7]})", "nodes[0]. = 7"},
      {R"({"nodes":[{"id":""}]})", "nodes[0].id"},
      {R"({"nodes":[{"id":4}]})", "nodes[0].id = 4"},
      {R"({"nodes":[{"id":"x"},{"id":"x"}]})", "nodes[1].id = x; allowed: each id once"},
      {R"({"nodes":[{"id":"x","parallelism":"many"}]})", "nodes[0].parallelism"},
      {R"({"nodes":[{"id":"x","parallelism":40000}]})", "nodes[0].parallelism = 40000"},
      {R"({"nodes":[{"id":"x","inputs":[{"id":"y"}]}]})", "nodes[\"x\"].inputs = y"},
      {R"({"nodes":[{"id":"x"},{"id":"z"}]})", "vertices of the plan = x, z; allowed: those of the history, x"},
  };
  for (const auto& [text, message] : cases) {
    JobGraph graph = GraphOf({{"x", "X"}});
    graph.edges.push_back({});
    const absl::Status status = ReadGraphText("plan.json", text, graph);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("plan.json: "));
    EXPECT_EQ(graph.vertices.size(), 1u);
    EXPECT_EQ(graph.edges.size(), 1u);
  }
}

TEST(FlinkPlanTest, ReadsFiles) {
  const Folder folder;
  JobGraph graph;
  EXPECT_TRUE(ReadGraphFile(folder.Write("plan.json.gz", Gzip(kPlan)), graph).ok());
  EXPECT_EQ(graph.edges.size(), 3u);
  EXPECT_EQ(ReadGraphFile(folder.Path("none.json"), graph).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tune
