// What a job needs of TaskManagers, and how it may be spread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libtune/pack/cpu_model.h"
#include "libtune/pack/live_model.h"

namespace tune {

struct PackVertex {
  std::string slot_sharing_group;
  int smallest = 1;           // parallelism that its load needs (estimate/parallelism.h), in [1, cap]
  int now = 1;                // running subtasks; >= 1
  int cap = 1;                // the largest one allowed: max parallelism, partitions, bounds
  std::optional<int> pinned;  // instead of all of these; >= 1
  // False: known to keep (almost) no state, as sources do. Then its cap does not keep the state together.
  bool holds_state = true;
};

struct PackEdge {
  int from = 0, to = 0;    // indices of vertices
  bool all_to_all = true;  // false: forward, rescale
};

// One job; or several of a session cluster, where only what they take together was measured: then their groups need
// different names.
struct PackJob {
  std::vector<PackVertex> vertices;
  std::vector<PackEdge> edges;
  LiveModel live;
  CpuModel cpu;
};

// One way to spread the jobs' work and state over slots.
struct Spread {
  // The present parallelism over the spread's: a job of one parallelism has S_now / k slots.
  double k = 1;
  // By job, of each vertex: at least now / k as far as its cap goes, and none below its `smallest`. A vertex that needs
  // less than its part of the slots keeps that part: to lower it frees no slot and brings state together. A larger k or
  // a smaller need never gives more subtasks.
  std::vector<std::vector<int>> parallelism;
  std::vector<int> slots;  // by job: over the slot-sharing groups the sum of the group's largest parallelism
  int all_slots = 0;
  // By job, what one slot holds over what it holds at present: of the work, and of the state. k, or more where caps
  // stand in the way. Upper bounds: they do not depend on `smallest`.
  std::vector<double> work, state;
};

class Spreader {
 public:
  explicit Spreader(const std::vector<PackJob>& jobs);

  Spread At(double k) const;
  const std::vector<int>& SlotsNow() const { return now_; }  // by job
  int AllSlotsNow() const { return all_now_; }

 private:
  struct Groups {
    std::vector<size_t> of_vertex;
    size_t count = 0;
  };

  void SpreadJob(size_t job, Spread& spread) const;

  const std::vector<PackJob>& jobs_;
  std::vector<Groups> groups_;  // by job: slot-sharing groups
  std::vector<double> capped_;  // by job: what a slot holds of state that caps keep together, over what it holds now
  std::vector<int> now_;
  int all_now_ = 0;
};

// Bytes of network memory for one subtask of each vertex. Every input and output takes 2 buffers a channel and 8 more
// (Flink's defaults: buffers-per-channel, floating-buffers-per-gate), of 32 KiB.
std::vector<double> NetworkBytesPerSubtask(const PackJob& job, const std::vector<int>& parallelism);
// For `slots` of the job on one TaskManager, from the former.
double NetworkBytes(const std::vector<double>& per_subtask, const std::vector<int>& parallelism, int slots);

}  // namespace tune
