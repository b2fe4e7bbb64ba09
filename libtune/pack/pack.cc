#include "libtune/pack/pack.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libtune/pack/check_pack.h"
#include "libtune/pack/search.h"

namespace tune {
namespace {

constexpr int kParts = 64;  // steps in which the largest part that fits is looked for

struct Outcome {
  std::optional<PackLayout> cheapest, kept;
  std::vector<FallenFamily> fallen;
  int sized = 0;
};

void AddFallen(int slots, const Fall& fall, std::vector<FallenFamily>& fallen) {
  if (!fallen.empty() && fallen.back().first_slots == slots + 1 && fallen.back().fall.cap == fall.cap) {
    fallen.back() = {slots, fallen.back().last_slots, fall};
  } else {
    fallen.push_back({slots, slots, fall});
  }
}

// First the present slots per TaskManager, then many of them before few: of equal cost, what changes least, then what
// needs fewer pods.
Outcome Explore(const PackInput& input) {
  Search search(input);
  Outcome outcome;
  double below = std::numeric_limits<double>::infinity();
  const int least = input.min_slots_per_task_manager;
  const int most = std::max(least, std::min(input.max_slots_per_task_manager, search.MostSlots()));
  const int now = input.present ? input.present->slots_per_task_manager : 0;
  Fall fall_now;
  if (now >= least && now <= input.max_slots_per_task_manager) {
    Search::Family family = search.Cheapest(now, below);
    fall_now = family.fall;
    outcome.kept = outcome.cheapest = std::move(family.layout);
    if (outcome.kept) below = outcome.kept->cost;
  }
  for (int slots = most; slots >= least; --slots) {
    Search::Family family;
    if (slots == now) {
      family.fall = fall_now;
    } else {
      family = search.Cheapest(slots, below);
    }
    if (family.layout) {
      below = family.layout->cost;
      if (outcome.cheapest) {
        AddFallen(outcome.cheapest->slots_per_task_manager, {Cap::kCost, outcome.cheapest->cost, below, {}},
                  outcome.fallen);
      }
      outcome.cheapest = std::move(family.layout);
    } else if (family.fall.cap != Cap::kNone) {
      AddFallen(slots, family.fall, outcome.fallen);
    }
  }
  std::sort(outcome.fallen.begin(), outcome.fallen.end(),
            [](const FallenFamily& a, const FallenFamily& b) { return a.first_slots < b.first_slots; });
  outcome.sized = search.sized();
  return outcome;
}

// What each vertex needs, cut to a share of it.
PackInput PartOf(const PackInput& input, double part) {
  PackInput cut = input;
  for (PackJob& job : cut.jobs) {
    for (PackVertex& v : job.vertices) v.smallest = std::max(1, static_cast<int>(v.smallest * part));
  }
  return cut;
}

Fall LeastOvershoot(const std::vector<FallenFamily>& fallen) {
  Fall least = fallen.front().fall;
  for (const FallenFamily& family : fallen) {
    if (Overshoot(family.fall) < Overshoot(least)) least = family.fall;
  }
  return least;
}

void Choose(Outcome outcome, double least_saving, PackAnswer& answer) {
  answer.sized += outcome.sized;
  answer.kept = std::move(outcome.kept);
  answer.cheapest = std::move(outcome.cheapest);
  if (!answer.cheapest) return;
  answer.is_kept = answer.kept && answer.kept->slots_per_task_manager != answer.cheapest->slots_per_task_manager &&
                   answer.cheapest->cost > answer.kept->cost * (1 - least_saving);
  answer.chosen = answer.is_kept ? answer.kept : answer.cheapest;
}

}  // namespace

absl::StatusOr<PackAnswer> Pack(const PackInput& input) {
  if (auto status = CheckPack(input); !status.ok()) return status;
  PackAnswer answer;
  if (input.present) {
    answer.present_cost =
        input.present->task_managers * PodCost(input.present->cpu_request, input.present->process_size, input.price);
  }
  Outcome outcome = Explore(input);
  answer.fallen = std::move(outcome.fallen);
  Choose(std::move(outcome), input.least_saving, answer);
  if (answer.chosen) return answer;
  answer.cap = LeastOvershoot(answer.fallen);
  for (int step = kParts - 1; step > 0 && !answer.chosen; --step) {
    answer.part = static_cast<double>(step) / kParts;
    Choose(Explore(PartOf(input, answer.part)), input.least_saving, answer);
  }
  if (!answer.chosen) answer.part = 0;
  return answer;
}

}  // namespace tune
