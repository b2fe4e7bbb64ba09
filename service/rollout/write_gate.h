// Whether something may be written now.
#pragma once

#include "absl/status/status.h"
#include "service/job_key.h"
#include "service/rollout/lease.h"
#include "service/rollout/pause_book.h"

namespace tune {

// Thread-safe.
class WriteGate {
 public:
  // Both outlive this. `lease` nullptr: nobody else writes.
  WriteGate(const PauseBook& pauses, const Lease* lease) : pauses_(pauses), lease_(lease) {}

  // Asked last before anything is written. kFailedPrecondition: who paused it; kUnavailable: another daemon writes.
  absl::Status Check(const JobKey& job) const;
  // This daemon is the one that writes.
  bool IsWriter() const { return lease_ == nullptr || lease_->Held(); }

 private:
  const PauseBook& pauses_;
  const Lease* const lease_;
};

}  // namespace tune
