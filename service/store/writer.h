// The one thread that writes. It commits what waits together, so that many writes share one fsync.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "service/store/database.h"
#include "service/store/records.h"

namespace tune {

struct QueuedWrite {
  // In a transaction; an error takes back what it wrote, and nothing else. Run again when the transaction it was in
  // had to be given up.
  std::function<absl::Status(Database&)> run;
  // Its outcome, once it is on the disk.
  std::function<void(absl::Status)> done;
  int64_t bytes = 0;  // of memory, while it waits
};

struct WriterLimits {
  int64_t most_queued = 0, most_queued_bytes = 0;
};

// Thread-safe.
class Writer {
 public:
  // `db` is used by the writer's thread alone from now on.
  Writer(std::unique_ptr<Database> db, WriterLimits limits);
  // Commits what waits first.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // `done` is called once: from the writer's thread, in the order of the calls; or, when the queue is full
  // (kResourceExhausted, ShouldRetryLater()), from this one.
  void Submit(QueuedWrite write);
  // Files' sizes are not filled.
  StoreStats stats() const;

 private:
  void Work();
  std::vector<QueuedWrite> NextGroup();
  void Commit(std::vector<QueuedWrite>& group);
  absl::Status RunTogether(std::span<QueuedWrite> writes, std::span<absl::Status> told);
  absl::Status RunOne(const QueuedWrite& write);

  const std::unique_ptr<Database> db_;
  const WriterLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<QueuedWrite> queue_;
  StoreStats stats_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace tune
