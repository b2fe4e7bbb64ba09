// What the service tells of each call, for logs and metrics.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tune/v1/recommendation.pb.h"

namespace tune {

class Observer {
 public:
  virtual ~Observer() = default;

  // A call came to its end. Thread-safe. `method`: "Recommend".
  virtual void OnCall(const char* method, const std::string& caller, absl::StatusCode code, absl::Duration took) = 0;
  // An answer was given for one job.
  virtual void OnAnswer(const std::string& caller, v1::Action action) = 0;
};

}  // namespace tune
