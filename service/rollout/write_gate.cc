#include "service/rollout/write_gate.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace tune {

absl::Status WriteGate::Check(const JobKey& job) const {
  if (absl::Status paused = pauses_.Check(job); !paused.ok()) return paused;
  if (IsWriter()) return absl::OkStatus();
  const std::string holder = lease_->Holder();
  return absl::UnavailableError(holder.empty() ? "no tuned has the right to write now: its Lease is not taken yet"
                                               : absl::StrCat("another tuned writes: ", holder, " holds the Lease"));
}

}  // namespace tune
