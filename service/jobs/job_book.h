// The jobs that are kept: their windows in memory, and what they were made of in the store.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/jobs/kept_job.h"
#include "service/jobs/under_way.h"
#include "service/store/store.h"
#include "tune/v1/service.pb.h"

namespace tune {

struct JobBookOptions {
  // Of windows that begin; a push may ask for a shorter horizon.
  WindowOptions window = {.bin = absl::Minutes(1), .horizon = absl::Hours(24)};
  size_t most_jobs = 20'000;  // more are refused
  // Told of each job that begins or ceases to be kept; may be empty. It is brief.
  std::function<void(const JobKey&)> changed;
};

// Thread-safe.
class JobBook {
 public:
  // Reads all jobs from `store`, which outlives this. `damaged` is told of each that cannot be read whole; it begins
  // anew, or with what could be read.
  static absl::StatusOr<std::unique_ptr<JobBook>> Open(Store& store, JobBookOptions options,
                                                       const std::function<void(const absl::Status&)>& damaged);
  ~JobBook();
  JobBook(const JobBook&) = delete;
  JobBook& operator=(const JobBook&) = delete;

  using Done = std::function<void(const absl::StatusOr<v1::PushSamplesResponse>&)>;
  // `done` is called once, perhaps from the store's thread, when the samples are on disk and in the window. Errors:
  // ReadPush()'s, the store's; kResourceExhausted: most_jobs are kept.
  void Push(const v1::PushSamplesRequest& request, absl::Time now, Done done);

  // Calls `use` with the job's window, in which `facts(as pushed)` stand; nobody else changes the job meanwhile.
  // kNotFound: the job is not kept, or has no window yet. Else what `use` returns.
  absl::Status Read(const JobKey& job, const std::function<JobFacts(const JobFacts& pushed)>& facts,
                    const std::function<absl::Status(const JobWindow&)>& use) const;
  // nullopt: it is not kept.
  std::optional<SamplesState> Samples(const JobKey& job) const;
  // At most `most` jobs in the order of their keys, behind `after`; nullopt: from the first one on. `ns` empty: of all
  // namespaces.
  std::vector<JobKey> List(const std::optional<JobKey>& after, size_t most, const std::string& ns = "") const;
  size_t size() const;
  // Jobs that were pushed to since the last call.
  std::vector<JobKey> TakePushed();
  // Away with it, in the store too.
  void Forget(const JobKey& job);

 private:
  struct Entry {
    std::mutex mutex;
    KeptJob job;
    int64_t sequence = 0;    // of the last push that is in `job`
    std::mutex state_mutex;  // so that asking for it waits for no judgement
    SamplesState state;      // job.state()
  };

  JobBook(Store& store, JobBookOptions options) : store_(store), options_(std::move(options)) {}
  absl::Status Restore(StoredJob stored);
  std::shared_ptr<Entry> Find(const JobKey& job) const;
  void Take(const JobKey& job, const PushedSamples& pushed, const PushResult& result, absl::Time when,
            v1::PushSamplesResponse& response);
  void Checkpoints();
  void MakeCheckpoint(const JobKey& job);

  Store& store_;
  const JobBookOptions options_;
  mutable std::shared_mutex mutex_;
  std::map<JobKey, std::shared_ptr<Entry>> jobs_;

  // Checkpoints are made by a thread of their own, so that no push waits for one.
  std::mutex work_mutex_;
  std::condition_variable work_;
  std::set<JobKey> to_checkpoint_;
  std::set<JobKey> pushed_;
  bool ending_ = false;
  std::thread checkpointer_;
  UnderWay under_way_;  // writes that the store has; goes first
};

}  // namespace tune
