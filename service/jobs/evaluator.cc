#include "service/jobs/evaluator.h"

#include <chrono>
#include <utility>

namespace tune {
namespace {

constexpr size_t kPage = 1000;

}  // namespace

Evaluator::Evaluator(JobBook& jobs, const PolicyBook& policies, Judge& judge, absl::Duration period,
                     std::function<absl::Time()> clock, Judged judged)
    : jobs_(jobs),
      policies_(policies),
      judge_(judge),
      period_(period),
      clock_(std::move(clock)),
      judged_(std::move(judged)) {
  policy_version_ = policies_.version();
  thread_ = std::thread([this] { Run(); });
}

Evaluator::~Evaluator() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  end_.notify_all();
  thread_.join();
}

EvaluatorStats Evaluator::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

bool Evaluator::Ending() const {
  const std::lock_guard lock(mutex_);
  return ending_;
}

void Evaluator::Run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      end_.wait_for(lock, absl::ToChronoNanoseconds(period_), [this] { return ending_; });
      if (ending_) return;
    }
    const auto began = std::chrono::steady_clock::now();
    Round();
    const std::lock_guard lock(mutex_);
    ++stats_.rounds;
    stats_.last_round = absl::FromChrono(std::chrono::steady_clock::now() - began);
  }
}

std::vector<JobKey> Evaluator::DueJobs() {
  std::vector<JobKey> due = jobs_.TakePushed();
  const int64_t version = policies_.version();
  if (version == policy_version_) return due;
  policy_version_ = version;
  due.clear();
  for (std::vector<JobKey> page = jobs_.List(std::nullopt, kPage); !page.empty();
       page = jobs_.List(page.back(), kPage)) {
    due.insert(due.end(), page.begin(), page.end());
  }
  return due;
}

void Evaluator::Round() {
  for (const JobKey& job : DueJobs()) {
    if (Ending()) return;
    const absl::Time now = clock_();
    const absl::Status status = judge_.Ask(job, nullptr, now, [&](const Judgement& judgement) {
      if (judged_) judged_(job, judgement, now);
      return absl::OkStatus();
    });
    const std::lock_guard lock(mutex_);
    ++(status.ok() ? stats_.judged : stats_.failed);
  }
}

}  // namespace tune
