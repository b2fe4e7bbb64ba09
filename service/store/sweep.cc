// What is older than it is kept goes, and its room goes back to the disk.
#include "service/store/tables.h"

namespace tune {
namespace {

constexpr int64_t kMostRows = 10'000;    // of each kind at a time, so that other writes need not wait long
constexpr int64_t kMostPages = 4'096;    // of the file, moved or cut off at a time
constexpr int64_t kKeptFreePages = 256;  // for the next writes

// Rows that went.
absl::StatusOr<int64_t> Remove(Database& db, const char* sql, absl::Time before, bool& more) {
  if (auto status = Query(db, sql, absl::ToUnixMillis(before), kMostRows).Run(); !status.ok()) return status;
  more = more || db.changes() >= kMostRows;
  return db.changes();
}

absl::Status Shrink(Database& db, bool& more) {
  const auto free = ReadInt(db, "PRAGMA freelist_count");
  if (!free.ok()) return free.status();
  if (*free <= kKeptFreePages) return absl::OkStatus();
  more = more || *free - kKeptFreePages > kMostPages;
  static_assert(kMostPages == 4'096, "as in the statement, which takes no value");
  return Query(db, "PRAGMA incremental_vacuum(4096)").Run();
}

constexpr const char* kKeys =
    "DELETE FROM keys WHERE id IN (SELECT id FROM keys WHERE time_ms < ? ORDER BY time_ms LIMIT ?)";
constexpr const char* kDecisions =
    "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE time_ms < ? ORDER BY time_ms LIMIT ?)";
constexpr const char* kRecommendations =
    "DELETE FROM recommendations WHERE job IN (SELECT r.job FROM recommendations r JOIN jobs j ON j.id = r.job "
    "WHERE j.heard_ms < ? LIMIT ?)";
// Those that are not over stay, however old.
constexpr const char* kChanges =
    "DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE time_ms < ? AND open = 0 ORDER BY time_ms LIMIT ?)";
// Nothing names them any more.
constexpr const char* kJobs =
    "DELETE FROM jobs WHERE id IN (SELECT j.id FROM jobs j WHERE j.heard_ms < ? "
    "AND NOT EXISTS(SELECT 1 FROM pushes WHERE job = j.id) AND NOT EXISTS(SELECT 1 FROM checkpoints WHERE job = j.id) "
    "AND NOT EXISTS(SELECT 1 FROM keys WHERE owner = j.id) AND NOT EXISTS(SELECT 1 FROM decisions WHERE job = j.id) "
    "AND NOT EXISTS(SELECT 1 FROM recommendations WHERE job = j.id) "
    "AND NOT EXISTS(SELECT 1 FROM changes WHERE job = j.id) LIMIT ?)";

}  // namespace

absl::StatusOr<SweepResult> Sweep(Database& db, const SweepBefore& before) {
  SweepResult result;
  const auto keys = Remove(db, kKeys, before.keys, result.more);
  if (!keys.ok()) return keys.status();
  const auto decisions = Remove(db, kDecisions, before.decisions, result.more);
  if (!decisions.ok()) return decisions.status();
  const auto recommendations = Remove(db, kRecommendations, before.recommendations, result.more);
  if (!recommendations.ok()) return recommendations.status();
  const auto changes = Remove(db, kChanges, before.changes, result.more);
  if (!changes.ok()) return changes.status();
  const auto jobs = Remove(db, kJobs, before.recommendations, result.more);
  if (!jobs.ok()) return jobs.status();
  result.keys = *keys;
  result.decisions = *decisions;
  result.recommendations = *recommendations;
  result.changes = *changes;
  if (auto status = Shrink(db, result.more); !status.ok()) return status;
  return result;
}

}  // namespace tune
