// A plan as the fields that are written, and what was there before as fields to go back to.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "service/patch/apply_body.h"
#include "service/patch/patcher.h"
#include "tune/plan.h"

namespace tune {

// In the plan's order. kInvalidArgument: a number that is none.
absl::StatusOr<std::vector<WantedField>> FieldsOf(const SpecPatch& plan);

// Each field's former value, sent again and not left out: a field that libtune took and then leaves out would be
// deleted. Those that were not there are to be gone.
std::vector<WantedField> FieldsBack(const std::vector<FieldBefore>& before);

}  // namespace tune
