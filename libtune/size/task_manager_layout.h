// The choice between the present layout of TaskManagers and the best one.
#pragma once

#include "absl/status/statusor.h"
#include "libtune/estimate/sizing.h"
#include "libtune/pack/pack.h"

namespace tune {

struct LayoutChoice {
  PackAnswer best;                 // of all layouts
  std::optional<PackLayout> kept;  // with the present slots and no more parallelism than needed; nullopt: none fits
  bool hold = false;               // the present TaskManagers do, and another layout saves too little
  bool raise = false;              // the present ones are too small for what is needed
  double cost_held = 0;            // of as many of the present ones as `kept` has; meaningful where `hold` or `!raise`
  // What is to be set: `kept`'s parallelism with the present sizes when `hold`, else `best`'s.
  const PackLayout* Taken() const { return hold ? &*kept : best.chosen ? &*best.chosen : nullptr; }
};

ProcessSize SizeOf(const PackLayout& layout, const TaskManagerNeeds& needs, bool cpu_known);

// kInvalidArgument: a fact is out of range.
absl::StatusOr<LayoutChoice> ChooseLayout(const JobSizing& job, const PackInput& input, const ProcessSize& now);

}  // namespace tune
