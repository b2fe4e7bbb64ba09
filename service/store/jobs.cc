// The table `jobs`: a short number for each key, which other tables carry.
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/store/tables.h"

namespace tune {

absl::StatusOr<JobRow> WriteJob(Database& db, const JobKey& job, absl::Time time) {
  Query query(db,
              "INSERT INTO jobs(ns, name, kind, last_sequence, heard_ms) VALUES(?, ?, ?, 0, ?) "
              "ON CONFLICT(ns, name, kind) DO UPDATE SET heard_ms = max(heard_ms, excluded.heard_ms) "
              "RETURNING id, last_sequence",
              job.ns, job.name, static_cast<int64_t>(job.kind), absl::ToUnixMillis(time));
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  return JobRow{query.Int(0), query.Int(1)};
}

absl::StatusOr<std::optional<JobRow>> FindJob(Database& db, const JobKey& job) {
  Query query(db, "SELECT id, last_sequence FROM jobs WHERE ns = ? AND name = ? AND kind = ?", job.ns, job.name,
              static_cast<int64_t>(job.kind));
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  return *row ? std::optional(JobRow{query.Int(0), query.Int(1)}) : std::nullopt;
}

JobKey JobOf(const Query& query, int ns_column, absl::Status& damage) {
  JobKey job = {query.Bytes(ns_column), query.Bytes(ns_column + 1), JobKind::kDeployment};
  const int64_t kind = query.Int(ns_column + 2);
  if (kind == static_cast<int64_t>(JobKind::kSessionJob)) {
    job.kind = JobKind::kSessionJob;
  } else if (kind != static_cast<int64_t>(JobKind::kDeployment)) {
    AddDamage(absl::DataLossError(absl::StrCat("job ", Quoted(ToText(job)), ": kind = ", kind, " is none")), damage);
  }
  return job;
}

void AddDamage(const absl::Status& status, absl::Status& damage) {
  damage = damage.ok() ? absl::DataLossError(status.message())
                       : absl::DataLossError(absl::StrCat(damage.message(), "\n", status.message()));
}

absl::Status NotAsWritten(const std::string& subject, const std::string& table) {
  return absl::DataLossError(absl::StrCat(Quoted(subject), " in table ", table, ": does not match its checksum"));
}

}  // namespace tune
