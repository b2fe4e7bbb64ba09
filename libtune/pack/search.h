// The search of Pack(): candidates in an order in which most need not be worked out.
#pragma once

#include <optional>
#include <vector>

#include "libtune/pack/draft.h"
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
  struct Block {  // neighbouring spreads that need equally many TaskManagers
    size_t first = 0, end = 0;
    int task_managers = 1;
  };

  Block BlockAt(int slots, size_t first) const;
  // Halves the block until a part can be ruled out as a whole, or is one spread, which is sized.
  void SizeBlock(int slots, const Block& block, double& below, Family& family);
  // Fills `layout` but for its load's part. The cap it hits, or kNone.
  Fall Size(const Draft& draft, PackLayout& layout);
  static void Note(const Fall& fall, Family& family);

  const PackInput& input_;
  const Spreader spreader_;
  const std::vector<Spread> spreads_;  // slots in use rise
  Drafter drafter_;
  int needed_ = 1;
  int sized_ = 0;
};

// False: no layout keeps the limits, whatever it costs. Few layouts are looked at; true is no promise.
bool MayFit(const PackInput& input);

}  // namespace tune
