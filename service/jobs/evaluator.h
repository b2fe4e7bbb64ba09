// Judges jobs by themselves, so that a decision is there before anybody asks.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "service/jobs/job_book.h"
#include "service/jobs/judge.h"
#include "service/jobs/policy_book.h"

namespace tune {

struct EvaluatorStats {
  int64_t rounds = 0, judged = 0, failed = 0;  // since the start
  absl::Duration last_round;                   // that it took
};

// Every `period` one round: jobs that were pushed to since the last one; all of them when a policy changed.
class Evaluator {
 public:
  // What is told of each job that was judged, as long as the judgement is valid.
  using Judged = std::function<void(const JobKey& job, const Judgement& judged, absl::Time now)>;

  // All of them outlive this. `clock` tells the time of a decision. `judged` may be empty.
  Evaluator(JobBook& jobs, const PolicyBook& policies, Judge& judge, absl::Duration period,
            std::function<absl::Time()> clock, Judged judged = nullptr);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  EvaluatorStats stats() const;

 private:
  void Run();
  void Round();
  bool Ending() const;
  std::vector<JobKey> DueJobs();

  JobBook& jobs_;
  const PolicyBook& policies_;
  Judge& judge_;
  const absl::Duration period_;
  const std::function<absl::Time()> clock_;
  const Judged judged_;
  int64_t policy_version_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  EvaluatorStats stats_;
  std::thread thread_;
};

}  // namespace tune
