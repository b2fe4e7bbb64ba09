// CarryRates: records into each vertex per record out of each source.
#include "libtune/graph/rates.h"

#include <gtest/gtest.h>

namespace tune {
namespace {

struct Sum {
  double in, out;
};

// A graph with what its vertices took and gave, carried.
struct Carried {
  Carried(const std::vector<Sum>& sums, const std::vector<Edge>& edges, const std::vector<int>& parallelism = {}) {
    for (size_t v = 0; v < sums.size(); ++v) {
      graph.vertices.emplace_back().id = std::to_string(v);
      if (v < parallelism.size()) graph.vertices[v].parallelism = parallelism[v];
      records.push_back({sums[v].in, sums[v].out});
    }
    graph.edges = edges;
    const GraphView view(graph);
    for (size_t v = 0; v < sums.size(); ++v) {
      if (view.is_source(static_cast<int>(v))) sources.push_back(static_cast<int>(v));
    }
    rates = CarryRates(view, records, sources);
  }
  JobGraph graph;
  std::vector<VertexRecords> records;
  std::vector<int> sources;
  CarriedRates rates;
};

// 100 -> filter keeps a quarter: 25 -> flatMap makes 8 of each: 200.
TEST(CarryRates, ChainMultipliesSelectivities) {
  const Carried c({{0, 100}, {100, 25}, {25, 200}, {200, 0}}, {{0, 1}, {1, 2}, {2, 3}});
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(0, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(1, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 0.25);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(3, 0), 2);
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[1], 0.25);
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[2], 8);
  EXPECT_EQ(c.rates.edge_rule[0], EdgeRule::kOnlyOutput);
}

// A source's own records_in is not looked at, whatever it counts.
TEST(CarryRates, SourcesCountByWhatTheyGive) {
  const Carried c({{7, 100}, {100, 0}}, {{0, 1}});
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(1, 0), 1);
}

// 20 of 100 still wait in buffers: the edge carries what the upstream gave.
TEST(CarryRates, WhatWaitsInBuffersIsNotLost) {
  const Carried c({{0, 100}, {80, 160}, {160, 0}}, {{0, 1}, {1, 2}});
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(1, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 2);  // 160 / 80: each record taken makes two
}

// The source's 100 are counted once though two vertices read them: each takes what it says it takes.
TEST(CarryRates, FanOutUsesTheConsumersIn) {
  const Carried c({{0, 100}, {100, 0}, {30, 0}}, {{0, 1}, {0, 2}});
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(1, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 0.3);  // a side output
  EXPECT_EQ(c.rates.edge_rule[0], EdgeRule::kOnlyInput);
}

TEST(CarryRates, UnionAddsItsSources) {
  const Carried c({{0, 100}, {0, 50}, {150, 0}}, {{0, 2}, {1, 2}});
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 1), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(0, 1), 0);
}

// orders (100) -> join, and -> filter (takes all 100, keeps 40) -> join. The join took 140: 40 of them by the filter,
// and so 100 straight.
TEST(CarryRates, JoinLeavesTheResidualToTheOtherEdge) {
  const Carried c({{0, 100}, {100, 40}, {140, 0}}, {{0, 2}, {0, 1}, {1, 2}});
  EXPECT_EQ(c.rates.edge_rule[0], EdgeRule::kResidual);
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[0], 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 1.4);
}

// The join took a little less than the filter gave (buffers): nothing negative comes straight.
TEST(CarryRates, ResidualIsNeverNegative) {
  const Carried c({{0, 100}, {100, 40}, {38, 0}}, {{0, 2}, {0, 1}, {1, 2}});
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[0], 0);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 0.4);
}

// A residual found lets the next one be found: two outputs of 0 and of 1 each, met in 3 and 4.
TEST(CarryRates, AResidualNeedsAllOtherInputs) {
  // 0 -> 2, 0 -> 3; 1 -> 3, 1 -> 4; 4 takes from 1 alone.
  const Carried c({{0, 100}, {0, 50}, {70, 0}, {40, 0}, {20, 0}}, {{0, 2}, {0, 3}, {1, 3}, {1, 4}});
  // 0 -> 2: all that 2 took, 70. 1 -> 4: 20. Vertex 3 has two unknown inputs: each upstream is taken to give all.
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[0], 0.7);
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[3], 0.4);
  EXPECT_EQ(c.rates.edge_rule[1], EdgeRule::kAssumed);
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[1], 1);
  // With 5 giving to 3 alone as well, three inputs: still two unknown. With 1's only other input known, it is one.
  const Carried d({{0, 100}, {0, 50}, {70, 0}, {40, 0}}, {{0, 2}, {0, 3}, {1, 3}});
  EXPECT_EQ(d.rates.edge_rule[1], EdgeRule::kResidual);
  EXPECT_DOUBLE_EQ(d.rates.edge_ratio[1], 0);  // 40 - 50 < 0
}

// 10 rules reach each of the 4 subtasks: in = 400 + 4 * 10.
TEST(CarryRates, BroadcastReachesEverySubtaskWhole) {
  const Carried c({{0, 400}, {0, 10}, {440, 800}, {800, 0}},
                  {{0, 2, ShipStrategy::kRebalance}, {1, 2, ShipStrategy::kBroadcast}, {2, 3, ShipStrategy::kHash}},
                  {1, 1, 4, 1});
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 1), 0);
  EXPECT_DOUBLE_EQ(c.rates.BroadcastOf(2, 1), 1);
  EXPECT_DOUBLE_EQ(c.rates.BroadcastOf(2, 0), 0);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(3, 0), 2);  // 800 / 400 shared records
}

// The rules also go elsewhere: what the map got of them is its in over its subtasks.
TEST(CarryRates, BroadcastBesideAnotherOutputIsCountedOnce) {
  const Carried c({{0, 10}, {40, 0}, {10, 0}}, {{0, 1, ShipStrategy::kBroadcast}, {0, 2, ShipStrategy::kHash}},
                  {1, 4, 1});
  EXPECT_DOUBLE_EQ(c.rates.BroadcastOf(1, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 1);
}

// 10 rules reach each of 4 subtasks, and orders go to the join and to an archive: of the 140 that the join took, 40
// were rules, and 100 orders.
TEST(CarryRates, ResidualBesideABroadcastCountsItsCopies) {
  const Carried c({{0, 10}, {0, 120}, {140, 0}, {20, 0}},
                  {{0, 2, ShipStrategy::kBroadcast}, {1, 2, ShipStrategy::kHash}, {1, 3, ShipStrategy::kHash}},
                  {1, 1, 4, 1});
  EXPECT_EQ(c.rates.edge_rule[1], EdgeRule::kResidual);
  EXPECT_DOUBLE_EQ(c.rates.edge_ratio[1], 100.0 / 120);
}

// The other way round: 100 orders are known, and the 40 that remain are 10 rules, four times each.
TEST(CarryRates, ResidualOfABroadcastIsCountedOnce) {
  const Carried c({{0, 12}, {0, 100}, {140, 0}, {2, 0}},
                  {{0, 2, ShipStrategy::kBroadcast}, {1, 2, ShipStrategy::kHash}, {0, 3, ShipStrategy::kHash}},
                  {1, 1, 4, 1});
  EXPECT_EQ(c.rates.edge_rule[0], EdgeRule::kResidual);
  EXPECT_DOUBLE_EQ(c.rates.BroadcastOf(2, 0), 10.0 / 12);
}

// Each of 4 subtasks checks every rule and reports it: 40 reports of 10 rules go on.
TEST(CarryRates, VertexWithOnlyBroadcastInputPassesItsRecordsOn) {
  const Carried c({{0, 10}, {40, 40}, {40, 0}}, {{0, 1, ShipStrategy::kBroadcast}, {1, 2, ShipStrategy::kHash}},
                  {1, 4, 1});
  EXPECT_DOUBLE_EQ(c.rates.BroadcastOf(1, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(2, 0), 4);
}

TEST(CarryRates, IslandsKeepToThemselves) {
  const Carried c({{0, 100}, {100, 0}, {0, 7}, {7, 0}}, {{0, 1}, {2, 3}});
  EXPECT_EQ(c.rates.sources, 2u);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(1, 0), 1);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(1, 1), 0);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(3, 0), 0);
  EXPECT_DOUBLE_EQ(c.rates.SharedOf(3, 1), 1);
}

TEST(CarryRates, NoTrafficCarriesNothing) {
  const Carried c({{0, 0}, {0, 0}, {0, 0}}, {{0, 1}, {1, 2}});
  EXPECT_EQ(c.rates.SharedOf(1, 0), 0);
  EXPECT_EQ(c.rates.SharedOf(2, 0), 0);
  EXPECT_EQ(c.rates.edge_ratio[0], 0);
}

}  // namespace
}  // namespace tune
