// What libtune tells people about a job where they look for it: Events of the cluster.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/kube/client.h"

namespace tune {

struct JobEvent {
  JobKey job;
  std::string uid;     // of the object
  std::string reason;  // why it is told: "Recommendation", "Applied", "RolledBack", "Refused"; at most 128 bytes
  std::string action;  // what was done: "Resize"; at most 128 bytes
  std::string note;    // for a person; cut to what the API server takes, 1,024 bytes
  bool warning = false;
};

// Thread-safe. The same about the same job is one Event of this process that counts how often it came; it is sent again
// no sooner than `least_pause` after the last time.
class EventRecorder {
 public:
  // `client` outlives this. `instance` is this process's name.
  EventRecorder(KubeClient& client, std::string instance, absl::Duration least_pause = absl::Minutes(10))
      : client_(client), instance_(std::move(instance)), least_pause_(least_pause) {}

  // One request, or none where it was told just now. Errors are KubeClient's.
  absl::Status Record(const JobEvent& event, absl::Time now);

 private:
  struct Told {
    int64_t count = 0;
    absl::Time first, sent;
    std::list<std::string>::iterator place;
  };
  // As it is to be told now; count 0: not now.
  Told Count(const std::string& name, absl::Time now);
  void Forget(const std::string& name);

  static constexpr size_t kMostTold = 10'000;  // the ones not told of for longest go; they begin anew

  KubeClient& client_;
  const std::string instance_;
  const absl::Duration least_pause_;
  std::mutex mutex_;
  std::map<std::string, Told> told_;
  std::list<std::string> oldest_first_;
};

}  // namespace tune
