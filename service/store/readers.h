// Connections that only read, for a few threads at a time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "service/store/database.h"

namespace tune {

// Thread-safe.
class Readers {
 public:
  // Given back when it goes.
  class Lease {
   public:
    Lease(Readers& readers, std::unique_ptr<Database> db) : readers_(&readers), db_(std::move(db)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (db_ != nullptr) readers_->GiveBack(std::move(db_));
    }
    Database& operator*() const { return *db_; }

   private:
    Readers* readers_;
    std::unique_ptr<Database> db_;
  };

  // Opened as they are needed, at most `most` of them.
  Readers(DatabaseOptions options, int most) : options_(std::move(options)), left_to_open_(most) {}

  // Waits while all are in use.
  absl::StatusOr<Lease> Take();

 private:
  void GiveBack(std::unique_ptr<Database> db);

  const DatabaseOptions options_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  int left_to_open_;
  std::vector<std::unique_ptr<Database>> free_;
};

}  // namespace tune
