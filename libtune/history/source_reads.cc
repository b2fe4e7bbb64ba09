#include "libtune/history/source_reads.h"

#include <cstddef>

namespace tune {

SourceReads::SourceReads(const JobGraph& graph) : vertices_(graph.vertices.size()) {
  for (const Edge& edge : graph.edges) vertices_[static_cast<size_t>(edge.to)].is_source = false;
}

void SourceReads::Fill(const std::optional<double>& reads, TaskSample& sample) {
  State& state = vertices_[static_cast<size_t>(sample.vertex)];
  if (!state.is_source || sample.Get(TaskMetric::kRecordsIn).value_or(0) > 0) return;
  state.counts |= reads.value_or(0) > 0;
  if (reads) {
    sample.Set(TaskMetric::kRecordsIn, *reads);
  } else if (state.counts) {
    sample.present &= ~(1u << static_cast<int>(TaskMetric::kRecordsIn));
  }
}

}  // namespace tune
