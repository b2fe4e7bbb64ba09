#include "libtune/graph/slots.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace tune {

int SlotsOf(const JobGraph& graph, const std::vector<int>& parallelism) {
  std::map<std::string_view, int> groups;
  for (size_t v = 0; v < graph.vertices.size(); ++v) {
    int& largest = groups[graph.vertices[v].slot_sharing_group];
    largest = std::max(largest, parallelism[v]);
  }
  int slots = 0;
  for (const auto& [group, largest] : groups) slots += largest;
  return slots;
}

int SlotsOf(const JobGraph& graph) {
  std::vector<int> parallelism;
  parallelism.reserve(graph.vertices.size());
  for (const Vertex& vertex : graph.vertices) parallelism.push_back(vertex.parallelism);
  return SlotsOf(graph, parallelism);
}

}  // namespace tune
