#include "service/client/job_watch.h"

#include <utility>

#include "absl/time/clock.h"
#include "service/client/errors.h"
#include "service/kube/backoff.h"

namespace tune {
namespace {

constexpr absl::Duration kFirstWait = absl::Milliseconds(500), kLongestWait = absl::Seconds(30);
constexpr int kMostFirstTries = 3;

// Those that another try may mend.
bool MayPass(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::OK:  // the server ended the stream, though nobody asked it to
    case grpc::UNAVAILABLE:
    case grpc::DEADLINE_EXCEEDED:
    case grpc::RESOURCE_EXHAUSTED:
    case grpc::INTERNAL:  // a connection that broke within a message
    case grpc::UNKNOWN:
    case grpc::CANCELLED:
      return true;
    default:
      return false;
  }
}

}  // namespace

// One call: events as they come, one at a time.
class JobWatch::Stream final : public grpc::ClientReadReactor<v1::JobEvent> {
 public:
  Stream(JobWatch& watch, const v1::WatchJobsRequest& request) : watch_(watch), request_(request) {}

  absl::Status Begin() {
    if (absl::Status status = watch_.client_.Prepare(context_); !status.ok()) return status;
    watch_.client_.stub().async()->WatchJobs(&context_, &request_, this);
    AddHold();  // reads are asked for outside of reactions
    StartRead(&event_);
    StartCall();
    return absl::OkStatus();
  }

  // The next event. nullptr: the stream ended, it was stopped, or nothing came until `deadline`; see Finish().
  const v1::JobEvent* Next(absl::Time deadline) {
    if (std::exchange(taken_, false)) StartRead(&event_);
    std::unique_lock lock(watch_.mutex_);
    const auto is_over = [this] { return read_ || ended_ || watch_.stopped_; };
    if (deadline == absl::InfiniteFuture()) {
      watch_.changed_.wait(lock, is_over);
    } else if (!watch_.changed_.wait_until(lock, absl::ToChronoTime(deadline), is_over)) {
      late_ = true;
    }
    if (!read_ || watch_.stopped_) return nullptr;
    read_ = false;
    taken_ = true;
    return &event_;
  }

  // Ends the call, if it has not ended.
  grpc::Status Finish() {
    if (!Ended()) context_.TryCancel();
    RemoveHold();
    std::unique_lock lock(watch_.mutex_);
    watch_.changed_.wait(lock, [this] { return done_; });
    if (watch_.stopped_) return grpc::Status::OK;
    return late_ ? grpc::Status(grpc::DEADLINE_EXCEEDED, "") : status_;
  }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(watch_.mutex_);
    (ok ? read_ : ended_) = true;
    watch_.changed_.notify_all();
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(watch_.mutex_);
    status_ = status;
    done_ = true;
    watch_.changed_.notify_all();
  }

 private:
  bool Ended() {
    const std::lock_guard lock(watch_.mutex_);
    return ended_;
  }

  JobWatch& watch_;
  const v1::WatchJobsRequest request_;
  grpc::ClientContext context_;
  v1::JobEvent event_;  // of gRPC while it reads, else of Next()'s caller
  bool taken_ = false;  // the last event was handed out, and the next is not asked for
  bool late_ = false;
  // Under the watch's mutex.
  bool read_ = false;   // an event is there
  bool ended_ = false;  // no more comes
  bool done_ = false;   // gRPC has done with this
  grpc::Status status_;
};

JobWatch::JobWatch(Client& client, const v1::JobFilter& filter, Listener listener)
    : client_(client), listener_(std::move(listener)) {
  *request_.mutable_filter() = filter;
}

absl::Status JobWatch::Run() {
  Backoff backoff(kFirstWait, kLongestWait);
  for (int tries = 1;; ++tries) {
    const grpc::Status status = Follow();
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return absl::OkStatus();
    }
    const absl::Status why = ToStatus(status, client_.asked());
    if (!MayPass(status)) return why;
    if (!had_event_ && (tries == kMostFirstTries || status.error_code() == grpc::DEADLINE_EXCEEDED)) return why;
    if (stream_had_event_) backoff.Reset();
    const absl::Duration wait = RetryDelay(status).value_or(backoff.Next());
    if (!had_event_ && wait >= client_.asked().timeout) return why;
    if (had_event_) listener_.lost(why, wait);
    if (!Sleep(wait)) return absl::OkStatus();
  }
}

grpc::Status JobWatch::Follow() {
  stream_had_event_ = false;
  Stream stream(*this, request_);
  if (absl::Status status = stream.Begin(); !status.ok()) {
    return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
  }
  absl::Time deadline = absl::Now() + client_.asked().timeout;
  while (const v1::JobEvent* event = stream.Next(deadline)) {
    had_event_ = stream_had_event_ = true;
    deadline = absl::InfiniteFuture();
    if (event->kind() == v1::JOB_EVENT_KIND_RESET) request_.clear_resume_token();
    if (!event->resume_token().empty()) request_.set_resume_token(event->resume_token());
    listener_.event(*event);
  }
  return stream.Finish();
}

bool JobWatch::Sleep(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, absl::ToChronoMilliseconds(wait), [this] { return stopped_; });
}

void JobWatch::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace tune
