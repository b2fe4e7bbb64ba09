// StreamBed's published Nexmark runs (CloudLargeScale-UCLouvain/StreamBed, Apache-2.0) as libtune's inputs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace streambed {

// One operator of one run. Sources are left out: their published rate is what they emitted, not what they could.
struct Operator {
  std::string id, name;
  int parallelism = 1;
  double rate_per_subtask = 0;  // records/s of one always-busy subtask
  double input_ratio = 0;       // records in for each record of the source
  bool hashed = false;          // some input is partitioned by key
};

struct Run {
  std::string query;
  int number = 0;
  int memory_mib = 0;  // of a TaskManager
  int slots_per_tm = 0;
  std::vector<Operator> operators{};
  double source_rate_shown = 0;  // parallelism * published rate of the source
  double measured_rate = 0;      // records/s of the source that was sustained

  int Subtasks() const;  // without the source
};

// A configuration that was run for ten minutes or more above what it sustains.
struct Verification {
  std::string query;   // "q1"; the large ones too
  bool large = false;  // hundreds of subtasks
  int memory_mib = 0;
  int slots_per_tm = 0;
  std::vector<int> parallelism;  // by operator, as Run::operators
  double measured_rate = 0;      // highest measured
  bool saturated = false;        // false: it took all that was offered, so it can do more than measured_rate
  int Subtasks() const;
};

// Reads FOLDER/streambed-operators.json.gz.
absl::StatusOr<std::vector<Run>> ReadRuns(const std::string& folder);
// Reads FOLDER/streambed-verification.csv; rows of one configuration are merged.
absl::StatusOr<std::vector<Verification>> ReadVerifications(const std::string& folder);

}  // namespace streambed
