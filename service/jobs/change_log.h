// Which jobs changed, in order, for those who watch. Bounded: who falls behind starts over.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "service/job_key.h"

namespace tune {

// Thread-safe.
class ChangeLog {
 public:
  // `epoch` names this log: numbers of another one mean nothing here. Keeps the last `most` changes, >= 1.
  ChangeLog(std::string epoch, size_t most) : epoch_(std::move(epoch)), most_(most) {}

  void Add(const JobKey& job);

  // Number of the last change; 0: none yet.
  int64_t last() const;
  // The jobs that changed later than `after`, each once, and the number up to which that holds. nullopt: that is too
  // long ago.
  struct Changes {
    std::vector<JobKey> jobs;
    int64_t up_to = 0;
  };
  std::optional<Changes> Since(int64_t after) const;

  // "EPOCH.NUMBER", and back; nullopt: of another log, or no token at all.
  std::string TokenOf(int64_t number) const;
  std::optional<int64_t> NumberOf(const std::string& token) const;

  // Nothing follows any more: those who watch are to end.
  void Close();
  bool closed() const { return closed_; }

  // Calls `wake` after each change and Close(), from the thread that made it, until Unsubscribe(), which waits for a
  // call under way. `wake` is brief and calls nothing of this.
  int64_t Subscribe(std::function<void()> wake);
  void Unsubscribe(int64_t id);

 private:
  const std::string epoch_;
  const size_t most_;
  mutable std::mutex mutex_;
  std::deque<JobKey> changes_;  // the last ones; the newest has number last_
  int64_t last_ = 0;
  std::atomic<bool> closed_ = false;
  std::mutex wake_mutex_;
  std::map<int64_t, std::function<void()>> wakes_;
  int64_t next_id_ = 0;
};

}  // namespace tune
