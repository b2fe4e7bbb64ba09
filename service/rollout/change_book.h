// Changes of jobs' specs, as the store has them; those that are not over in memory too.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/store/store.h"
#include "tune/v1/changes.pb.h"

namespace tune {

// Thread-safe. Its writes wait for the disk. Errors: the store's.
class ChangeBook {
 public:
  // Reads what is not over from `store`, which outlives this. `damaged` is told of each change that cannot be read.
  // `told` is told of each that begins or goes on; may be empty.
  static absl::StatusOr<std::unique_ptr<ChangeBook>> Open(Store& store,
                                                          const std::function<void(const absl::Status&)>& damaged,
                                                          std::function<void(const v1::Change&)> told);

  struct Begun {
    v1::Change change;  // with its id; of a repeated key the one that it led to, as it is now
    bool repeated = false;
  };
  // kFailedPrecondition: another change of the job is not over.
  absl::StatusOr<Begun> Begin(v1::Change change, const IdempotencyKey& key, absl::Time now);
  // In place of what was known of it.
  absl::Status Put(const v1::Change& change, absl::Time now);

  std::vector<v1::Change> Open() const;
  std::optional<v1::Change> OpenOf(const JobKey& job) const;
  // kNotFound: there is none of this id.
  absl::StatusOr<v1::Change> Find(int64_t id) const;
  // That the key led to. nullopt: a new key, or none. kAlreadyExists: it was used for another request.
  absl::StatusOr<std::optional<v1::Change>> FindByKey(const JobKey& job, const IdempotencyKey& key) const;
  // The latest first, from the first one earlier than `before_id` (0: the last one). Changes that are damaged are left
  // out. `more` is set where there may be more of them behind.
  absl::StatusOr<std::vector<v1::Change>> List(const ChangeFilter& filter, int64_t before_id, int64_t most,
                                               bool* more = nullptr) const;
  // The latest hundred of a job: what counts when it is changed again.
  absl::StatusOr<std::vector<v1::Change>> PastOf(const JobKey& job) const;

 private:
  ChangeBook(Store& store, std::function<void(const v1::Change&)> told) : store_(store), told_(std::move(told)) {}
  void Keep(const v1::Change& change);

  Store& store_;
  const std::function<void(const v1::Change&)> told_;
  mutable std::mutex mutex_;
  std::map<JobKey, v1::Change> open_;  // at most one of a job
};

}  // namespace tune
