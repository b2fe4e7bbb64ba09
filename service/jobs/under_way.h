// Counts what others will still call back for.
#pragma once

#include <condition_variable>
#include <mutex>

namespace tune {

// Thread-safe. Its destructor waits until as many ended as began.
class UnderWay {
 public:
  UnderWay() = default;
  ~UnderWay() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return count_ == 0; });
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

  void Begin() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void End() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) idle_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  int count_ = 0;
};

}  // namespace tune
