#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libtune/history/flink_plan.h"
#include "libtune/history/graph_json.h"

// Plans and graph.json: what is read is a graph, and graph.json of it reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tune::JobGraph graph;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!tune::ReadGraphText("fuzz", text, graph).ok()) return 0;
  for (const tune::Edge& edge : graph.edges) {
    const int vertices = static_cast<int>(graph.vertices.size());
    if (edge.from < 0 || edge.from >= vertices || edge.to < 0 || edge.to >= vertices) std::abort();
  }
  const std::string written = tune::FormatGraphJson(graph, {});
  tune::JobGraph again;
  if (!tune::ReadGraphText("again", written, again).ok() || tune::FormatGraphJson(again, {}) != written) std::abort();
  return 0;
}
