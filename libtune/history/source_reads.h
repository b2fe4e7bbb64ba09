// What a source reads of its log, which Flink counts for the source operator and not for its task: the task's
// numRecordsIn is what comes over the network, 0 for every source.
#pragma once

#include <optional>
#include <vector>

#include "tune/job_graph.h"
#include "tune/sample.h"

namespace tune {

class SourceReads {
 public:
  // Sources are the vertices of `graph` without an input.
  explicit SourceReads(const JobGraph& graph);

  // Sets kRecordsIn of a source's sample where its task counts nothing. `reads`: sum over the source operators chained
  // in this task; nullopt: not answered. Where it was answered before, the task's 0 then stands for it no longer and is
  // removed: it would look like a counter that was restarted.
  void Fill(const std::optional<double>& reads, TaskSample& sample);

 private:
  struct State {
    bool is_source = true;
    bool counts = false;  // an operator was seen to count
  };
  std::vector<State> vertices_;
};

}  // namespace tune
