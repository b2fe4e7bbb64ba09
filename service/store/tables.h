// What the store's calls are in SQL. Those that write run in the writer's transaction; those that read make one of
// their own where they need it. Errors are Store's and Database's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/database.h"
#include "service/store/records.h"

namespace tune {

// --- jobs.cc
// Makes the job's row where there is none; keeps the latest time it was written of.
struct JobRow {
  int64_t id = 0;
  int64_t last_sequence = 0;
};
absl::StatusOr<JobRow> WriteJob(Database& db, const JobKey& job, absl::Time time);
absl::StatusOr<std::optional<JobRow>> FindJob(Database& db, const JobKey& job);
// From the columns ns, name, kind. An unknown kind adds kDataLoss to `damage`.
JobKey JobOf(const Query& query, int ns_column, absl::Status& damage);
// kDataLoss of a row's blob, naming both.
absl::Status NotAsWritten(const std::string& subject, const std::string& table);
// One more line of kDataLoss.
void AddDamage(const absl::Status& status, absl::Status& damage);
// How much of blobs a list holds before it ends early.
constexpr int64_t kMostListBytes = 64 << 20;

// --- pushes.cc
absl::StatusOr<PushResult> AppendPush(Database& db, const PushRecord& push);
// What the checkpoint took in.
struct Folded {
  int64_t bytes = 0, pushes = 0;
};
absl::StatusOr<Folded> PutCheckpoint(Database& db, const CheckpointRecord& checkpoint);
absl::Status ForgetJob(Database& db, const JobKey& job);

// --- stored_jobs.cc
absl::Status ForEachSizes(Database& db, const std::function<void(const JobKey&, const JobSizes&)>& visit);
// The job with the next id after `id`, which becomes that; nullopt: there is none. One without pushes and checkpoint
// has none in it.
absl::StatusOr<std::optional<StoredJob>> NextJob(Database& db, int64_t& id);

// --- keys.cc
constexpr int64_t kPoliciesOwner = 0;  // else a job's id
struct KnownKey {
  int64_t number = 0;
  std::string answer;
};
// nullopt: a new one, or none. kAlreadyExists: used for another request.
absl::StatusOr<std::optional<KnownKey>> FindKey(Database& db, int64_t owner, const IdempotencyKey& key);
absl::Status WriteKey(Database& db, int64_t owner, const IdempotencyKey& key, const KnownKey& known, absl::Time time);

// --- decisions.cc
absl::StatusOr<std::optional<StoredRecommendation>> GetRecommendation(Database& db, const JobKey& job);
absl::StatusOr<int64_t> AppendDecision(Database& db, const DecisionRecord& decision, const std::string& recommendation,
                                       int64_t most_of_job);
absl::StatusOr<std::vector<StoredDecision>> ListDecisions(Database& db, const JobKey* job, int64_t after_id,
                                                          int64_t most);

// --- changes.cc
absl::StatusOr<ChangeId> AppendChange(Database& db, const ChangeRecord& change, const IdempotencyKey& key);
absl::StatusOr<std::optional<int64_t>> FindChange(Database& db, const JobKey& job, const IdempotencyKey& key);
absl::Status UpdateChange(Database& db, int64_t id, const ChangeRecord& change);
absl::StatusOr<std::vector<StoredChange>> ListChanges(Database& db, const ChangeFilter& filter, int64_t before_id,
                                                      int64_t most);

// --- policies.cc
// Tables of what is put for scopes; both have the same columns.
enum class ScopedTable { kPolicies, kPauses };
absl::StatusOr<int64_t> PutPolicy(Database& db, ScopedTable table, const PolicyRecord& policy,
                                  const PolicyChange& change);
absl::StatusOr<int64_t> RemovePolicy(Database& db, ScopedTable table, const PolicyScope& scope,
                                     const PolicyChange& change, absl::Time time);
absl::StatusOr<std::optional<StoredPolicy>> GetPolicy(Database& db, ScopedTable table, const PolicyScope& scope);
absl::StatusOr<std::vector<StoredPolicy>> ListPolicies(Database& db, ScopedTable table, int64_t after_revision,
                                                       int64_t most);

// --- sweep.cc
struct SweepBefore {
  absl::Time keys, decisions, recommendations, changes;
};
absl::StatusOr<SweepResult> Sweep(Database& db, const SweepBefore& before);

}  // namespace tune
