// What the arguments of Pack() and SizeJobManager() may be. Violations are listed.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/pack/pack.h"

namespace tune {

absl::Status CheckPack(const PackInput& input);

// Parts of it; `name` is that of the field.
void CheckHeapFacts(const std::string& name, const HeapFacts& heap, const HeapGoals& goals, Violations& violations);
void CheckCpuWish(const std::string& name, const CpuWish& wish, Violations& violations);
void CheckLimitRange(const LimitRange& range, Violations& violations);
void CheckPrice(const std::optional<ResourcePrice>& price, Violations& violations);

}  // namespace tune
