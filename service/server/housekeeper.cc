#include "service/server/housekeeper.h"

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "service/store/wait_for.h"

namespace tune {
namespace {

constexpr absl::Duration kBetweenRounds = absl::Hours(1);
constexpr absl::Duration kBetweenParts = absl::Milliseconds(100);  // of one round
constexpr size_t kPage = 1000;

}  // namespace

Housekeeper::Housekeeper(Store& store, JobBook& jobs, Judge& judge, const ClusterView* cluster,
                         absl::Duration forget_after)
    : store_(store), jobs_(jobs), judge_(judge), cluster_(cluster), forget_after_(forget_after) {
  thread_ = std::thread([this] { Run(); });
}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  end_.notify_all();
  thread_.join();
}

// False: it is time to end.
bool Housekeeper::MaySleep(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return !end_.wait_for(lock, absl::ToChronoNanoseconds(wait), [this] { return ending_; });
}

void Housekeeper::Run() {
  while (MaySleep(kBetweenRounds)) {
    const absl::Time now = absl::Now();
    ForgetJobs(now);
    Sweep(now);
  }
}

// A cluster that could not be listed yet might have any job.
void Housekeeper::ForgetJobs(absl::Time now) {
  if (cluster_ != nullptr && !cluster_->WaitSettled(absl::ZeroDuration())) return;
  std::optional<JobKey> after;
  for (std::vector<JobKey> page = jobs_.List(after, kPage); !page.empty(); page = jobs_.List(after, kPage)) {
    for (const JobKey& job : page) {
      const std::optional<SamplesState> samples = jobs_.Samples(job);
      if (!samples || samples->last_push + forget_after_ > now) continue;
      if (cluster_ != nullptr && cluster_->FindJob(job) != nullptr) continue;
      jobs_.Forget(job);
      judge_.Forget(job);
    }
    after = page.back();
  }
}

void Housekeeper::Sweep(absl::Time now) {
  for (bool more = true; more;) {
    const auto swept = WaitFor<absl::StatusOr<SweepResult>>(
        [&](Store::Done<SweepResult> done) { store_.Sweep(now, std::move(done)); });
    more = swept.ok() && swept->more && MaySleep(kBetweenParts);
  }
}

}  // namespace tune
