// WatchJobs: all jobs, and then each that changes.
#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "service/api/tuner_service.h"
#include "service/jobs/job_ref.h"

namespace tune {
namespace {

constexpr size_t kPage = 256;
constexpr int64_t kMostUntold = 1000;

// One event after the other: the next one is made when the last is written, of jobs as they are then. So a slow reader
// is told less often, and nothing piles up.
class JobWatch final : public grpc::ServerWriteReactor<v1::JobEvent> {
 public:
  JobWatch(const grpc::CallbackServerContext& context, const Door& door, KeptAnswers* kept,
           const v1::WatchJobsRequest& request)
      : call_(std::make_shared<Call>("WatchJobs", context, door)), kept_(kept), request_(request) {}

  void Begin() {
    const absl::StatusOr<std::optional<Wish>> wish =
        WishFor("watch", request_.filter().namespace_(), "filter.namespace");
    if (!wish.ok()) return Finish(call_->End(wish.status()));
    call_->Enter(*wish, [this](const absl::Status& entered) {
      if (!entered.ok()) return Finish(call_->End(entered));
      if (kept_ == nullptr) return Finish(call_->End(NothingKept()));
      Follow();
    });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller went away"));
    Next();
  }
  void OnCancel() override {
    cancelled_ = true;
    Wake();
  }
  void OnDone() override {
    if (subscription_ > 0) kept_->changes().Unsubscribe(subscription_);
    delete this;
  }

 private:
  void Follow() {
    subscription_ = kept_->changes().Subscribe([this] { Wake(); });
    const std::optional<int64_t> number = kept_->changes().NumberOf(request_.resume_token());
    if (number && kept_->changes().Since(*number)) {
      told_ = *number;
    } else {
      StartOver();
    }
    Next();
  }

  // All jobs are told; what changes meanwhile is told afterwards.
  void StartOver() {
    event_.Clear();
    told_ = kept_->changes().last();
    waiting_.clear();
    told_jobs_.clear();
    listed_up_to_.reset();
    listing_ = true;
    reset_waits_ = true;
  }

  // Writes the next event, or waits for a change.
  void Next() {
    while (!cancelled_) {
      if (kept_->changes().closed()) return End(absl::UnavailableError("the server is going down"));
      if (MakeEvent()) return StartWrite(&event_);
      const std::lock_guard lock(mutex_);
      if (!woken_) {
        idle_ = true;
        return;
      }
      woken_ = false;
    }
    End(absl::CancelledError("the caller went away"));
  }

  void Wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      if (!idle_) return;
      idle_ = false;
    }
    // Not on the thread that made the change.
    call_->door().workers.Run([this] { Next(); });
  }

  bool MakeEvent() {
    event_.Clear();
    if (std::exchange(reset_waits_, false)) {
      event_.set_kind(v1::JOB_EVENT_KIND_RESET);
      return true;
    }
    while (true) {
      while (!waiting_.empty()) {
        const JobKey job = waiting_.front();
        waiting_.pop_front();
        if (waiting_.empty() && !listing_) bookmark_waits_ = true;
        if (Tell(job)) return true;
      }
      if (listing_) {
        ListMore();
        continue;
      }
      if (std::exchange(bookmark_waits_, false)) {
        event_.set_kind(v1::JOB_EVENT_KIND_BOOKMARK);
        event_.set_resume_token(kept_->changes().TokenOf(told_));
        bookmarked_ = told_;
        return true;
      }
      if (!TakeChanges()) return false;
      if (std::exchange(reset_waits_, false)) {
        event_.set_kind(v1::JOB_EVENT_KIND_RESET);
        return true;
      }
    }
  }

  void ListMore() {
    const std::vector<JobKey> page = kept_->directory().List(listed_up_to_, kPage, request_.filter().namespace_());
    waiting_.assign(page.begin(), page.end());
    if (page.size() < kPage) {
      listing_ = false;
      if (page.empty()) bookmark_waits_ = true;
    } else {
      listed_up_to_ = page.back();
    }
  }

  // False: there are none.
  bool TakeChanges() {
    const std::optional<ChangeLog::Changes> changes = kept_->changes().Since(told_);
    if (!changes) {
      StartOver();
      return true;
    }
    if (changes->jobs.empty()) return false;
    told_ = changes->up_to;
    const std::string& ns = request_.filter().namespace_();
    for (const JobKey& job : changes->jobs) {
      if (ns.empty() || job.ns == ns) waiting_.push_back(job);
    }
    // Changes of other namespaces alone are worth a word now and then.
    if (waiting_.empty()) bookmark_waits_ = told_ - bookmarked_ > kMostUntold;
    return true;
  }

  // False: the reader need not know.
  bool Tell(const JobKey& job) {
    v1::JobSummary summary;
    const bool is_there = kept_->directory().Summarise(job, absl::Now(), summary) && Meets(summary, request_.filter());
    if (is_there) {
      told_jobs_.insert(job);
      event_.set_kind(v1::JOB_EVENT_KIND_JOB);
      *event_.mutable_job() = std::move(summary);
      return true;
    }
    // Who resumes may know a job that this call never told of.
    if (told_jobs_.erase(job) == 0 && request_.resume_token().empty()) return false;
    event_.set_kind(v1::JOB_EVENT_KIND_GONE);
    Write(job, *event_.mutable_job()->mutable_job());
    return true;
  }

  void End(const absl::Status& status) {
    if (!ended_.exchange(true)) Finish(call_->End(status));
  }

  const std::shared_ptr<Call> call_;
  KeptAnswers* const kept_;
  const v1::WatchJobsRequest request_;
  int64_t subscription_ = 0;

  // Of whoever makes the next event: one thread at a time.
  v1::JobEvent event_;
  int64_t told_ = 0;        // changes up to this one are told, or wait
  int64_t bookmarked_ = 0;  // the reader knows that they are, up to this one
  std::deque<JobKey> waiting_;
  std::set<JobKey> told_jobs_;
  bool listing_ = false;
  std::optional<JobKey> listed_up_to_;
  bool reset_waits_ = false, bookmark_waits_ = false;

  std::mutex mutex_;
  bool woken_ = false;  // something changed since the last look
  bool idle_ = false;   // nobody makes an event
  std::atomic<bool> cancelled_ = false, ended_ = false;
};

}  // namespace

grpc::ServerWriteReactor<v1::JobEvent>* TunerService::WatchJobs(Context* context, const v1::WatchJobsRequest* request) {
  auto* watch = new JobWatch(*context, door_, kept_, *request);
  watch->Begin();
  return watch;
}

}  // namespace tune
