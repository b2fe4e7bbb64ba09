#include "libtune/pack/pack.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

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

// All that are worth a look, in an order in which the first of those of equal cost is the one to take: the present
// slots per TaskManager, then fewer pods, then fewer slots on them.
std::vector<int> InOrder(const PackInput& input, const Search& search) {
  const int least = input.min_slots_per_task_manager, limit = input.max_slots_per_task_manager;
  const int most = std::max(least, std::min(limit, search.MostSlots())), needed = search.SlotsNeeded();
  const int now = input.present ? input.present->slots_per_task_manager : 0;
  std::vector<int> order(static_cast<size_t>(most - least + 1));
  std::iota(order.begin(), order.end(), least);
  if (now > most && now <= limit) order.push_back(now);
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    const auto key = [&](int slots) { return std::tuple(slots != now, (needed + slots - 1) / slots, slots); };
    return key(a) < key(b);
  });
  return order;
}

// Neighbours that fell for one cap are one family.
std::vector<FallenFamily> Merge(std::vector<FallenFamily> fallen) {
  std::sort(fallen.begin(), fallen.end(),
            [](const FallenFamily& a, const FallenFamily& b) { return a.first_slots < b.first_slots; });
  std::vector<FallenFamily> merged;
  for (FallenFamily& family : fallen) {
    if (!merged.empty() && merged.back().last_slots + 1 == family.first_slots &&
        merged.back().fall.cap == family.fall.cap) {
      merged.back().last_slots = family.last_slots;
    } else {
      merged.push_back(std::move(family));
    }
  }
  return merged;
}

Outcome Explore(const PackInput& input) {
  Search search(input);
  Outcome outcome;
  double below = std::numeric_limits<double>::infinity();
  for (const int slots : InOrder(input, search)) {
    Search::Family family = search.Cheapest(slots, below);
    if (!family.layout) {
      outcome.fallen.push_back({slots, slots, family.fall});
      continue;
    }
    if (outcome.cheapest) {
      const int before = outcome.cheapest->slots_per_task_manager;
      outcome.fallen.push_back(
          {before, before, {Cap::kCost, outcome.cheapest->cost, family.layout->cost, absl::OkStatus()}});
    }
    if (input.present && slots == input.present->slots_per_task_manager) outcome.kept = family.layout;
    below = family.layout->cost;
    outcome.cheapest = std::move(family.layout);
  }
  outcome.fallen = Merge(std::move(outcome.fallen));
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
    const PackInput part = PartOf(input, answer.part);
    if (MayFit(part)) Choose(Explore(part), input.least_saving, answer);
  }
  if (!answer.chosen) answer.part = 0;
  return answer;
}

}  // namespace tune
