// What a Flink operator writes into FlinkDeployments' status, without any Flink: brings specs in, well or badly.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "service/kube/client.h"

namespace tune {

// What happens to a spec that is not the job's first one. The first one always works.
enum class Fate {
  kRuns,
  kIgnored,       // the operator never takes it up
  kRefused,       // it does not take it up, and says why; the job keeps running
  kUpgradeFails,  // the job is stopped, and starts no more
  kRolledBack,    // the operator goes back by itself
  kOomKilled,     // it runs, and a TaskManager is killed for its memory
  kCrashLoop,     // it runs, and Flink restarts it again and again
  kStops,         // it runs, and then fails for good
};

// Looks at all FlinkDeployments of a namespace every few milliseconds.
class MadeUpOperator {
 public:
  // `client` outlives it.
  MadeUpOperator(KubeClient& client, std::string ns);
  ~MadeUpOperator();
  MadeUpOperator(const MadeUpOperator&) = delete;
  MadeUpOperator& operator=(const MadeUpOperator&) = delete;

  void Set(const std::string& job, Fate fate);
  // From now on the spec that the job has is the one that works. Waits until the operator has seen it.
  void Accept(const std::string& job);

 private:
  struct Seen {
    Fate fate = Fate::kRuns;
    nlohmann::json first_spec;  // null: not seen yet
    int64_t generation = 0;     // that is brought in
    absl::Time since;           // when that began
    int pods = 0;               // that died
    std::string written;        // status that was written last
  };

  void Run();
  void Look();
  void Bring(const nlohmann::json& object, Seen& seen);
  nlohmann::json StatusOf(const nlohmann::json& object, Seen& seen);
  void KillPod(const std::string& job, int number);

  KubeClient& client_;
  const std::string ns_;
  std::mutex mutex_;
  std::map<std::string, Seen> jobs_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace tune
