// One of several daemons writes: the one that holds a Lease of the cluster.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/kube/client.h"

namespace tune {

struct LeaseOptions {
  std::string ns, name = "tuned";
  std::string identity;  // of this process alone: two with one identity would both hold it
  absl::Duration duration =
      absl::Seconds(15);                    // whole seconds, >= 1: so long after the last renewal another may take it
  absl::Duration renew = absl::Seconds(4);  // > 0, at most a third of `duration`
};

// Asks for the Lease again and again, renews it while it has it, and gives it back when it goes. No two hold it at one
// time, whatever their clocks say: who holds it gives up when it could not renew it for two thirds of `duration`,
// counted from before it asked; others take it when it did not change before their own eyes for all of `duration`.
class Lease {
 public:
  // Told with true when it is held, with false when it is not any more; from one thread.
  using Listener = std::function<void(bool held)>;

  // Starts at once. `client` outlives it. kInvalidArgument: options.
  static absl::StatusOr<std::unique_ptr<Lease>> Start(KubeClient& client, const LeaseOptions& options,
                                                      Listener listener = nullptr);
  // Gives it back. `Abandon()` before it: as a process that is killed.
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Whoever is about to write asks this last.
  bool Held() const;
  void Abandon();
  // Who holds it, as it was last seen; empty: nobody, or not known yet.
  std::string Holder() const;
  // Why it could not be asked for last; OK: it could.
  absl::Status error() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Record;

  Lease(KubeClient& client, const LeaseOptions& options, const std::string& path, const std::string& collection,
        Listener listener);
  void Run();
  absl::StatusOr<Record> Read();
  absl::Status Try();
  absl::Status Take(const Record& record);
  absl::Status Create();
  bool MayTake(const Record& record);
  void Tell();
  void GiveBack();
  std::string BodyOf(const Record& record, const std::string& holder) const;

  KubeClient& client_;
  const LeaseOptions options_;
  const std::string path_, collection_;
  const Listener listener_;

  // Of the thread.
  std::string seen_version_;
  std::optional<Clock::time_point> seen_;  // when this version was seen first
  bool told_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stops_ = false, abandoned_ = false;
  std::optional<Clock::time_point> held_until_;
  std::string holder_;
  absl::Status error_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tune
