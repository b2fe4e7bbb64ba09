// What was done to jobs' specs, and what became of it.
#include <limits>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/store/checksum.h"
#include "service/store/tables.h"

namespace tune {
namespace {

int64_t SumOf(int64_t id, int64_t job, int64_t begun_ms, const ChangeRecord& change) {
  return ChecksumOf(absl::StrCat("changes ", id, " ", job, " ", begun_ms, " ", absl::ToUnixMillis(change.time), " ",
                                 change.open ? 1 : 0),
                    change.blob);
}

// The checksum holds the id, which is known when the row is there.
absl::Status WriteBody(Database& db, int64_t id, int64_t job, int64_t begun_ms, const ChangeRecord& change) {
  return Query(db, "UPDATE changes SET open = ?, time_ms = ?, blob = ?, checksum = ? WHERE id = ?",
               static_cast<int64_t>(change.open ? 1 : 0), absl::ToUnixMillis(change.time), Blob{change.blob},
               SumOf(id, job, begun_ms, change), id)
      .Run();
}

absl::StatusOr<int64_t> MakeRow(Database& db, int64_t job, const ChangeRecord& change) {
  const int64_t begun_ms = absl::ToUnixMillis(change.time);
  int64_t id = 0;
  {
    Query query(db,
                "INSERT INTO changes(job, open, begun_ms, time_ms, blob, checksum) VALUES(?, 1, ?, ?, x'', 0) "
                "RETURNING id",
                job, begun_ms, begun_ms);
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    id = query.Int(0);
  }
  if (auto status = WriteBody(db, id, job, begun_ms, change); !status.ok()) return status;
  return id;
}

absl::Status CheckNoneOpen(Database& db, int64_t job, const JobKey& key) {
  Query query(db, "SELECT id FROM changes WHERE job = ? AND open = 1 LIMIT 1", job);
  const auto row = query.Next();
  if (!row.ok() || !*row) return row.status();
  return absl::FailedPreconditionError(absl::StrCat("change ", query.Int(0), " of ", ToText(key), " is not over"));
}

}  // namespace

absl::StatusOr<ChangeId> AppendChange(Database& db, const ChangeRecord& change, const IdempotencyKey& key) {
  const auto job = WriteJob(db, change.job, change.time);
  if (!job.ok()) return job.status();
  const auto known = FindKey(db, job->id, key);
  if (!known.ok()) return known.status();
  if (*known) return ChangeId{(*known)->number, true};
  if (change.open) {
    if (auto status = CheckNoneOpen(db, job->id, change.job); !status.ok()) return status;
  }
  const auto id = MakeRow(db, job->id, change);
  if (!id.ok()) return id.status();
  if (auto status = WriteKey(db, job->id, key, {*id, ""}, change.time); !status.ok()) return status;
  return ChangeId{*id, false};
}

absl::StatusOr<std::optional<int64_t>> FindChange(Database& db, const JobKey& job, const IdempotencyKey& key) {
  const auto row = FindJob(db, job);
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  const auto known = FindKey(db, (*row)->id, key);
  if (!known.ok()) return known.status();
  if (!*known) return std::nullopt;
  return (*known)->number;
}

absl::Status UpdateChange(Database& db, int64_t id, const ChangeRecord& change) {
  int64_t job = 0, begun_ms = 0;
  {
    Query query(db,
                "SELECT c.job, c.begun_ms, c.open, j.ns, j.name, j.kind FROM changes c JOIN jobs j ON j.id = c.job "
                "WHERE c.id = ?",
                id);
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError(absl::StrCat("there is no change ", id));
    absl::Status damage;
    const JobKey of = JobOf(query, 3, damage);
    if (of != change.job) {
      return absl::FailedPreconditionError(absl::StrCat("change ", id, " is of ", Quoted(ToText(of))));
    }
    if (query.Int(2) == 0) return absl::FailedPreconditionError(absl::StrCat("change ", id, " is over"));
    job = query.Int(0);
    begun_ms = query.Int(1);
  }
  return WriteBody(db, id, job, begun_ms, change);
}

absl::StatusOr<std::vector<StoredChange>> ListChanges(Database& db, const ChangeFilter& filter, int64_t before_id,
                                                      int64_t most) {
  const bool by_job = filter.job.has_value();
  const JobKey job = filter.job.value_or(JobKey());
  Query query(db,
              "SELECT c.id, j.ns, j.name, j.kind, c.job, c.open, c.begun_ms, c.time_ms, c.blob, c.checksum "
              "FROM changes c JOIN jobs j ON j.id = c.job "
              "WHERE c.id < ?1 AND (?2 = '' OR j.ns = ?2) AND (?3 = 0 OR c.open = 1) "
              "AND (?4 = 0 OR (j.ns = ?5 AND j.name = ?6 AND j.kind = ?7)) ORDER BY c.id DESC LIMIT ?8",
              before_id > 0 ? before_id : std::numeric_limits<int64_t>::max(), filter.ns,
              static_cast<int64_t>(filter.only_open ? 1 : 0), static_cast<int64_t>(by_job ? 1 : 0), job.ns, job.name,
              static_cast<int64_t>(job.kind), most);
  std::vector<StoredChange> changes;
  size_t bytes = 0;
  while (bytes < kMostListBytes) {
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) break;
    StoredChange& stored = changes.emplace_back();
    stored.id = query.Int(0);
    stored.change.job = JobOf(query, 1, stored.damage);
    stored.change.open = query.Int(5) != 0;
    ChangeRecord read = {stored.change.job, absl::FromUnixMillis(query.Int(7)), stored.change.open, query.Bytes(8)};
    bytes += read.blob.size();
    if (SumOf(stored.id, query.Int(4), query.Int(6), read) == query.Int(9)) {
      stored.begun = absl::FromUnixMillis(query.Int(6));
      stored.change = std::move(read);
    } else {
      AddDamage(NotAsWritten(absl::StrCat(ToText(read.job), ", change ", stored.id), "changes"), stored.damage);
    }
  }
  return changes;
}

}  // namespace tune
