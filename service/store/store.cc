#include "service/store/store.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/store/check_records.h"
#include "service/store/schema.h"
#include "service/store/store_file.h"
#include "service/store/tables.h"

namespace tune {
namespace {

constexpr int64_t kRowBytes = 1 << 20;       // what a row holds beside its blob, at most
constexpr int64_t kMostLogBytes = 16 << 20;  // of the file's log, once all of it is in the file
constexpr int64_t kOverheadBytes = 256;      // of a write that waits

absl::Status SetUp(Database& db, int64_t most_file_bytes) {
  if (auto status = PrepareSchema(db); !status.ok()) return status;
  {
    Query query(db, "PRAGMA journal_mode = WAL");
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (query.Bytes(0) != "wal") {
      return absl::FailedPreconditionError(
          absl::StrCat("store ", Quoted(db.path()),
                       ": its file system has no shared memory for a write-ahead log; name a file on a "
                       "local disk"));
    }
  }
  if (auto status = db.Run(absl::StrCat("PRAGMA journal_size_limit = ", kMostLogBytes)); !status.ok()) return status;
  return LimitFile(db, most_file_bytes);
}

// Of a file that cannot be read, what to do.
absl::Status WithAdvice(const absl::Status& status) {
  if (!absl::IsDataLoss(status)) return status;
  return absl::DataLossError(absl::StrCat(status.message(), "; put back a copy of the file, or name another"));
}

// Result by way of `run`, then `done`; `written` in between, when it is on the disk.
template <typename Result>
QueuedWrite MakeWrite(size_t bytes, std::function<absl::StatusOr<Result>(Database&)> run,
                      std::function<void(const Result&)> written, Store::Done<Result> done) {
  auto result = std::make_shared<std::optional<Result>>();
  QueuedWrite write;
  write.run = [result, run = std::move(run)](Database& db) -> absl::Status {
    auto told = run(db);
    if (!told.ok()) return told.status();
    *result = *std::move(told);
    return absl::OkStatus();
  };
  write.done = [result, written = std::move(written), done = std::move(done)](absl::Status status) {
    if (!status.ok()) return done(std::move(status));
    if (written) written(**result);
    done(std::move(**result));
  };
  write.bytes = static_cast<int64_t>(bytes) + kOverheadBytes;
  return write;
}

struct Nothing {};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const StoreOptions& options) {
  if (auto status = CheckOptions(options); !status.ok()) return status;
  StoreOptions real = options;
  auto path = RealPath(options.path);
  if (!path.ok()) return path.status();
  real.path = *std::move(path);
  auto lock = FileLock::Take(real.path + ".lock");
  if (!lock.ok()) return lock.status();
  if (auto status = MakeFile(real.path); !status.ok()) return status;
  auto db = Database::Open({real.path, false, real.busy_timeout, real.most_blob_bytes + kRowBytes});
  if (!db.ok()) return WithAdvice(db.status());
  if (auto status = SetUp(**db, real.most_file_bytes); !status.ok()) return WithAdvice(status);
  std::unique_ptr<Store> store(new Store(real, *std::move(lock), *std::move(db)));
  if (auto status = store->LoadSizes(); !status.ok()) return status;
  return store;
}

Store::Store(const StoreOptions& options, FileLock lock, std::unique_ptr<Database> db)
    : options_(options),
      lock_(std::move(lock)),
      readers_({options.path, true, options.busy_timeout, options.most_blob_bytes + kRowBytes}, options.readers),
      writer_(std::move(db), {options.most_queued, options.most_queued_bytes}) {}

absl::Status Store::LoadSizes() {
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  return ForEachSizes(**reader, [this](const JobKey& job, const JobSizes& sizes) { sizes_[job] = sizes; });
}

void Store::AppendPush(PushRecord push, Done<PushResult> done) {
  if (auto status = CheckRecord(push, options_.most_blob_bytes); !status.ok()) return done(status);
  const auto shared = std::make_shared<const PushRecord>(std::move(push));
  const auto written = [this, shared](const PushResult& result) {
    if (result.repeated) return;
    const std::scoped_lock lock(mutex_);
    JobSizes& sizes = sizes_[shared->job];
    sizes.tail_bytes += static_cast<int64_t>(shared->payload.size());
    ++sizes.tail_pushes;
  };
  writer_.Submit(MakeWrite<PushResult>(
      shared->payload.size() + shared->answer.size(), [shared](Database& db) { return tune::AppendPush(db, *shared); },
      written, std::move(done)));
}

void Store::PutCheckpoint(CheckpointRecord checkpoint, DoneStatus done) {
  if (auto status = CheckRecord(checkpoint, options_.most_blob_bytes); !status.ok()) return done(status);
  const auto shared = std::make_shared<const CheckpointRecord>(std::move(checkpoint));
  const auto written = [this, shared](const Folded& folded) {
    const std::scoped_lock lock(mutex_);
    JobSizes& sizes = sizes_[shared->job];
    sizes.checkpoint_bytes = static_cast<int64_t>(shared->blob.size());
    sizes.tail_bytes -= folded.bytes;
    sizes.tail_pushes -= folded.pushes;
  };
  writer_.Submit(MakeWrite<Folded>(
      shared->blob.size(), [shared](Database& db) { return tune::PutCheckpoint(db, *shared); }, written,
      [done = std::move(done)](const absl::StatusOr<Folded>& result) { done(result.status()); }));
}

void Store::ForgetJob(const JobKey& job, DoneStatus done) {
  if (auto status = CheckJob(job); !status.ok()) return done(status);
  const auto forgotten = [this, job](const Nothing&) {
    const std::scoped_lock lock(mutex_);
    sizes_.erase(job);
  };
  writer_.Submit(MakeWrite<Nothing>(
      0,
      [job](Database& db) -> absl::StatusOr<Nothing> {
        if (auto status = tune::ForgetJob(db, job); !status.ok()) return status;
        return Nothing();
      },
      forgotten, [done = std::move(done)](const absl::StatusOr<Nothing>& result) { done(result.status()); }));
}

JobSizes Store::SizesOf(const JobKey& job) const {
  const std::scoped_lock lock(mutex_);
  const auto it = sizes_.find(job);
  return it == sizes_.end() ? JobSizes() : it->second;
}

absl::Status Store::ForEachJob(const std::function<absl::Status(StoredJob)>& visit) {
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  int64_t id = 0;
  while (true) {
    auto job = NextJob(**reader, id);
    if (!job.ok()) return job.status();
    if (!*job) return absl::OkStatus();
    if (!(*job)->checkpoint && (*job)->tail.empty() && (*job)->damage.ok()) continue;
    if (auto status = visit(**std::move(job)); !status.ok()) return status;
  }
}

absl::StatusOr<std::optional<StoredRecommendation>> Store::GetRecommendation(const JobKey& job) {
  if (auto status = CheckJob(job); !status.ok()) return status;
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  return tune::GetRecommendation(**reader, job);
}

void Store::AppendDecision(DecisionRecord decision, std::string recommendation, Done<int64_t> done) {
  if (auto status = CheckRecord(decision, recommendation, options_.most_blob_bytes); !status.ok()) return done(status);
  const size_t bytes = decision.blob.size() + decision.reason.size() + recommendation.size();
  writer_.Submit(MakeWrite<int64_t>(
      bytes,
      [decision = std::move(decision), recommendation = std::move(recommendation), most = options_.most_decisions](
          Database& db) { return tune::AppendDecision(db, decision, recommendation, most); },
      nullptr, std::move(done)));
}

absl::StatusOr<std::vector<StoredDecision>> Store::ListDecisions(const JobKey* job, int64_t after_id, int64_t most) {
  if (auto status = CheckMost(most); !status.ok()) return status;
  if (job != nullptr) {
    if (auto status = CheckJob(*job); !status.ok()) return status;
  }
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  return tune::ListDecisions(**reader, job, after_id, most);
}

void Store::AppendChange(ChangeRecord change, IdempotencyKey key, Done<ChangeId> done) {
  if (auto status = CheckRecord(change, key, options_.most_blob_bytes); !status.ok()) return done(status);
  const size_t bytes = change.blob.size();
  writer_.Submit(MakeWrite<ChangeId>(
      bytes,
      [change = std::move(change), key = std::move(key)](Database& db) { return tune::AppendChange(db, change, key); },
      nullptr, std::move(done)));
}

absl::StatusOr<std::optional<int64_t>> Store::FindChange(const JobKey& job, const IdempotencyKey& key) {
  if (auto status = CheckJob(job); !status.ok()) return status;
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  return tune::FindChange(**reader, job, key);
}

void Store::UpdateChange(int64_t id, ChangeRecord change, DoneStatus done) {
  if (auto status = CheckRecord(change, {}, options_.most_blob_bytes); !status.ok()) return done(status);
  const size_t bytes = change.blob.size();
  writer_.Submit(MakeWrite<Nothing>(
      bytes,
      [id, change = std::move(change)](Database& db) -> absl::StatusOr<Nothing> {
        if (auto status = tune::UpdateChange(db, id, change); !status.ok()) return status;
        return Nothing();
      },
      nullptr, [done = std::move(done)](const absl::StatusOr<Nothing>& result) { done(result.status()); }));
}

absl::StatusOr<std::vector<StoredChange>> Store::ListChanges(const ChangeFilter& filter, int64_t before_id,
                                                             int64_t most) {
  if (auto status = CheckMost(most); !status.ok()) return status;
  if (filter.job) {
    if (auto status = CheckJob(*filter.job); !status.ok()) return status;
  }
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  return tune::ListChanges(**reader, filter, before_id, most);
}

void Store::PutScoped(ScopedTable table, PolicyRecord record, PolicyChange change, Done<int64_t> done) {
  if (auto status = CheckRecord(record, change, options_.most_blob_bytes); !status.ok()) return done(status);
  const size_t bytes = record.blob.size();
  writer_.Submit(MakeWrite<int64_t>(
      bytes,
      [table, record = std::move(record), change = std::move(change)](Database& db) {
        return tune::PutPolicy(db, table, record, change);
      },
      nullptr, std::move(done)));
}

void Store::RemoveScoped(ScopedTable table, PolicyScope scope, PolicyChange change, absl::Time time,
                         Done<int64_t> done) {
  if (auto status = CheckRemoval(scope, change, time); !status.ok()) return done(status);
  writer_.Submit(MakeWrite<int64_t>(
      0,
      [table, scope = std::move(scope), change = std::move(change), time](Database& db) {
        return tune::RemovePolicy(db, table, scope, change, time);
      },
      nullptr, std::move(done)));
}

absl::StatusOr<std::vector<StoredPolicy>> Store::ListScoped(ScopedTable table, int64_t after_revision, int64_t most) {
  if (auto status = CheckMost(most); !status.ok()) return status;
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  return tune::ListPolicies(**reader, table, after_revision, most);
}

void Store::PutPolicy(PolicyRecord policy, PolicyChange change, Done<int64_t> done) {
  PutScoped(ScopedTable::kPolicies, std::move(policy), std::move(change), std::move(done));
}

void Store::RemovePolicy(PolicyScope scope, PolicyChange change, absl::Time time, Done<int64_t> done) {
  RemoveScoped(ScopedTable::kPolicies, std::move(scope), std::move(change), time, std::move(done));
}

absl::StatusOr<std::optional<StoredPolicy>> Store::GetPolicy(const PolicyScope& scope) {
  if (auto status = CheckScope(scope); !status.ok()) return status;
  auto reader = readers_.Take();
  if (!reader.ok()) return reader.status();
  return tune::GetPolicy(**reader, ScopedTable::kPolicies, scope);
}

absl::StatusOr<std::vector<StoredPolicy>> Store::ListPolicies(int64_t after_revision, int64_t most) {
  return ListScoped(ScopedTable::kPolicies, after_revision, most);
}

void Store::PutPause(PolicyRecord pause, Done<int64_t> done) {
  PutScoped(ScopedTable::kPauses, std::move(pause), {}, std::move(done));
}

void Store::RemovePause(PolicyScope scope, absl::Time time, Done<int64_t> done) {
  RemoveScoped(ScopedTable::kPauses, std::move(scope), {}, time, std::move(done));
}

absl::StatusOr<std::vector<StoredPolicy>> Store::ListPauses(int64_t after_revision, int64_t most) {
  return ListScoped(ScopedTable::kPauses, after_revision, most);
}

void Store::Sweep(absl::Time now, Done<SweepResult> done) {
  const SweepBefore before = {now - options_.keep_keys, now - options_.keep_decisions,
                              now - options_.keep_recommendations, now - options_.keep_changes};
  writer_.Submit(MakeWrite<SweepResult>(
      0,
      [before, most = options_.most_file_bytes](Database& db) -> absl::StatusOr<SweepResult> {
        auto swept = tune::Sweep(db, before);
        if (!swept.ok()) return swept;
        // A file that was larger when the limit was set has kept its size for a limit till now.
        if (auto status = LimitFile(db, most); !status.ok()) return status;
        return swept;
      },
      nullptr, std::move(done)));
}

StoreStats Store::stats() const {
  StoreStats stats = writer_.stats();
  const auto size_of = [](const std::string& path) -> int64_t {
    struct stat file = {};
    return stat(path.c_str(), &file) == 0 ? file.st_size : 0;
  };
  stats.file_bytes = size_of(options_.path);
  stats.wal_bytes = size_of(options_.path + "-wal");
  return stats;
}

}  // namespace tune
