// CheckGraph and FindVertex.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tune/job_graph.h"

namespace tune {
namespace {

using testing::HasSubstr;

// a -> b -> c
JobGraph Chain() {
  JobGraph graph;
  for (const char* id : {"a", "b", "c"}) graph.vertices.emplace_back().id = id;
  graph.edges = {{0, 1, ShipStrategy::kHash}, {1, 2, ShipStrategy::kForward}};
  return graph;
}

TEST(CheckGraph, AcceptsChainsDiamondsAndIslands) {
  EXPECT_TRUE(CheckGraph(Chain()).ok());
  JobGraph diamond = Chain();
  diamond.vertices.emplace_back().id = "d";
  diamond.edges = {{0, 1}, {0, 2}, {1, 3}, {2, 3}};
  EXPECT_TRUE(CheckGraph(diamond).ok());
  diamond.edges.clear();
  EXPECT_TRUE(CheckGraph(diamond).ok());
}

struct Broken {
  const char* name;
  std::function<void(JobGraph&)> break_it;
  const char* message;
};
void PrintTo(const Broken& c, std::ostream* out) { *out << c.name; }
class CheckGraphTest : public testing::TestWithParam<Broken> {};
TEST_P(CheckGraphTest, NamesTheViolation) {
  JobGraph graph = Chain();
  GetParam().break_it(graph);
  const absl::Status status = CheckGraph(graph);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Violations, CheckGraphTest,
    testing::Values(
        Broken{"NoVertices", [](JobGraph& g) { g = JobGraph(); }, "vertices = []; allowed: at least one vertex"},
        Broken{"EmptyId", [](JobGraph& g) { g.vertices[1].id = ""; }, "vertices[1].id = \"\"; allowed: not empty"},
        Broken{"DoubledId", [](JobGraph& g) { g.vertices[2].id = "a"; }, "vertices[2].id = \"a\"; allowed: a new id"},
        Broken{"NoSubtasks", [](JobGraph& g) { g.vertices[0].parallelism = 0; },
               "vertices[\"a\"].parallelism = 0; allowed: [1, max_parallelism = 32768]"},
        Broken{"TooManySubtasks",
               [](JobGraph& g) {
                 g.vertices[0].max_parallelism = 4;
                 g.vertices[0].parallelism = 5;
               },
               "vertices[\"a\"].parallelism = 5; allowed: [1, max_parallelism = 4]"},
        Broken{"MaxParallelismZero", [](JobGraph& g) { g.vertices[0].max_parallelism = 0; },
               "vertices[\"a\"].max_parallelism = 0; allowed: [1, 32768]"},
        Broken{"MaxParallelismTooLarge", [](JobGraph& g) { g.vertices[0].max_parallelism = 32769; },
               "vertices[\"a\"].max_parallelism = 32769; allowed: [1, 32768]"},
        Broken{"NoPartitions", [](JobGraph& g) { g.vertices[0].source_partitions = 0; },
               "vertices[\"a\"].source_partitions = 0; allowed: > 0"},
        Broken{"EdgeToNowhere", [](JobGraph& g) { g.edges[0].to = 3; },
               "edges[0] = 0 -> 3; allowed: two different vertices in [0, 3)"},
        Broken{"EdgeFromNowhere", [](JobGraph& g) { g.edges[1].from = -1; }, "edges[1] = -1 -> 2"},
        Broken{"EdgeToItself", [](JobGraph& g) { g.edges[0].to = 0; }, "edges[0] = 0 -> 0"},
        Broken{"DoubledEdge", [](JobGraph& g) { g.edges.push_back({0, 1}); },
               "edges[2] = 0 -> 1; allowed: one edge for each pair"},
        Broken{"Cycle", [](JobGraph& g) { g.edges.push_back({2, 1}); }, "a cycle through or before b, c"},
        Broken{"UnequalForward", [](JobGraph& g) { g.vertices[2].parallelism = 3; },
               "edges[1].ship = forward from 1 to 3 subtasks; allowed: equal parallelism"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(CheckGraph, ListsEveryViolation) {
  JobGraph graph = Chain();
  graph.vertices[0].parallelism = -1;
  graph.edges[0].to = 9;
  const std::string message(CheckGraph(graph).message());
  EXPECT_THAT(message, HasSubstr("vertices[\"a\"].parallelism = -1"));
  EXPECT_THAT(message, HasSubstr("edges[0] = 0 -> 9"));
}

JobGraph Named(const std::vector<std::pair<const char*, const char*>>& vertices) {
  JobGraph graph;
  for (const auto& [id, name] : vertices) {
    graph.vertices.emplace_back().id = id;
    graph.vertices.back().name = name;
  }
  return graph;
}

TEST(FindVertex, ByIdNameSourceAndOperator) {
  const JobGraph graph = Named({{"c0ffee", "Source: orders -> filter"},
                                {"bead", "enrich"},
                                {"f00d", "window -> (late, Sink: out -> commit)"},
                                {"abba", "Source: clicks"}});
  EXPECT_EQ(FindVertex(graph, "bead"), 1);
  EXPECT_EQ(FindVertex(graph, "enrich"), 1);
  EXPECT_EQ(FindVertex(graph, "Source: clicks"), 3);
  EXPECT_EQ(FindVertex(graph, "clicks"), 3);
  EXPECT_EQ(FindVertex(graph, "orders"), 0);
  EXPECT_EQ(FindVertex(graph, "filter"), 0);
  EXPECT_EQ(FindVertex(graph, "window"), 2);
  EXPECT_EQ(FindVertex(graph, "nobody"), -1);
}

// A chain that branches is shown with brackets; its operators are operators all the same.
TEST(FindVertex, ByOperatorOfABranchingChain) {
  const JobGraph graph = Named({{"f00d", "window -> (late, Sink: out -> commit)"}});
  EXPECT_EQ(FindVertex(graph, "late"), 0);
  EXPECT_EQ(FindVertex(graph, "out"), 0);
  EXPECT_EQ(FindVertex(graph, "commit"), 0);
}

TEST(FindVertex, IdBeatsName) {
  const JobGraph graph = Named({{"map", "x"}, {"y", "map"}});
  EXPECT_EQ(FindVertex(graph, "map"), 0);
}

TEST(FindVertex, AmbiguousNamesFindNothing) {
  EXPECT_EQ(FindVertex(Named({{"1", "map"}, {"2", "map"}}), "map"), -1);
  EXPECT_EQ(FindVertex(Named({{"1", "a -> map"}, {"2", "b -> map"}}), "map"), -1);
  // Two by their whole name; that a third would fit by a looser rule does not settle it.
  EXPECT_EQ(FindVertex(Named({{"1", "map"}, {"2", "map"}, {"3", "Source: map"}}), "map"), -1);
}

}  // namespace
}  // namespace tune
