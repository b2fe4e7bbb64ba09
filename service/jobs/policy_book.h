// The policies that somebody put, for everyone, for a namespace or for a job.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/jobs/under_way.h"
#include "service/store/store.h"
#include "tune/policy.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

// A policy that was put, ready to be used and to be shown.
struct PolicyInForce {
  TuningPolicy policy;
  std::optional<v1::StoredPolicy> stored;  // nullopt: nobody put it, it is the server's own
};

// Thread-safe.
class PolicyBook {
 public:
  // Reads all policies from `store`, which outlives this. `own` is in force where none was put. `damaged` is told of
  // each that cannot be read; it is as if it had not been put.
  static absl::StatusOr<std::unique_ptr<PolicyBook>> Open(Store& store, TuningPolicy own,
                                                          const std::function<void(const absl::Status&)>& damaged);

  using Done = std::function<void(const absl::StatusOr<std::optional<v1::StoredPolicy>>&)>;
  // `policy` nullopt: what was put for the scope goes. `done` is called once, perhaps from the store's thread, when it
  // is on disk and in force. Errors: the store's; kNotFound: there is none to go.
  void Put(const PolicyScope& scope, const std::optional<TuningPolicy>& policy, const std::string& author,
           PolicyChange change, absl::Time now, Done done);

  // The job's own, else its namespace's, else everyone's, else the server's.
  std::shared_ptr<const PolicyInForce> For(const JobKey& job) const;
  // The same of a scope.
  std::shared_ptr<const PolicyInForce> For(const PolicyScope& scope) const;
  // Grows with each change: what was decided by an earlier one may be decided otherwise now.
  int64_t version() const;

 private:
  PolicyBook(Store& store, TuningPolicy own);
  std::shared_ptr<const PolicyInForce> Find(const PolicyScope& scope) const;
  absl::StatusOr<v1::StoredPolicy> Keep(const PolicyRecord& record, int64_t revision);

  Store& store_;
  const std::shared_ptr<const PolicyInForce> own_;
  mutable std::shared_mutex mutex_;
  std::map<PolicyScope, std::shared_ptr<const PolicyInForce>> policies_;
  int64_t version_ = 0;
  UnderWay under_way_;  // writes that the store has; goes first
};

void Write(const PolicyScope& scope, v1::PolicyScope& out);
// kInvalidArgument names the field.
absl::StatusOr<PolicyScope> ReadScope(const v1::PolicyScope& scope);

}  // namespace tune
