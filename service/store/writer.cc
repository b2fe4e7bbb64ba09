#include "service/store/writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/store/store.h"

namespace tune {
namespace {

// What one commit takes at most: enough to make the fsync cheap, little enough to keep the first one's wait short.
constexpr int64_t kMostTogether = 1000, kMostTogetherBytes = 16 << 20;

constexpr char kRetryLater[] = "libtune/store-queue-full";

}  // namespace

bool ShouldRetryLater(const absl::Status& status) { return status.GetPayload(kRetryLater).has_value(); }

Writer::Writer(std::unique_ptr<Database> db, WriterLimits limits) : db_(std::move(db)), limits_(limits) {
  thread_ = std::thread([this] { Work(); });
}

Writer::~Writer() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void Writer::Submit(QueuedWrite write) {
  {
    const std::scoped_lock lock(mutex_);
    const bool fits = stats_.queued < limits_.most_queued &&
                      (stats_.queued == 0 || stats_.queued_bytes + write.bytes <= limits_.most_queued_bytes);
    if (fits) {
      ++stats_.queued;
      stats_.queued_bytes += write.bytes;
      queue_.push_back(std::move(write));
      ready_.notify_one();
      return;
    }
    ++stats_.refused;
  }
  absl::Status full = absl::ResourceExhaustedError(absl::StrCat("the store is busy: ", limits_.most_queued,
                                                                " writes or ", limits_.most_queued_bytes,
                                                                " bytes wait already; try again in a moment"));
  full.SetPayload(kRetryLater, absl::Cord());
  write.done(std::move(full));
}

StoreStats Writer::stats() const {
  const std::scoped_lock lock(mutex_);
  return stats_;
}

void Writer::Work() {
  while (true) {
    std::vector<QueuedWrite> group = NextGroup();
    if (group.empty()) return;
    Commit(group);
  }
}

// Empty: the end.
std::vector<QueuedWrite> Writer::NextGroup() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return ending_ || !queue_.empty(); });
  std::vector<QueuedWrite> group;
  int64_t bytes = 0;
  while (!queue_.empty() && static_cast<int64_t>(group.size()) < kMostTogether &&
         (group.empty() || bytes + queue_.front().bytes <= kMostTogetherBytes)) {
    bytes += queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

// A group that cannot be committed is tried one by one: it may be a single write that finds no room.
void Writer::Commit(std::vector<QueuedWrite>& group) {
  std::vector<absl::Status> told(group.size());
  const absl::Status together = RunTogether(group, told);
  int64_t commits = together.ok() ? 1 : 0;
  if (!together.ok()) {
    // What lies in the log a second time makes room; readers may be in the way, then it does not.
    if (absl::IsResourceExhausted(together)) db_->Run("PRAGMA wal_checkpoint(TRUNCATE)").IgnoreError();
    for (size_t i = 0; i < group.size(); ++i) {
      // Another process holds the file: each would wait for it anew.
      const absl::Status alone =
          absl::IsUnavailable(together) ? together : RunTogether(std::span(group).subspan(i, 1), {&told[i], 1});
      if (!alone.ok()) told[i] = alone;
      if (alone.ok()) ++commits;
    }
  }
  const auto failed = std::count_if(told.begin(), told.end(), [](const absl::Status& s) { return !s.ok(); });
  {
    const std::scoped_lock lock(mutex_);
    const auto size = static_cast<int64_t>(group.size());
    stats_.commits += commits;
    stats_.writes += size - failed;
    stats_.failures += failed;
    if (together.ok()) stats_.largest_group = std::max(stats_.largest_group, size);
    stats_.queued -= size;
    for (const QueuedWrite& write : group) stats_.queued_bytes -= write.bytes;
  }
  for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move(told[i]));
}

// Of each write what came of it. An error: nothing of them all was written.
absl::Status Writer::RunTogether(std::span<QueuedWrite> writes, std::span<absl::Status> told) {
  if (auto status = Query(*db_, "BEGIN IMMEDIATE").Run(); !status.ok()) return status;
  for (size_t i = 0; i < writes.size(); ++i) {
    told[i] = RunOne(writes[i]);
    if (!db_->in_transaction()) return told[i];  // SQLite gave up all of it
  }
  absl::Status status = Query(*db_, "COMMIT").Run();
  if (!status.ok() && db_->in_transaction()) db_->Run("ROLLBACK").IgnoreError();
  return status;
}

absl::Status Writer::RunOne(const QueuedWrite& write) {
  if (auto status = Query(*db_, "SAVEPOINT one").Run(); !status.ok()) return status;
  const absl::Status told = write.run(*db_);
  if (!db_->in_transaction()) {
    return told.ok() ? absl::InternalError("the store's transaction ended inside a write") : told;
  }
  if (!told.ok()) {
    if (auto status = Query(*db_, "ROLLBACK TO one").Run(); !status.ok()) {  // what is half written must not stay
      db_->Run("ROLLBACK").IgnoreError();
      return told;
    }
  }
  const absl::Status released = Query(*db_, "RELEASE one").Run();
  return told.ok() ? released : told;
}

}  // namespace tune
