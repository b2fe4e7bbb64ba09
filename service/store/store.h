// tuned's memory: a SQLite file of the samples that were pushed, what was recommended and decided, and the policies.
//
// A write is on the disk when its `done` is called with OK; it is there whole or not at all, whenever the process is
// killed. Nothing reads a clock: times come from the caller, and may jump.
//
// The file belongs to one process. Beside PATH lie PATH-wal, PATH-shm (SQLite's) and PATH.lock; all are made readable
// by their owner alone.
#pragma once

#include <cstdint>
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
#include "service/store/file_lock.h"
#include "service/store/readers.h"
#include "service/store/records.h"
#include "service/store/writer.h"

namespace tune {

enum class ScopedTable;

struct StoreOptions {
  std::string path;  // its folder is there already
  // How long to keep, > 0. Idempotency keys, at least: also of pushes that a checkpoint has taken in.
  absl::Duration keep_keys = absl::Hours(24);
  absl::Duration keep_decisions = absl::Hours(24 * 90);
  absl::Duration keep_changes = absl::Hours(24 * 365);         // since they were over
  absl::Duration keep_recommendations = absl::Hours(24 * 30);  // since their job was last written of
  int64_t most_decisions = 1000;                               // of one job; >= 1
  int64_t most_file_bytes = int64_t{16} << 30;     // >= 1 MiB; of the file. Its log comes on top, some MiB as a rule
  int64_t most_blob_bytes = 64 << 20;              // [1 KiB, 512 MiB]; of one payload, answer or blob
  int64_t most_queued = 10'000;                    // writes that wait; >= 1
  int64_t most_queued_bytes = 128 << 20;           // theirs; >= 1. A single write may be larger
  int readers = 4;                                 // reads at a time, others wait; [1, 64]
  absl::Duration busy_timeout = absl::Seconds(5);  // for another program that holds the file, a backup; [0, 1 h]
};

// Of a kResourceExhausted: true, the queue was full, and the same write is taken in a moment; false, there is no room
// on the disk or within most_file_bytes, or memory is short.
bool ShouldRetryLater(const absl::Status& status);

// Thread-safe.
//
// Errors of all: kInvalidArgument names the field; kResourceExhausted, see ShouldRetryLater(); kUnavailable: the disk
// fails, or another process holds the file; kDataLoss: what is stored does not match its checksum, and where.
//
// `done` of a write is called exactly once: from the writer's thread after the commit, in the order of the calls; or
// before the call returns, when it is refused at the door. It must be brief, since the next commit waits for it.
// A write that failed left nothing behind. One that was under way when the process was killed may be there.
class Store {
 public:
  template <typename Result>
  using Done = std::function<void(absl::StatusOr<Result>)>;
  using DoneStatus = std::function<void(absl::Status)>;

  // Makes the file, or checks all of it; the time for that grows with it.
  // kFailedPrecondition: it is in use, another program's, or of a newer version: the message says what to do.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const StoreOptions& options);
  // Commits what waits first.
  ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // kAlreadyExists: the key was used for another request.
  void AppendPush(PushRecord push, Done<PushResult> done);
  // In place of the job's earlier one and of all pushes up to its sequence; their keys stay.
  // kFailedPrecondition: there is a later one; kInvalidArgument: the sequence is beyond the job's last push.
  void PutCheckpoint(CheckpointRecord checkpoint, DoneStatus done);
  // Its pushes, keys, checkpoint and recommendation; not what was decided, and no policy. OK when there is none.
  void ForgetJob(const JobKey& job, DoneStatus done);
  // From memory. It shows a write when its `done` is called.
  JobSizes SizesOf(const JobKey& job) const;
  // Each job that has pushes or a checkpoint, in no order; a job that changes meanwhile is given as it is when its turn
  // comes. Memory holds one job at a time. Ends early with the first error of `visit`, or when the list of jobs cannot
  // be read.
  absl::Status ForEachJob(const std::function<absl::Status(StoredJob)>& visit);

  // Of the job's last decision; nullopt: none.
  absl::StatusOr<std::optional<StoredRecommendation>> GetRecommendation(const JobKey& job);

  // Answers its id. The job's oldest ones beyond `most_decisions` go. `recommendation`: what it was made of, in place
  // of the job's earlier one.
  void AppendDecision(DecisionRecord decision, std::string recommendation, Done<int64_t> done);
  // By id from the first one later than `after_id`; of `job`, nullptr: of all. At most `most`, in [1, 10,000].
  absl::StatusOr<std::vector<StoredDecision>> ListDecisions(const JobKey* job, int64_t after_id, int64_t most);

  // Answers its id. kAlreadyExists: the key was used for another request; kFailedPrecondition: it is open, and so is
  // another one of the job.
  void AppendChange(ChangeRecord change, IdempotencyKey key, Done<ChangeId> done);
  // That the key led to; nullopt: a new key, or none. kAlreadyExists: it was used for another request.
  absl::StatusOr<std::optional<int64_t>> FindChange(const JobKey& job, const IdempotencyKey& key);
  // In place of what was told of it before; the job stays. kNotFound: there is none of this id; kFailedPrecondition: it
  // is another job's, or over.
  void UpdateChange(int64_t id, ChangeRecord change, DoneStatus done);
  // By id, the latest first, from the first one earlier than `before_id` (<= 0: the last one). At most `most`, in
  // [1, 10,000].
  absl::StatusOr<std::vector<StoredChange>> ListChanges(const ChangeFilter& filter, int64_t before_id, int64_t most);

  // Answers its revision. kAborted: it has another than expected.
  void PutPolicy(PolicyRecord policy, PolicyChange change, Done<int64_t> done);
  // Answers the revision that was removed. kNotFound: there is none.
  void RemovePolicy(PolicyScope scope, PolicyChange change, absl::Time time, Done<int64_t> done);
  // nullopt: none.
  absl::StatusOr<std::optional<StoredPolicy>> GetPolicy(const PolicyScope& scope);
  // By revision from the first one later than `after_revision`; at most `most`, in [1, 10,000].
  absl::StatusOr<std::vector<StoredPolicy>> ListPolicies(int64_t after_revision, int64_t most);

  // Pauses are kept as policies are: one for a scope, the later one in place of the earlier.
  void PutPause(PolicyRecord pause, Done<int64_t> done);
  void RemovePause(PolicyScope scope, absl::Time time, Done<int64_t> done);
  absl::StatusOr<std::vector<StoredPolicy>> ListPauses(int64_t after_revision, int64_t most);

  // Removes what is older than it is kept, a part at a time, and gives its room back to the disk. A time that lies
  // before what is stored removes nothing; what was stored at a time to come stays until that has passed.
  void Sweep(absl::Time now, Done<SweepResult> done);

  StoreStats stats() const;

 private:
  Store(const StoreOptions& options, FileLock lock, std::unique_ptr<Database> db);
  absl::Status LoadSizes();
  void PutScoped(ScopedTable table, PolicyRecord record, PolicyChange change, Done<int64_t> done);
  void RemoveScoped(ScopedTable table, PolicyScope scope, PolicyChange change, absl::Time time, Done<int64_t> done);
  absl::StatusOr<std::vector<StoredPolicy>> ListScoped(ScopedTable table, int64_t after_revision, int64_t most);

  const StoreOptions options_;
  const FileLock lock_;  // goes last
  Readers readers_;
  mutable std::mutex mutex_;
  std::map<JobKey, JobSizes> sizes_;
  Writer writer_;  // goes first: its last writes change the sizes
};

}  // namespace tune
