// v1.Change: how it goes on, and what of it is written.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/patch/patcher.h"
#include "tune/plan.h"
#include "tune/v1/changes.pb.h"

namespace tune {

constexpr char kOwnAuthor[] = "tuned";

bool IsOver(v1::ChangeState state);
JobKey JobOf(const v1::Change& change);

// One line of what was seen; control characters become spaces. Of more than 50 those in the middle go.
void AddEvent(const std::string& text, absl::Time now, v1::Change& change);
// It is over, and why.
void End(v1::ChangeState state, const std::string& why, absl::Time now, v1::Change& change);
// What was there before has to be written again, and why.
void BeginGoingBack(const std::string& why, absl::Time now, v1::Change& change);

// Fields as they are sent. kInvalidArgument: a value that is no JSON, which only a damaged store has.
absl::StatusOr<std::vector<WantedField>> FieldsAfter(const v1::Change& change);
absl::StatusOr<std::vector<WantedField>> FieldsBefore(const v1::Change& change);
// As the plan has them; what was before and who owned it is filled in by the second one, from the object itself.
absl::Status WriteFields(const SpecPatch& plan, v1::Change& change);
void WriteBefore(const PatchResult& result, v1::Change& change);
// Names what would be written: equal for equal fields and values. Empty: nothing would be.
std::string DigestOfPlan(const v1::Change& change);

// "spec.job.parallelism 1 -> 2, spec.taskManager.resource.memory "1200m" -> "1600m""
std::string FieldsText(const v1::Change& change);

}  // namespace tune
