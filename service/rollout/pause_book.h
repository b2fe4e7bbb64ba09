// The kill switch: scopes to whose jobs nothing is written. Held in the store, so that a restart does not lift it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/store/store.h"
#include "tune/v1/changes.pb.h"

namespace tune {

// Thread-safe.
class PauseBook {
 public:
  // Reads all pauses from `store`, which outlives this. kDataLoss: one of them cannot be read; what was to be left
  // alone is then not known.
  static absl::StatusOr<std::unique_ptr<PauseBook>> Open(Store& store);

  // In force when it begins, whatever the disk says then. Waits for the disk. Errors: the store's; in force until the
  // next start all the same.
  absl::StatusOr<v1::Pause> Pause(const PolicyScope& scope, const std::string& reason, const std::string& author,
                                  absl::Time now);
  // Over when it is on the disk. kNotFound: the scope is not paused.
  absl::Status Resume(const PolicyScope& scope, absl::Time now);

  // Those that hold the job up: its own, its namespace's, everyone's; the widest first.
  std::vector<v1::Pause> Of(const PolicyScope& scope) const;
  std::vector<v1::Pause> Of(const JobKey& job) const { return Of(PolicyScope{PolicyScope::Level::kJob, job}); }
  // kFailedPrecondition: who paused it, and why.
  absl::Status Check(const JobKey& job) const;

 private:
  explicit PauseBook(Store& store) : store_(store) {}

  Store& store_;
  std::mutex writing_;  // one write after the other, so that memory ends as the disk does; taken before mutex_
  mutable std::shared_mutex mutex_;
  std::map<PolicyScope, v1::Pause> pauses_;
};

// One sentence, for those who wonder.
std::string ToText(const v1::Pause& pause);

}  // namespace tune
