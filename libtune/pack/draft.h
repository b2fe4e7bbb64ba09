// Layouts as far as they are known without Flink's memory model: lower bounds at a hundredth of the work.
#pragma once

#include <vector>

#include "libtune/pack/pack.h"

namespace tune {

// One TaskManager; costs and sizes are lower bounds.
struct Draft {
  TaskManagerLoad load;
  MemoryWanted wanted;
  CpuAsked cpu;
  ContainerResources pod;
  double pod_cost = 0;
};

class Drafter {
 public:
  // All are checked, and outlive this.
  Drafter(const PackInput& input, const Spreader& spreader, const std::vector<Spread>& spreads);

  // With the slots and connections of the spread `slots_at`, and what each slot holds of the one `held_at`: of the
  // first and the last of several it is below all of them. Never less for more `slots`.
  Draft Of(int slots, size_t held_at, size_t slots_at);
  // Why so many of them are not to be looked into: a limit, or that they cost `below` or more. kNone: they are.
  Fall Obstacle(const Draft& draft, int task_managers, double below) const;

 private:
  // What the network needs with one spread.
  struct Network {
    double used = 0;                               // bytes in use now for each slot, carried to its parallelism
    std::vector<std::vector<double>> per_subtask;  // bytes, by job and vertex
  };
  struct KnownHeap {
    double live = -1, work = -1;  // -1: none yet
    HeapWanted wanted;
  };

  double NetworkOf(int slots, size_t at) const;
  // The last one of the spread `held_at`, where its load has not changed: many drafts differ in their slots alone.
  const HeapWanted& HeapOf(const TaskManagerLoad& load, size_t held_at);

  const PackInput& input_;
  const Spreader& spreader_;
  const std::vector<Spread>& spreads_;
  std::vector<Network> networks_;  // by spread
  std::vector<KnownHeap> heaps_;   // by spread
};

bool IsBelow(double cost, double limit);

}  // namespace tune
