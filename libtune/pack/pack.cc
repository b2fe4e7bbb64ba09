#include "libtune/pack/pack.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "libtune/pack/check_pack.h"
#include "libtune/pack/search.h"

namespace tune {
namespace {

constexpr double kEqual = 1e-9;  // costs that differ by less are equal
constexpr int kParts = 64;       // steps in which the largest part that fits is looked for

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

// Of equal cost: what has the present slots per TaskManager, then fewer pods, then fewer slots on them.
bool IsBetter(const PackLayout& layout, const PackLayout& best, bool best_is_present) {
  if (std::abs(layout.cost - best.cost) > kEqual * best.cost) return layout.cost < best.cost;
  if (best_is_present) return false;
  if (layout.task_managers != best.task_managers) return layout.task_managers < best.task_managers;
  return layout.slots_per_task_manager < best.slots_per_task_manager;
}

class Explorer {
 public:
  explicit Explorer(const PackInput& input) : input_(input), search_(input) {}

  Outcome Run() {
    const int least = input_.min_slots_per_task_manager, most = input_.max_slots_per_task_manager;
    const int now = input_.present ? input_.present->slots_per_task_manager : 0;
    if (now >= least && now <= most) {
      Try(now);
      out_.kept = out_.cheapest;
    }
    // Few TaskManagers first: they are mostly cheapest, and then the others need not be worked out.
    for (int slots = std::max(least, std::min(most, search_.MostSlots())); slots >= least; --slots) {
      if (slots != now) Try(slots);
    }
    std::sort(out_.fallen.begin(), out_.fallen.end(),
              [](const FallenFamily& a, const FallenFamily& b) { return a.first_slots < b.first_slots; });
    out_.sized = search_.sized();
    return std::move(out_);
  }

 private:
  void Try(int slots) {
    Search::Family family = search_.Cheapest(slots, below_);
    if (!family.layout) return AddFallen(slots, family.fall, out_.fallen);
    if (out_.cheapest && !IsBetter(*family.layout, *out_.cheapest, out_.kept.has_value() && !is_moved_)) {
      return AddFallen(slots, {Cap::kCost, family.layout->cost, out_.cheapest->cost, {}}, out_.fallen);
    }
    if (out_.cheapest) {
      is_moved_ = true;
      AddFallen(out_.cheapest->slots_per_task_manager, {Cap::kCost, out_.cheapest->cost, family.layout->cost, {}},
                out_.fallen);
    }
    out_.cheapest = std::move(family.layout);
    below_ = out_.cheapest->cost * (1 + 2 * kEqual);
  }

  const PackInput& input_;
  Search search_;
  Outcome out_;
  double below_ = std::numeric_limits<double>::infinity();
  bool is_moved_ = false;  // the cheapest no longer has the present slots per TaskManager
};

// What each vertex needs, cut to a share of it.
PackInput PartOf(const PackInput& input, double part) {
  PackInput cut = input;
  for (PackJob& job : cut.jobs) {
    for (PackVertex& v : job.vertices) v.smallest = std::max(1, static_cast<int>(v.smallest * part));
  }
  return cut;
}

Outcome ExplorePart(const PackInput& input, double part) {
  const PackInput cut = PartOf(input, part);
  return Explorer(cut).Run();
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
  Outcome outcome = Explorer(input).Run();
  answer.fallen = std::move(outcome.fallen);
  Choose(std::move(outcome), input.least_saving, answer);
  if (answer.chosen) return answer;
  answer.cap = LeastOvershoot(answer.fallen);
  for (int step = kParts - 1; step > 0 && !answer.chosen; --step) {
    answer.part = static_cast<double>(step) / kParts;
    Choose(ExplorePart(input, answer.part), input.least_saving, answer);
  }
  if (!answer.chosen) answer.part = 0;
  return answer;
}

}  // namespace tune
