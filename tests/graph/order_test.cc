// GraphView: edges by vertex, and an order in which every vertex comes after its inputs.
#include "libtune/graph/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace tune {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JobGraph GraphOf(size_t vertices, const std::vector<Edge>& edges) {
  JobGraph graph;
  for (size_t v = 0; v < vertices; ++v) graph.vertices.emplace_back().id = std::to_string(v);
  graph.edges = edges;
  return graph;
}

TEST(GraphView, GroupsEdgesByBothEnds) {
  const JobGraph graph = GraphOf(4, {{0, 2}, {1, 2}, {2, 3}, {0, 3}});
  const GraphView view(graph);
  EXPECT_THAT(view.in_edges(2), ElementsAre(0, 1));
  EXPECT_THAT(view.in_edges(3), ElementsAre(2, 3));
  EXPECT_THAT(view.out_edges(0), ElementsAre(0, 3));
  EXPECT_THAT(view.out_edges(3), IsEmpty());
  EXPECT_TRUE(view.is_source(0));
  EXPECT_TRUE(view.is_source(1));
  EXPECT_FALSE(view.is_source(2));
}

TEST(GraphView, OrdersAChainThatIsListedBackwards) {
  const JobGraph graph = GraphOf(3, {{2, 1}, {1, 0}});
  EXPECT_THAT(GraphView(graph).order(), ElementsAre(2, 1, 0));
}

TEST(GraphView, IslandsAreSources) {
  const JobGraph graph = GraphOf(2, {});
  EXPECT_THAT(GraphView(graph).order(), ElementsAre(0, 1));
}

TEST(GraphView, LeavesOutWhatIsOnOrBehindACycle) {
  const JobGraph graph = GraphOf(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}});
  EXPECT_THAT(GraphView(graph).order(), ElementsAre(0));
}

RC_GTEST_PROP(GraphViewProperty, EveryVertexComesAfterItsInputs, ()) {
  const int count = *rc::gen::inRange(1, 30);
  std::vector<int> rank;  // edges go from a lower to a higher rank: no cycles
  for (int v = 0; v < count; ++v) rank.push_back(v);
  for (int v = count - 1; v > 0; --v)
    std::swap(rank[static_cast<size_t>(v)], rank[static_cast<size_t>(*rc::gen::inRange(0, v + 1))]);
  std::vector<Edge> edges;
  for (int a = 0; a < count; ++a) {
    for (int b = a + 1; b < count; ++b) {
      if (*rc::gen::inRange(0, 4) == 0) edges.push_back({rank[static_cast<size_t>(a)], rank[static_cast<size_t>(b)]});
    }
  }
  const JobGraph graph = GraphOf(static_cast<size_t>(count), edges);
  const GraphView view(graph);
  std::vector<int> place(static_cast<size_t>(count), -1);
  for (size_t i = 0; i < view.order().size(); ++i) place[static_cast<size_t>(view.order()[i])] = static_cast<int>(i);
  for (const int p : place) RC_ASSERT(p >= 0);
  for (const Edge& edge : edges) RC_ASSERT(place[static_cast<size_t>(edge.from)] < place[static_cast<size_t>(edge.to)]);
}

}  // namespace
}  // namespace tune
