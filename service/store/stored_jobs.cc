// Reading back what was pushed, after a restart.
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/store/checksum.h"
#include "service/store/tables.h"

namespace tune {
namespace {

absl::Status ReadCheckpoint(Database& db, int64_t id, StoredJob& job) {
  Query query(db, "SELECT sequence, time_ms, blob, checksum FROM checkpoints WHERE job = ?", id);
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  StoredCheckpoint checkpoint = {query.Int(0), absl::FromUnixMillis(query.Int(1)), query.Bytes(2)};
  if (ChecksumOf(absl::StrCat("checkpoints ", id, " ", checkpoint.sequence), checkpoint.blob) != query.Int(3)) {
    return NotAsWritten(ToText(job.job), "checkpoints");
  }
  job.checkpoint = std::move(checkpoint);
  return absl::OkStatus();
}

absl::Status ReadTail(Database& db, int64_t id, StoredJob& job) {
  constexpr int kMostNamed = 10;
  const int64_t after = job.checkpoint ? job.checkpoint->sequence : 0;
  Query query(
      db, "SELECT sequence, time_ms, payload, checksum FROM pushes WHERE job = ? AND sequence > ? ORDER BY sequence",
      id, after);
  int left_out = 0;
  while (true) {
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    StoredPush push = {query.Int(0), absl::FromUnixMillis(query.Int(1)), query.Bytes(2)};
    if (ChecksumOf(absl::StrCat("pushes ", id, " ", push.sequence), push.payload) == query.Int(3)) {
      job.tail.push_back(std::move(push));
    } else if (++left_out <= kMostNamed) {
      AddDamage(NotAsWritten(absl::StrCat(ToText(job.job), ", push ", push.sequence), "pushes"), job.damage);
    }
  }
}

}  // namespace

absl::Status ForEachSizes(Database& db, const std::function<void(const JobKey&, const JobSizes&)>& visit) {
  Query query(db,
              "SELECT ns, name, kind, (SELECT length(blob) FROM checkpoints WHERE job = jobs.id), "
              "(SELECT sum(length(payload)) FROM pushes WHERE job = jobs.id), "
              "(SELECT count(*) FROM pushes WHERE job = jobs.id) FROM jobs");
  while (true) {
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    const JobSizes sizes = {query.Int(3), query.Int(4), query.Int(5)};
    absl::Status damage;
    const JobKey job = JobOf(query, 0, damage);
    if (damage.ok()) visit(job, sizes);
  }
}

absl::StatusOr<std::optional<StoredJob>> NextJob(Database& db, int64_t& id) {
  StoredJob job;
  {
    Query query(db, "SELECT id, ns, name, kind FROM jobs WHERE id > ? ORDER BY id LIMIT 1", id);
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) return std::nullopt;
    id = query.Int(0);
    job.job = JobOf(query, 1, job.damage);
    if (!job.damage.ok()) return job;
  }
  // Both as of one commit.
  if (auto status = Query(db, "BEGIN").Run(); !status.ok()) return status;
  for (const auto& read : {ReadCheckpoint, ReadTail}) {
    if (auto status = read(db, id, job); !status.ok()) {
      AddDamage(absl::IsDataLoss(status)
                    ? status
                    : absl::DataLossError(absl::StrCat(Quoted(ToText(job.job)), ": ", status.message())),
                job.damage);
    }
  }
  if (db.in_transaction()) {
    if (auto status = Query(db, "COMMIT").Run(); !status.ok()) return status;
  }
  return job;
}

}  // namespace tune
