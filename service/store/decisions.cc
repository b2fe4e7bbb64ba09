// What was recommended last, and what was decided when and why.
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/store/checksum.h"
#include "service/store/tables.h"

namespace tune {
namespace {

int64_t SumOf(int64_t job, const StoredRecommendation& recommendation) {
  return ChecksumOf(
      absl::StrCat("recommendations ", job, " ", recommendation.decision, " ", absl::ToUnixMillis(recommendation.time)),
      recommendation.blob);
}

int64_t SumOf(int64_t job, const DecisionRecord& d) {
  return ChecksumOf(absl::StrCat("decisions ", job, " ", absl::ToUnixMillis(d.time), " ", d.kind.size(), " ", d.kind,
                                 d.reason.size(), " ", d.reason),
                    d.blob);
}

constexpr const char* kListAll =
    "SELECT d.id, j.ns, j.name, j.kind, d.job, d.time_ms, d.kind, d.reason, d.blob, d.checksum "
    "FROM decisions d JOIN jobs j ON j.id = d.job WHERE d.id > ? ORDER BY d.id LIMIT ?";
constexpr const char* kListOfJob =
    "SELECT d.id, j.ns, j.name, j.kind, d.job, d.time_ms, d.kind, d.reason, d.blob, d.checksum "
    "FROM decisions d JOIN jobs j ON j.id = d.job WHERE d.id > ? AND d.job = ? ORDER BY d.id LIMIT ?";

absl::StatusOr<std::vector<StoredDecision>> ReadDecisions(Query& query) {
  std::vector<StoredDecision> decisions;
  size_t bytes = 0;
  while (bytes < kMostListBytes) {
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) break;
    StoredDecision stored;
    stored.id = query.Int(0);
    stored.decision.job = JobOf(query, 1, stored.damage);
    DecisionRecord read = {stored.decision.job, absl::FromUnixMillis(query.Int(5)), query.Bytes(6), query.Bytes(7),
                           query.Bytes(8)};
    bytes += read.blob.size() + read.reason.size();
    if (SumOf(query.Int(4), read) == query.Int(9)) {
      stored.decision = std::move(read);
    } else {
      AddDamage(NotAsWritten(absl::StrCat(ToText(read.job), ", decision ", stored.id), "decisions"), stored.damage);
    }
    decisions.push_back(std::move(stored));
  }
  return decisions;
}

absl::Status PutRecommendation(Database& db, int64_t job, const StoredRecommendation& recommendation) {
  return Query(db,
               "INSERT OR REPLACE INTO recommendations(job, decision, time_ms, blob, checksum) VALUES(?, ?, ?, ?, ?)",
               job, recommendation.decision, absl::ToUnixMillis(recommendation.time), Blob{recommendation.blob},
               SumOf(job, recommendation))
      .Run();
}

}  // namespace

absl::StatusOr<std::optional<StoredRecommendation>> GetRecommendation(Database& db, const JobKey& job) {
  Query query(
      db,
      "SELECT j.id, r.decision, r.time_ms, r.blob, r.checksum FROM recommendations r JOIN jobs j ON j.id = r.job "
      "WHERE j.ns = ? AND j.name = ? AND j.kind = ?",
      job.ns, job.name, static_cast<int64_t>(job.kind));
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  StoredRecommendation stored = {query.Int(1), absl::FromUnixMillis(query.Int(2)), query.Bytes(3)};
  if (SumOf(query.Int(0), stored) != query.Int(4)) return NotAsWritten(ToText(job), "recommendations");
  return stored;
}

absl::StatusOr<int64_t> AppendDecision(Database& db, const DecisionRecord& decision, const std::string& recommendation,
                                       int64_t most_of_job) {
  const auto job = WriteJob(db, decision.job, decision.time);
  if (!job.ok()) return job.status();
  int64_t id = 0;
  {
    Query query(db,
                "INSERT INTO decisions(job, time_ms, kind, reason, blob, checksum) VALUES(?, ?, ?, ?, ?, ?) "
                "RETURNING id",
                job->id, absl::ToUnixMillis(decision.time), decision.kind, decision.reason, Blob{decision.blob},
                SumOf(job->id, decision));
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    id = query.Int(0);
  }
  auto status = Query(db,
                      "DELETE FROM decisions WHERE job = ?1 AND id <= "
                      "(SELECT id FROM decisions WHERE job = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                      job->id, most_of_job)
                    .Run();
  status.Update(PutRecommendation(db, job->id, {id, decision.time, recommendation}));
  if (!status.ok()) return status;
  return id;
}

absl::StatusOr<std::vector<StoredDecision>> ListDecisions(Database& db, const JobKey* job, int64_t after_id,
                                                          int64_t most) {
  if (job == nullptr) {
    Query query(db, kListAll, after_id, most);
    return ReadDecisions(query);
  }
  const auto row = FindJob(db, *job);
  if (!row.ok()) return row.status();
  if (!*row) return std::vector<StoredDecision>();
  Query query(db, kListOfJob, after_id, (*row)->id, most);
  return ReadDecisions(query);
}

}  // namespace tune
