// What readers of the long format share, whichever file holds its rows.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "libtune/history/csv_row.h"
#include "libtune/history/outline_builder.h"

namespace tune {

// First pass over samples of the long format.
class LongOutliner {
 public:
  // `has_graph`: the builder's vertices are those of a graph.json; samples of others are left out, with a warning.
  LongOutliner(OutlineBuilder& builder, bool has_graph);
  void Add(const CsvSample& sample);
  void Finish();

 private:
  void AddTask(int index, const TaskSample& task);

  OutlineBuilder& builder_;
  bool has_graph_;
  std::set<std::string> known_, unknown_, told_;
  std::unordered_map<std::string, int> subtasks_;
  int64_t left_out_ = 0;
};

// Hands `sample` over, unless it is of a vertex that `index` does not have.
absl::Status DeliverLong(CsvSample& sample, const std::unordered_map<std::string, int>& index, SampleSink& sink);

}  // namespace tune
