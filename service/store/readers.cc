#include "service/store/readers.h"

#include <utility>

namespace tune {

absl::StatusOr<Readers::Lease> Readers::Take() {
  {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [this] { return !free_.empty() || left_to_open_ > 0; });
    if (!free_.empty()) {
      std::unique_ptr<Database> db = std::move(free_.back());
      free_.pop_back();
      return Lease(*this, std::move(db));
    }
    --left_to_open_;
  }
  auto opened = Database::Open(options_);
  if (opened.ok()) return Lease(*this, *std::move(opened));
  {
    const std::scoped_lock lock(mutex_);
    ++left_to_open_;
  }
  given_back_.notify_one();
  return opened.status();
}

void Readers::GiveBack(std::unique_ptr<Database> db) {
  {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(db));
  }
  given_back_.notify_one();
}

}  // namespace tune
