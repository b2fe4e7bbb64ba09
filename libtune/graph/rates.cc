#include "libtune/graph/rates.h"

#include <algorithm>

#include "libtune/internal/amount.h"

namespace tune {
namespace {

constexpr double kUnknown = -1;

// Records on each edge, counted once each even where they are broadcast.
class EdgeRecords {
 public:
  EdgeRecords(const GraphView& view, const std::vector<VertexRecords>& records)
      : view_(view), records_(records), on_edge_(view.graph().edges.size(), kUnknown), rule_(on_edge_.size()) {
    TakeOnlyEdges();
    TakeResiduals();
    AssumeRest();
  }
  const std::vector<double>& on_edge() const { return on_edge_; }
  const std::vector<EdgeRule>& rule() const { return rule_; }

 private:
  const Edge& edge(int e) const { return view_.graph().edges[static_cast<size_t>(e)]; }
  // How often the downstream counts one record of the edge.
  double Copies(const Edge& edge) const {
    return edge.ship == ShipStrategy::kBroadcast ? view_.graph().vertices[static_cast<size_t>(edge.to)].parallelism : 1;
  }
  void Set(size_t e, double records, EdgeRule rule) {
    on_edge_[e] = std::max(0.0, records);
    rule_[e] = rule;
  }

  // The upstream's count is preferred: it does not miss what still waits in buffers between the two.
  void TakeOnlyEdges() {
    for (size_t e = 0; e < on_edge_.size(); ++e) {
      const Edge& it = edge(static_cast<int>(e));
      if (view_.out_edges(it.from).size() == 1) {
        Set(e, records_[static_cast<size_t>(it.from)].out, EdgeRule::kOnlyOutput);
      } else if (view_.in_edges(it.to).size() == 1) {
        Set(e, records_[static_cast<size_t>(it.to)].in / Copies(it), EdgeRule::kOnlyInput);
      }
    }
  }

  // Vertices with exactly one unknown input. What is found of one vertex's inputs says nothing of another's.
  void TakeResiduals() {
    for (size_t v = 0; v < records_.size(); ++v) {
      int unknown = -1, unknowns = 0;
      double known = 0;
      for (const int e : view_.in_edges(static_cast<int>(v))) {
        if (on_edge_[static_cast<size_t>(e)] == kUnknown) {
          unknown = e;
          ++unknowns;
        } else {
          known += on_edge_[static_cast<size_t>(e)] * Copies(edge(e));
        }
      }
      if (unknowns != 1) continue;
      Set(static_cast<size_t>(unknown), (records_[v].in - known) / Copies(edge(unknown)), EdgeRule::kResidual);
    }
  }

  void AssumeRest() {
    for (size_t e = 0; e < on_edge_.size(); ++e) {
      if (on_edge_[e] != kUnknown) continue;
      Set(e, records_[static_cast<size_t>(edge(static_cast<int>(e)).from)].out, EdgeRule::kAssumed);
    }
  }

  const GraphView& view_;
  const std::vector<VertexRecords>& records_;
  std::vector<double> on_edge_;
  std::vector<EdgeRule> rule_;
};

bool IsBroadcast(const GraphView& view, int edge) {
  return view.graph().edges[static_cast<size_t>(edge)].ship == ShipStrategy::kBroadcast;
}

// What a vertex's output is in proportion to: the records that its subtasks share. Broadcast ones are rules and tables
// that come to nothing by themselves, unless there are no others.
struct Driver {
  double records = 0;      // over the window; a source's: what it gave
  bool broadcast = false;  // nothing but broadcast inputs: every subtask answers each record
};

Driver DriverOf(const GraphView& view, const std::vector<VertexRecords>& records, const std::vector<double>& on_edge,
                int vertex) {
  const VertexRecords& mine = records[static_cast<size_t>(vertex)];
  if (view.is_source(vertex)) return {mine.out, false};
  double shared = mine.in;
  bool only_broadcast = true;
  for (const int e : view.in_edges(vertex)) {
    only_broadcast = only_broadcast && IsBroadcast(view, e);
    if (!IsBroadcast(view, e)) continue;
    shared -= on_edge[static_cast<size_t>(e)] * view.graph().vertices[static_cast<size_t>(vertex)].parallelism;
  }
  return only_broadcast ? Driver{mine.in, true} : Driver{std::max(0.0, shared), false};
}

}  // namespace

CarriedRates CarryRates(const GraphView& view, const std::vector<VertexRecords>& records,
                        const std::vector<int>& source_vertices) {
  const EdgeRecords edges(view, records);
  CarriedRates out;
  out.sources = source_vertices.size();
  out.shared.assign(records.size() * out.sources, 0);
  out.broadcast.assign(records.size() * out.sources, 0);
  out.edge_rule = edges.rule();
  out.edge_ratio.assign(edges.on_edge().size(), 0);
  for (size_t s = 0; s < source_vertices.size(); ++s) {
    out.shared[static_cast<size_t>(source_vertices[s]) * out.sources + s] = 1;
  }
  for (const int u : view.order()) {
    const Driver driver = DriverOf(view, records, edges.on_edge(), u);
    if (!IsSome(driver.records)) continue;
    const int parallelism = view.graph().vertices[static_cast<size_t>(u)].parallelism;
    for (const int e : view.out_edges(u)) {
      const Edge& edge = view.graph().edges[static_cast<size_t>(e)];
      const double ratio = edges.on_edge()[static_cast<size_t>(e)] / driver.records;
      out.edge_ratio[static_cast<size_t>(e)] = ratio;
      std::vector<double>& into = edge.ship == ShipStrategy::kBroadcast ? out.broadcast : out.shared;
      for (size_t s = 0; s < out.sources; ++s) {
        into[static_cast<size_t>(edge.to) * out.sources + s] +=
            ratio * (driver.broadcast ? parallelism * out.BroadcastOf(u, s) : out.SharedOf(u, s));
      }
    }
  }
  return out;
}

}  // namespace tune
