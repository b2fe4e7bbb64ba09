// Inputs of Pack(): one by hand, and any.
#pragma once

#include <random>

#include "libtune/pack/pack.h"

namespace tune {

constexpr double kMib = 1 << 20;

// One job of one vertex, 8 subtasks on 4 TaskManagers of 2 slots. Each holds 260 MiB alive, of which 10 are Flink's;
// together they use 2.12 cores. The load needs 4 subtasks. G1, no overhead measured.
PackInput ByHand();

// Up to two jobs of up to three vertices; every `largest_slots` is given.
PackInput AnyInput(std::mt19937_64& random);

// The fullest TaskManager's whole sizing, without the search.
struct Sized {
  bool fits = false;
  double cost = 0;
};
Sized SizeDirectly(const PackInput& input, int slots, double k);

}  // namespace tune
