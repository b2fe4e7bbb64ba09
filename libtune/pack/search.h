// The search of Pack(): candidates in an order in which most need not be worked out.
#pragma once

#include <optional>
#include <vector>

#include "libtune/pack/pack.h"

namespace tune {

class Search {
 public:
  // `input` is checked, and outlives this.
  explicit Search(const PackInput& input);

  int SlotsNeeded() const { return needed_; }
  // Slots per TaskManager worth a look: with more of them one TaskManager has slots to spare.
  int MostSlots() const;

  struct Family {
    std::optional<PackLayout> layout;
    Fall fall;  // kNone with a layout
  };
  // The cheapest layout with `slots` per TaskManager, if it costs less than `below`. Of equal ones that with the fewest
  // TaskManagers, and then the fewest slots in use.
  Family Cheapest(int slots, double below);

  int sized() const { return sized_; }

 private:
  // A layout as far as it is known without Flink's memory model; costs are lower bounds.
  struct Draft {
    TaskManagerLoad load;
    MemoryWanted wanted;
    CpuAsked cpu;
    ContainerResources pod;
    double pod_cost = 0;
  };
  struct Block {  // neighbouring spreads that need equally many TaskManagers
    size_t first = 0, end = 0;
    int task_managers = 1;
  };

  // With the slots and connections of one spread, and what each slot holds of another: of the first and the last of
  // several it is below all of them.
  Draft DraftOf(int slots, size_t held_at, size_t slots_at) const;
  Block BlockAt(int slots, size_t first) const;
  // Why it is not to be looked into; kNone: it is.
  Fall Obstacle(const Draft& draft, int task_managers, double below) const;
  // Halves the block until a part can be ruled out as a whole, or is one spread, which is sized.
  void SizeBlock(int slots, const Block& block, double& below, Family& family);
  // Fills `layout` but for its load's part. The cap it hits, or kNone.
  Fall Size(const Draft& draft, PackLayout& layout);
  static void Note(const Fall& fall, Family& family);

  const PackInput& input_;
  Spreader spreader_;
  std::vector<Spread> spreads_;  // slots in use rise
  std::vector<double> used_;     // by spread: network memory in use now, carried to its parallelism
  int needed_ = 1;
  int sized_ = 0;
};

}  // namespace tune
