// What the store keeps. Payloads, blobs, answers and hashes are bytes that mean nothing to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/job_key.h"

namespace tune {

// Tells a request that is sent again from a new one.
struct IdempotencyKey {
  std::string key;   // empty: none, every request is a new one
  std::string hash;  // of the whole request: another request under the same key is refused
};

struct PushRecord {
  JobKey job;
  IdempotencyKey key;
  std::string payload;
  std::string answer;  // kept with the key, for who asks again
  absl::Time time;
};

struct PushResult {
  int64_t sequence = 0;   // of the job's pushes, >= 1; grows by one with each
  bool repeated = false;  // the key was known: nothing was written, and the rest is what the first one got
  std::string answer;
};

// All of a job's pushes up to `sequence`, folded into one.
struct CheckpointRecord {
  JobKey job;
  int64_t sequence = 0;
  std::string blob;
  absl::Time time;
};

// What a restart would read of a job. A checkpoint pays off once the tail is a good part of it.
struct JobSizes {
  int64_t checkpoint_bytes = 0;  // 0: there is none
  int64_t tail_bytes = 0;        // payloads later than it
  int64_t tail_pushes = 0;
};

struct StoredPush {
  int64_t sequence = 0;
  absl::Time time;
  std::string payload;
};

struct StoredCheckpoint {
  int64_t sequence = 0;
  absl::Time time;
  std::string blob;
};

struct StoredJob {
  JobKey job;
  std::optional<StoredCheckpoint> checkpoint;
  std::vector<StoredPush> tail;  // later than the checkpoint, by sequence
  // kDataLoss: some of it did not match its checksum or could not be read, and is left out above; names each with job
  // and table.
  absl::Status damage;
};

// What the job's last decision was made of.
struct StoredRecommendation {
  int64_t decision = 0;  // its id
  absl::Time time;
  std::string blob;
};

struct DecisionRecord {
  JobKey job;
  absl::Time time;
  std::string kind;    // a stable identifier
  std::string reason;  // one line, at most 4 KiB
  std::string blob;
};

struct StoredDecision {
  int64_t id = 0;  // >= 1; grows with each decision of any job, never given twice
  DecisionRecord decision;
  absl::Status damage;  // kDataLoss: it does not match its checksum; only the id and the job stand above
};

// A change of a job's spec: what was meant to be done, and what became of it.
struct ChangeRecord {
  JobKey job;
  absl::Time time;   // of this state of it
  bool open = true;  // it is not over: whoever starts again has to look after it
  std::string blob;
};

struct StoredChange {
  int64_t id = 0;  // >= 1; grows with each change of any job, never given twice
  absl::Time begun;
  ChangeRecord change;
  absl::Status damage;  // kDataLoss: it does not match its checksum; only the id, the job and `open` stand above
};

struct ChangeId {
  int64_t id = 0;
  bool repeated = false;  // the key came before, with the same request: nothing was added
};

// Which changes are listed. All that is said holds.
struct ChangeFilter {
  std::optional<JobKey> job;
  std::string ns;  // empty: all
  bool only_open = false;
};

// What a policy is for.
struct PolicyScope {
  enum class Level { kDefault, kNamespace, kJob };
  Level level = Level::kDefault;
  JobKey job;  // kNamespace: `ns` alone; kDefault: nothing

  friend auto operator<=>(const PolicyScope&, const PolicyScope&) = default;
};

// "default", "namespace ns", "job ns/name"
std::string ToText(const PolicyScope& scope);

struct PolicyRecord {
  PolicyScope scope;
  std::string blob;
  std::string who;  // changed it
  absl::Time time;
};

struct StoredPolicy {
  int64_t revision = 0;  // >= 1; grows with each change of any policy, never given twice
  PolicyRecord policy;
  absl::Status damage;  // kDataLoss: it does not match its checksum; only revision and scope stand above
};

// Under which conditions a policy changes.
struct PolicyChange {
  // That it has now; 0: there is none yet; nullopt: whatever it has.
  std::optional<int64_t> expected_revision;
  IdempotencyKey key;
};

struct SweepResult {
  int64_t keys = 0, decisions = 0, recommendations = 0, changes = 0;  // removed
  bool more = false;                                                  // there is more to remove: sweep again
};

struct StoreStats {
  int64_t file_bytes = 0, wal_bytes = 0;
  int64_t commits = 0;        // since Open(), as all below
  int64_t writes = 0;         // committed: over `commits` it is the mean group
  int64_t largest_group = 0;  // writes of one commit
  int64_t failures = 0;       // writes that ended with an error
  int64_t refused = 0;        // writes that found the queue full
  int64_t queued = 0;         // now
  int64_t queued_bytes = 0;   // now
};

}  // namespace tune
