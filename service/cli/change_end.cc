#include "service/cli/change_end.h"

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "service/cli/words.h"
#include "service/client/errors.h"

namespace tune {
namespace {

// Whether it was done, nobody said.
bool IsUncertain(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status) ||
         absl::IsUnknown(status) || absl::IsInternal(status);
}

}  // namespace

bool IsOver(v1::ChangeState state) { return state >= v1::CHANGE_STATE_STABLE; }

int ExitCodeOfApply(const v1::Change& change) {
  if (!IsOver(change.state()) || change.state() == v1::CHANGE_STATE_STABLE) return kExitOk;
  return change.state() == v1::CHANGE_STATE_NOT_APPLIED ? kExitRefused : kExitNotKept;
}

int ExitCodeOfRollback(const v1::Change& change) {
  if (change.takes_back() != 0) return ExitCodeOfApply(change);
  const bool is_back = change.state() == v1::CHANGE_STATE_ROLLED_BACK || change.state() == v1::CHANGE_STATE_NOT_APPLIED;
  return !IsOver(change.state()) || is_back ? kExitOk : kExitNotKept;
}

int FailChange(const absl::Status& status, const v1::JobRef& job) {
  if (absl::IsFailedPrecondition(status)) {
    Fail(WithNextStep(status, absl::StrCat("Nothing was done; tune plan ", WordsOf(job), " shows what would be")));
    return kExitRefused;
  }
  if (absl::IsAborted(status)) {
    Fail(
        WithNextStep(status, absl::StrCat("Nothing was done, as spec or plan is no longer the one that was shown; look "
                                          "again with tune plan ",
                                          WordsOf(job))));
    return kExitRefused;
  }
  if (!IsUncertain(status)) return Fail(status);
  return Fail(
      WithNextStep(status, absl::StrCat("Whether it was done is not known; tune audit ", WordsOf(job), " tells")));
}

}  // namespace tune
