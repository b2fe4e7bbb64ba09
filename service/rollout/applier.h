// Puts a change into force, takes it back, and finds out how far one is that was cut off. Every step is written down
// before it is done, so that who starts again knows what may have happened.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/kube/client.h"
#include "service/patch/patcher.h"
#include "service/rollout/change.h"
#include "service/rollout/change_book.h"
#include "service/rollout/field_look.h"
#include "service/rollout/planner.h"
#include "service/rollout/write_gate.h"
#include "tune/policy.h"

namespace tune {

struct ApplyWish {
  JobKey job;
  std::optional<TuningPolicy> policy;  // nullopt: the one in force
  std::string author = kOwnAuthor;
  bool by_person = false;             // somebody asked for it
  std::optional<int64_t> generation;  // of the spec that he saw a plan for
  std::string plan_digest;            // DigestOfPlan() of that; empty: whatever is needed now
  bool dry_run = false;
  bool force = false;
  std::set<std::string> waive;  // names of refusals that do not matter
  IdempotencyKey key;
};

struct RollbackWish {
  JobKey job;
  std::optional<int64_t> change;  // nullopt: the last one in force that took none back, nor was taken back
  std::string author = kOwnAuthor;
  IdempotencyKey key;
};

// Thread-safe; of one job one call at a time (the caller's to see to).
class Applier {
 public:
  // All of them outlive this. `clock` tells the time that is written down.
  Applier(KubeClient& client, const Planner& planner, ChangeBook& changes, const WriteGate& gate,
          absl::Duration timeout, absl::Duration too_late, std::function<absl::Time()> clock)
      : client_(client),
        planner_(planner),
        changes_(changes),
        gate_(gate),
        timeout_(timeout),
        too_late_(too_late),
        clock_(std::move(clock)) {}

  // Errors: Planner's and Patch()'s; kFailedPrecondition: what speaks against it, each reason a line; kAborted: the
  // spec, or what it needs, is another one than was seen. Where it is not known whether the API server took it, the
  // change is APPLYING.
  absl::StatusOr<ChangeBook::Begun> Apply(const ApplyWish& wish);
  // One that goes back already is answered. kNotFound: no change of the job is in force; kFailedPrecondition: somebody
  // else has changed the fields since.
  absl::StatusOr<ChangeBook::Begun> Rollback(const RollbackWish& wish);

  // Of a change that is APPLYING: what became of it, or the apply itself where it was not done; later than `too_late`
  // after it began it is left.
  absl::Status Resolve(v1::Change change);
  // Of one that is WATCHED: writes the values before, when that is written down.
  absl::Status GoBack(v1::Change change, const std::string& why);
  // Of one that is GOING_BACK: goes on with it.
  absl::Status WriteBack(v1::Change change);
  // Of one whose job has another spec by now: it goes on where its fields are still there, else it is over.
  absl::Status LookAgain(v1::Change change);
  // It is over.
  absl::Status Finish(v1::Change change, v1::ChangeState state, const std::string& why);

 private:
  absl::StatusOr<ChangeBook::Begun> Write(v1::Change change, PatchRequest request, const IdempotencyKey& key);
  absl::StatusOr<ChangeBook::Begun> DryRun(v1::Change change, PatchRequest request);
  absl::StatusOr<std::optional<ChangeBook::Begun>> KnownBy(const JobKey& job, const IdempotencyKey& key) const;
  absl::StatusOr<v1::Change> InForce(const RollbackWish& wish) const;
  absl::StatusOr<ChangeBook::Begun> TakeBack(const v1::Change& done, const RollbackWish& wish);
  // What stands there of it; nullopt: the job is gone, and the change is over.
  absl::StatusOr<std::optional<FieldLook>> LookOrFinish(const v1::Change& change);
  absl::Status Overtaken(v1::Change change, const std::string& by, bool put_back);
  absl::Status Save(const v1::Change& change) { return changes_.Put(change, clock_()); }

  KubeClient& client_;
  const Planner& planner_;
  ChangeBook& changes_;
  const WriteGate& gate_;
  const absl::Duration timeout_, too_late_;
  const std::function<absl::Time()> clock_;
};

}  // namespace tune
