// WatchJobs over connections that come and go: nothing is missed.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/client/client.h"

namespace tune {

class JobWatch {
 public:
  struct Listener {
    // In the order in which the server sent them. After a connection was lost they go on where they ended, or begin
    // anew with RESET.
    std::function<void(const v1::JobEvent& event)> event;
    // The stream ended, and why; it is opened again after `wait`.
    std::function<void(const absl::Status& why, absl::Duration wait)> lost;
  };

  // `client` outlives this.
  JobWatch(Client& client, const v1::JobFilter& filter, Listener listener);
  JobWatch(const JobWatch&) = delete;
  JobWatch& operator=(const JobWatch&) = delete;

  // Until Stop(): then OK. An error before the first event, which must come within the client's timeout, or one that
  // goes away by no waiting (a right that is missing), ends it too. Called once.
  absl::Status Run();
  // From any thread, before Run() or during it.
  void Stop();

 private:
  class Stream;
  // What the stream ended with. OK: Stop().
  grpc::Status Follow();
  // False: stopped.
  bool Sleep(absl::Duration wait);

  Client& client_;
  v1::WatchJobsRequest request_;  // with the last event's token
  const Listener listener_;
  bool had_event_ = false;         // in any stream
  bool stream_had_event_ = false;  // in the last one

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

}  // namespace tune
