// Source rates carried downstream: what each vertex takes in, per record out of each source.
//
// Rates are carried as linear combinations of the sources' series, so that a vertex's p90 is that of its own series
// and never a sum of p90s. Source: libtune/DESIGN.md, "Demand".
#pragma once

#include <vector>

#include "libtune/graph/order.h"
#include "tune/window.h"

namespace tune {

// Records that a vertex took and gave over the whole window.
struct VertexRecords {
  double in = 0;
  double out = 0;
};

// How the records on an edge were found.
enum class EdgeRule {
  kOnlyOutput,  // all that the upstream gave went here
  kOnlyInput,   // all that the downstream took came from here
  kResidual,    // what the downstream took less its other edges
  kAssumed,     // several of both: each output is taken to carry all that the upstream gave
};

struct CarriedRates {
  size_t sources = 0;
  // [vertex * sources + source]: records into the vertex that are shared out among its subtasks, per record out of
  // the source. A source's own entry is 1.
  std::vector<double> shared;
  // The same for broadcast inputs: records that every subtask gets.
  std::vector<double> broadcast;
  std::vector<double> edge_ratio;   // by edge: records on it (broadcast: once) per shared record into its upstream
  std::vector<EdgeRule> edge_rule;  // by edge

  double SharedOf(int vertex, size_t source) const { return shared[static_cast<size_t>(vertex) * sources + source]; }
  double BroadcastOf(int vertex, size_t source) const {
    return broadcast[static_cast<size_t>(vertex) * sources + source];
  }
};

// `source_vertices`: the vertices without inputs, in the order that gives `sources` its meaning.
CarriedRates CarryRates(const GraphView& view, const std::vector<VertexRecords>& records,
                        const std::vector<int>& source_vertices);

}  // namespace tune
