#include "service/jobs/change_log.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tune {

void ChangeLog::Add(const JobKey& job) {
  {
    const std::lock_guard lock(mutex_);
    changes_.push_back(job);
    if (changes_.size() > most_) changes_.pop_front();
    ++last_;
  }
  const std::lock_guard lock(wake_mutex_);
  for (const auto& [id, wake] : wakes_) wake();
}

void ChangeLog::Close() {
  closed_ = true;
  const std::lock_guard lock(wake_mutex_);
  for (const auto& [id, wake] : wakes_) wake();
}

int64_t ChangeLog::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::optional<ChangeLog::Changes> ChangeLog::Since(int64_t after) const {
  const std::lock_guard lock(mutex_);
  const int64_t oldest = last_ - static_cast<int64_t>(changes_.size());  // the last number that is not kept
  if (after < oldest || after > last_) return std::nullopt;
  const std::set<JobKey> jobs(changes_.begin() + (after - oldest), changes_.end());
  return Changes{{jobs.begin(), jobs.end()}, last_};
}

std::string ChangeLog::TokenOf(int64_t number) const { return absl::StrCat(epoch_, ".", number); }

std::optional<int64_t> ChangeLog::NumberOf(const std::string& token) const {
  int64_t number = 0;
  if (!absl::StartsWith(token, epoch_ + ".")) return std::nullopt;
  if (!absl::SimpleAtoi(token.substr(epoch_.size() + 1), &number) || number < 0) return std::nullopt;
  return number;
}

int64_t ChangeLog::Subscribe(std::function<void()> wake) {
  const std::lock_guard lock(wake_mutex_);
  wakes_.emplace(++next_id_, std::move(wake));
  return next_id_;
}

void ChangeLog::Unsubscribe(int64_t id) {
  const std::lock_guard lock(wake_mutex_);
  wakes_.erase(id);
}

}  // namespace tune
