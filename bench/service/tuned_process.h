// `tuned` as a child, and what it costs the machine.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tune::bench {

// As the kernel counts it.
struct ProcessUse {
  double cpu_s = 0;  // user and system, since it began
  int64_t rss_bytes = 0, most_rss_bytes = 0;
};

class TunedProcess {
 public:
  // Starts the program with `flags`, an address and /metrics of its own, and waits until it listens. Its log is added
  // to the file `log`. kUnavailable: it ended, or does not listen within `seconds`; the message has the log's end.
  static absl::StatusOr<std::unique_ptr<TunedProcess>> Start(const std::vector<std::string>& flags,
                                                             const std::string& log, double seconds);
  // Kills it, if Stop() was not called.
  ~TunedProcess();
  TunedProcess(const TunedProcess&) = delete;
  TunedProcess& operator=(const TunedProcess&) = delete;

  const std::string& address() const { return address_; }
  double start_s() const { return start_s_; }  // from its start until it listened
  ProcessUse Use() const;
  // All of /metrics. kUnavailable.
  absl::StatusOr<std::string> Metrics() const;
  // Tells it to go down, and waits: its exit code, 128 + N after signal N.
  int Stop();

 private:
  explicit TunedProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_;  // 0: it is gone
  int metrics_port_ = 0;
  std::string address_;
  double start_s_ = 0;
};

// The value of the line that begins with `series`, as "tuned_store_bytes{kind=\"file\"}". nullopt: there is none.
std::optional<double> ValueOf(const std::string& metrics, const std::string& series);

}  // namespace tune::bench
