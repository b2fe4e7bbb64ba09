// InferEdges: edges from what crossed the vertices' borders.
#include "libtune/graph/infer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

struct Traffic {
  const char* name;
  double in, out;
  double bytes_in = -1, bytes_out = -1;
};
using Pair = std::pair<int, int>;

struct Inferred {
  Inferred(const std::vector<Traffic>& traffic, bool in_order) {
    std::vector<VertexTraffic> crossed;
    for (const Traffic& t : traffic) {
      graph.vertices.emplace_back().id = t.name;
      graph.vertices.back().name = t.name;
      crossed.push_back({t.in, t.out, t.bytes_in, t.bytes_out});
    }
    status = InferEdges(crossed, in_order, graph);
    for (const Edge& edge : graph.edges) edges.insert({edge.from, edge.to});
  }
  JobGraph graph;
  absl::Status status;
  std::set<Pair> edges;
};

// Equal counts all along: the order of the list decides.
TEST(InferEdges, ChainWithoutBytesInOrder) {
  const Inferred it({{"Source: s", 0, 900}, {"parse", 900, 900}, {"enrich", 900, 900}, {"sink", 900, 0}}, true);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{0, 1}, Pair{1, 2}, Pair{2, 3}));
  EXPECT_TRUE(it.graph.inferred);
  EXPECT_EQ(it.graph.edges[0].ship, ShipStrategy::kUnknown);
}

// Equal counts in any order: the bytes of the two sides agree.
TEST(InferEdges, ChainWithBytesInAnyOrder) {
  const Inferred it({{"sink", 900, 0, 50'000, 0},
                     {"enrich", 900, 900, 70'000, 49'000},
                     {"Source: s", 0, 900, 0, 99'000},
                     {"parse", 900, 900, 100'000, 69'000}},
                    false);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{2, 3}, Pair{3, 1}, Pair{1, 0}));
}

TEST(InferEdges, ChainOfDifferentRatesInAnyOrder) {
  const Inferred it({{"sink", 300, 0}, {"filter", 1000, 300}, {"Source: s", 0, 1000}}, false);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{2, 1}, Pair{1, 0}));
}

// A source that counts what it reads from its log is fed by nobody.
TEST(InferEdges, SourcesTakeNothingFromTheGraph) {
  const Inferred it({{"Source: a", 500, 500}, {"Source: b", 500, 200}, {"x", 500, 0}, {"y", 200, 0}}, true);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{0, 2}, Pair{1, 3}));
}

TEST(InferEdges, FanOutToTwoThatTakeAll) {
  const Inferred it({{"Source: s", 0, 900}, {"a", 900, 0}, {"b", 900, 0}}, true);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{0, 1}, Pair{0, 2}));
}

// 300 + 600 = 900.
TEST(InferEdges, JoinOfTwo) {
  const Inferred it({{"Source: a", 0, 300}, {"Source: b", 0, 600}, {"join", 900, 100}, {"sink", 100, 0}}, true);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{0, 2}, Pair{1, 2}, Pair{2, 3}));
}

// 10 rules and 900 events: 910 taken looks nearly like the events alone. Either both edges, or the question back.
TEST(InferEdges, JoinOfUnequalsDoesNotLoseTheSmallerInput) {
  const Inferred it({{"Source: rules", 0, 10}, {"Source: events", 0, 900}, {"join", 910, 0}}, true);
  if (it.status.ok()) {
    EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{0, 2}, Pair{1, 2}));
  } else {
    EXPECT_THAT(std::string(it.status.message()), HasSubstr("rules"));
  }
}

// A fifth of what each gave still waits in the next one's buffers.
TEST(InferEdges, FifthInFlightIsStillTheSameRecords) {
  const Inferred it({{"Source: s", 0, 1000}, {"parse", 800, 800}, {"sink", 640, 0}}, true);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{0, 1}, Pair{1, 2}));
}

// The smaller is asked a moment later and seems to take a little more; more than 2 % is another stream.
TEST(InferEdges, DownstreamNeverTakesMuchMoreThanItWasGiven) {
  EXPECT_TRUE(Inferred({{"Source: s", 0, 1000}, {"a", 1015, 0}}, true).status.ok());
  EXPECT_FALSE(Inferred({{"Source: s", 0, 1000}, {"a", 1050, 0}}, true).status.ok());
}

TEST(InferEdges, IdleVerticesNeedNoInput) {
  const Inferred it({{"Source: s", 0, 900}, {"parse", 900, 0}, {"late", 0, 0}}, true);
  ASSERT_TRUE(it.status.ok()) << it.status;
  EXPECT_THAT(it.edges, UnorderedElementsAre(Pair{0, 1}));
}

TEST(InferEdges, WhatCannotBeToldIsAnErrorThatNamesIt) {
  const Inferred it({{"Source: s", 0, 900}, {"parse", 900, 0}, {"mystery", 12'345, 0}}, true);
  EXPECT_EQ(it.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(it.status.message()), HasSubstr("what feeds \"mystery\""));
  EXPECT_THAT(std::string(it.status.message()), Not(HasSubstr("parse")));
  EXPECT_TRUE(it.graph.edges.empty());
  EXPECT_FALSE(it.graph.inferred);
}

TEST(InferEdges, VertexWithoutANameIsNamedByItsId) {
  JobGraph graph;
  graph.vertices.emplace_back().id = "c0ffee";
  const VertexTraffic traffic[] = {{12'345, 0, -1, -1}};
  EXPECT_THAT(std::string(InferEdges(traffic, true, graph).message()), HasSubstr("c0ffee"));
}

TEST(InferEdges, NeverMakesACycle) {
  const Inferred it({{"a", 100, 100}, {"b", 100, 100}, {"c", 100, 100}}, false);
  if (it.status.ok()) {
    EXPECT_TRUE(CheckGraph(it.graph).ok());
  } else {
    EXPECT_TRUE(it.graph.edges.empty());
  }
}

TEST(InferEdges, TrafficOfAnotherGraphIsOurBug) {
  JobGraph graph;
  EXPECT_EQ(InferEdges(std::vector<VertexTraffic>(1), true, graph).code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace tune
