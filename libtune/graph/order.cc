#include "libtune/graph/order.h"

namespace tune {
namespace {

// Edge indices grouped by one end: a counting sort.
void Group(const std::vector<Edge>& edges, size_t vertices, int Edge::* end, std::vector<int>& list,
           std::vector<int>& start) {
  start.assign(vertices + 1, 0);
  for (const Edge& edge : edges) ++start[static_cast<size_t>(edge.*end) + 1];
  for (size_t v = 0; v < vertices; ++v) start[v + 1] += start[v];
  list.resize(edges.size());
  std::vector<int> next(start.begin(), start.end() - 1);
  for (size_t e = 0; e < edges.size(); ++e) {
    list[static_cast<size_t>(next[static_cast<size_t>(edges[e].*end)]++)] = static_cast<int>(e);
  }
}

}  // namespace

GraphView::GraphView(const JobGraph& graph) : graph_(graph) {
  Group(graph.edges, graph.vertices.size(), &Edge::to, in_, in_start_);
  Group(graph.edges, graph.vertices.size(), &Edge::from, out_, out_start_);
  Sort();
}

void GraphView::Sort() {
  const size_t count = graph_.vertices.size();
  std::vector<int> waiting(count);
  order_.reserve(count);
  for (size_t v = 0; v < count; ++v) {
    waiting[v] = static_cast<int>(in_edges(static_cast<int>(v)).size());
    if (waiting[v] == 0) order_.push_back(static_cast<int>(v));
  }
  for (size_t i = 0; i < order_.size(); ++i) {
    for (const int e : out_edges(order_[i])) {
      const int to = graph_.edges[static_cast<size_t>(e)].to;
      if (--waiting[static_cast<size_t>(to)] == 0) order_.push_back(to);
    }
  }
}

}  // namespace tune
