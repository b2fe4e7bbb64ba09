// What was pushed, and the checkpoints that take it in.
#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"
#include "service/store/checksum.h"
#include "service/store/tables.h"

namespace tune {

absl::StatusOr<PushResult> AppendPush(Database& db, const PushRecord& push) {
  const auto job = WriteJob(db, push.job, push.time);
  if (!job.ok()) return job.status();
  const auto known = FindKey(db, job->id, push.key);
  if (!known.ok()) return known.status();
  if (*known) return PushResult{(*known)->number, true, (*known)->answer};
  const int64_t sequence = job->last_sequence + 1;
  auto status = Query(db, "UPDATE jobs SET last_sequence = ? WHERE id = ?", sequence, job->id).Run();
  if (!status.ok()) return status;
  status = Query(db, "INSERT INTO pushes(job, sequence, time_ms, payload, checksum) VALUES(?, ?, ?, ?, ?)", job->id,
                 sequence, absl::ToUnixMillis(push.time), Blob{push.payload},
                 ChecksumOf(absl::StrCat("pushes ", job->id, " ", sequence), push.payload))
               .Run();
  if (!status.ok()) return status;
  status = WriteKey(db, job->id, push.key, {sequence, push.answer}, push.time);
  if (!status.ok()) return status;
  return PushResult{sequence, false, push.answer};
}

namespace {

absl::Status CheckSequence(Database& db, const CheckpointRecord& checkpoint, const std::optional<JobRow>& job) {
  const int64_t last = job ? job->last_sequence : 0;
  if (checkpoint.sequence > last) {
    return NotAllowed(absl::StrCat("checkpoint of ", Quoted(ToText(checkpoint.job)), ": sequence"),
                      absl::StrCat(checkpoint.sequence), absl::StrCat("at most that of the last push, ", last));
  }
  Query query(db, "SELECT sequence FROM checkpoints WHERE job = ?", job->id);
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  if (!*row || query.Int(0) <= checkpoint.sequence) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("checkpoint of ", Quoted(ToText(checkpoint.job)), " up to ",
                                                    checkpoint.sequence, ": there is one up to ", query.Int(0)));
}

}  // namespace

// What goes makes room for what comes.
absl::StatusOr<Folded> PutCheckpoint(Database& db, const CheckpointRecord& checkpoint) {
  const auto job = FindJob(db, checkpoint.job);
  if (!job.ok()) return job.status();
  if (auto status = CheckSequence(db, checkpoint, *job); !status.ok()) return status;
  const int64_t id = (*job)->id, sequence = checkpoint.sequence;
  Folded folded;
  {
    Query query(db, "SELECT coalesce(sum(length(payload)), 0), count(*) FROM pushes WHERE job = ? AND sequence <= ?",
                id, sequence);
    if (const auto row = query.Next(); !row.ok()) return row.status();
    folded = {query.Int(0), query.Int(1)};
  }
  auto status = Query(db, "DELETE FROM pushes WHERE job = ? AND sequence <= ?", id, sequence).Run();
  if (!status.ok()) return status;
  status = Query(db, "INSERT OR REPLACE INTO checkpoints(job, sequence, time_ms, blob, checksum) VALUES(?, ?, ?, ?, ?)",
                 id, sequence, absl::ToUnixMillis(checkpoint.time), Blob{checkpoint.blob},
                 ChecksumOf(absl::StrCat("checkpoints ", id, " ", sequence), checkpoint.blob))
               .Run();
  if (!status.ok()) return status;
  return folded;
}

absl::Status ForgetJob(Database& db, const JobKey& job) {
  const auto row = FindJob(db, job);
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  const int64_t id = (*row)->id;
  if (auto status = Query(db, "DELETE FROM pushes WHERE job = ?", id).Run(); !status.ok()) return status;
  if (auto status = Query(db, "DELETE FROM keys WHERE owner = ?", id).Run(); !status.ok()) return status;
  if (auto status = Query(db, "DELETE FROM checkpoints WHERE job = ?", id).Run(); !status.ok()) return status;
  return Query(db, "DELETE FROM recommendations WHERE job = ?", id).Run();
}

}  // namespace tune
