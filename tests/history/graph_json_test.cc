#include "libtune/history/graph_json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/flink_plan.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::HasSubstr;

JobGraph TwoVertices() {
  JobGraph graph;
  graph.vertices.resize(2);
  graph.vertices[0].id = "a";
  graph.vertices[0].name = "Source: \"x\" \\ \n tab";
  graph.vertices[0].source_partitions = 12;
  graph.vertices[1].id = "b,\"quoted\"";
  graph.vertices[1].parallelism = 3;
  graph.vertices[1].max_parallelism = 120;
  graph.vertices[1].slot_sharing_group = "heavy";
  graph.edges.push_back({0, 1, ShipStrategy::kHash});
  graph.inferred = true;
  return graph;
}

TEST(GraphJsonTest, ReadsBackWhatItWrote) {
  const Folder folder;
  JobFacts facts;
  facts.job_name = "orders";
  facts.flink_major = 1;
  facts.flink_minor = 20;
  facts.adaptive_scheduler = false;
  facts.slots_per_task_manager = 4;
  facts.configuration["a.b"] = "c: \"d\"";
  const JobGraph graph = TwoVertices();
  ASSERT_TRUE(WriteGraphJson(folder.Path("graph.json"), graph, facts).ok());
  const auto read = ReadGraphJson(folder.Path("graph.json"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(FormatGraphJson(read->graph, read->facts), FormatGraphJson(graph, facts));
  EXPECT_EQ(read->graph.vertices[0].name, graph.vertices[0].name);
  EXPECT_EQ(read->graph.vertices[0].source_partitions, 12);
  EXPECT_EQ(read->graph.vertices[1].id, "b,\"quoted\"");
  EXPECT_EQ(read->graph.vertices[1].slot_sharing_group, "heavy");
  EXPECT_EQ(read->graph.vertices[1].max_parallelism, 120);
  EXPECT_EQ(read->graph.edges[0].ship, ShipStrategy::kHash);
  EXPECT_TRUE(read->graph.inferred);
  EXPECT_EQ(read->facts.flink_minor, 20);
  EXPECT_EQ(read->facts.adaptive_scheduler, false);
  EXPECT_EQ(read->facts.configuration, facts.configuration);
}

TEST(GraphJsonTest, EveryShipStrategyHasAName) {
  for (int i = 0; i <= static_cast<int>(ShipStrategy::kCustom); ++i) {
    JobGraph graph = TwoVertices(), read;
    graph.edges[0].ship = static_cast<ShipStrategy>(i);
    ASSERT_TRUE(ReadGraphText("g", FormatGraphJson(graph, {}), read).ok());
    EXPECT_EQ(static_cast<int>(read.edges[0].ship), i);
  }
}

TEST(GraphJsonTest, ServesAsGraphFileOfAnotherHistory) {
  JobGraph history;
  history.vertices.resize(2);
  history.vertices[0].id = "b,\"quoted\"";
  history.vertices[0].parallelism = 7;
  history.vertices[1].id = "a";
  ASSERT_TRUE(ReadGraphText("g", FormatGraphJson(TwoVertices(), {}), history).ok());
  EXPECT_EQ(history.vertices[0].parallelism, 7);  // the history's own
  EXPECT_EQ(history.vertices[0].max_parallelism, 120);
  EXPECT_EQ(history.edges[0].from, 1);  // "a" comes second here
  EXPECT_EQ(history.edges[0].to, 0);
  JobGraph other;
  other.vertices.resize(1);
  other.vertices[0].id = "a";
  EXPECT_FALSE(ReadGraphText("g", FormatGraphJson(TwoVertices(), {}), other).ok());
}

TEST(GraphJsonTest, NamesTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"vertices":7})", "vertices = 7"},
      {R"({"vertices":[7]})", "vertices[0]. = 7"},
      {R"({"vertices":[{}]})", "vertices[0].id"},
      {R"({"vertices":[{"id":3}]})", "vertices[0].id = 3"},
      {R"({"vertices":[{"id":"a"},{"id":"a"}]})", "vertices[1].id = a; allowed: each id once"},
      {R"({"vertices":[{"id":"a","parallelism":0}]})", "vertices[0].parallelism = 0"},
      {R"({"vertices":[{"id":"a","parallelism":9,"max_parallelism":8}]})", "vertices[0].parallelism = 9"},
      {R"({"vertices":[{"id":"a","max_parallelism":40000}]})", "vertices[0].max_parallelism = 40000"},
      {R"({"vertices":[{"id":"a","source_partitions":-2}]})", "vertices[0].source_partitions = -2"},
      {R"({"vertices":[{"id":"a"}],"edges":[{"from":"a","to":"b"}]})", "edges[0].to = \"b\""},
      {R"({"vertices":[{"id":"a"}],"edges":[{"from":"a","to":"a","ship":"HASH"}]})", "edges[0].ship = \"HASH\""},
      {R"({"vertices":[],"facts":{"flink_version":"new"}})", "facts.flink_version = \"new\""},
      {R"({"vertices":[],"facts":{"adaptive_scheduler":"yes"}})", "facts.adaptive_scheduler"},
      {R"({"vertices":[],"facts":{"configuration":{"k":5}}})", "facts.configuration[\"k\"] = 5"},
  };
  for (const auto& [text, message] : cases) {
    JobGraph graph;
    const absl::Status status = ReadGraphText("graph.json", text, graph);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message)) << text;
  }
}

}  // namespace
}  // namespace tune
