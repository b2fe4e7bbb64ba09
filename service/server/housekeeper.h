// Removes from store and memory what is no longer kept, an hour apart.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "service/cluster/cluster_view.h"
#include "service/jobs/job_book.h"
#include "service/jobs/judge.h"
#include "service/store/store.h"

namespace tune {

class Housekeeper {
 public:
  // Jobs go that were not pushed to for `forget_after` and that the cluster, where one is followed, does not have. All
  // of them outlive this.
  Housekeeper(Store& store, JobBook& jobs, Judge& judge, const ClusterView* cluster, absl::Duration forget_after);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void Run();
  void ForgetJobs(absl::Time now);
  void Sweep(absl::Time now);
  bool MaySleep(absl::Duration wait);

  Store& store_;
  JobBook& jobs_;
  Judge& judge_;
  const ClusterView* const cluster_;
  const absl::Duration forget_after_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace tune
