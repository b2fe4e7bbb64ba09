// The graph's edges by vertex, and an order in which every vertex comes after its inputs.
#pragma once

#include <span>
#include <vector>

#include "tune/job_graph.h"

namespace tune {

class GraphView {
 public:
  // `graph` must outlive the view and have passed CheckGraph().
  explicit GraphView(const JobGraph& graph);

  // Indices of the edges that end (start) at a vertex.
  std::span<const int> in_edges(int vertex) const { return Slice(in_, in_start_, vertex); }
  std::span<const int> out_edges(int vertex) const { return Slice(out_, out_start_, vertex); }
  bool is_source(int vertex) const { return in_edges(vertex).empty(); }
  // Every vertex after its inputs; vertices on a cycle are missing.
  std::span<const int> order() const { return order_; }
  const JobGraph& graph() const { return graph_; }

 private:
  static std::span<const int> Slice(const std::vector<int>& list, const std::vector<int>& start, int vertex) {
    const auto v = static_cast<size_t>(vertex);
    return std::span<const int>(list).subspan(static_cast<size_t>(start[v]),
                                              static_cast<size_t>(start[v + 1] - start[v]));
  }
  void Sort();

  const JobGraph& graph_;
  std::vector<int> in_, in_start_, out_, out_start_, order_;
};

}  // namespace tune
