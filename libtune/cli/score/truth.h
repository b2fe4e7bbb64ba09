// What experiments found out about a recorded job: what a recommendation is scored against, and never reads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tune {

struct VertexTruth {
  // The smallest parallelism that kept up, found by running each one. 0: none does, the vertex needs a person.
  // nullopt: not tried.
  std::optional<int> smallest_parallelism;
  double seconds_per_record = 0;  // by the operator's own stopwatch; 0: it has none
  std::vector<double> shares;     // of its subtasks at the end, by records they counted themselves; may be empty
};

struct ExpectedFinding {
  std::string vertex;  // operator name
  std::string kind;    // "hot-key" …, as explain/text.h names them
  std::optional<int> subtask;
  std::optional<double> share;  // found within 0.05
};

struct Truth {
  std::map<std::string, double> source_rates;   // to be given by hand: a generator's rate is in no metric
  std::map<std::string, double> demand;         // records/s that sources are meant to give, measured or given
  std::map<std::string, VertexTruth> vertices;  // by operator name
  std::vector<ExpectedFinding> findings;
  std::string note;
};

// truth.json in the folder, or made from a recording's meta.json and the counters that its job kept of itself.
// kNotFound: neither; kInvalidArgument: file and field.
absl::StatusOr<Truth> ReadTruth(const std::string& folder);

std::string FormatTruth(const Truth& truth);

}  // namespace tune
