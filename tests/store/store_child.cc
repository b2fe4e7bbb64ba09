// Writes to a store without an end, many writes under way, and says on its standard output what was acknowledged, each
// in a line. `store_child PATH SEED`; store_kill_test.cc kills it and looks at what is there. Exits with 3 when it
// finds at its start that something is missing or doubled.
//
// The n-th push of a job has sequence n, and its payload and a checkpoint's blob begin with n.
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/store/store.h"

namespace tune {
namespace {

constexpr int kJobs = 5, kMostUnderWay = 64;
constexpr int64_t kStartMs = 1'700'000'000'000;

JobKey JobAt(int index) { return {"ns", absl::StrCat(index), JobKind::kDeployment}; }

// One write: what is in a pipe is not lost with the process.
void Say(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::exit(4);
}

[[noreturn]] void Bad(const std::string& what) {
  Say("bad " + what + "\n");
  std::_Exit(3);
}

class Writing {
 public:
  Writing(Store& store, unsigned seed) : store_(store), random_(seed) {}

  void Restore() {
    const absl::Status status = store_.ForEachJob([this](const StoredJob& job) {
      if (!job.damage.ok()) Bad(std::string(job.damage.message()));
      int64_t last = job.checkpoint ? std::atoll(job.checkpoint->blob.c_str()) : 0;
      if (job.checkpoint && last != job.checkpoint->sequence) Bad("checkpoint");
      for (const StoredPush& push : job.tail) {
        ++last;
        if (push.sequence != last || std::atoll(push.payload.c_str()) != last) Bad("push " + push.payload);
      }
      const auto index = static_cast<size_t>(std::atoi(job.job.name.c_str()));
      sent_[index] = acknowledged_[index] = last;
      return absl::OkStatus();
    });
    if (!status.ok()) Bad(std::string(status.message()));
  }

  void Step() {
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return under_way_ < kMostUnderWay; });
      ++under_way_;
    }
    const auto index = static_cast<size_t>(random_() % kJobs);
    const uint64_t action = random_() % 20;
    if (action < 13) {
      PushNext(index);
    } else if (action < 15) {
      PushAgain(index);
    } else if (action < 17) {
      PutCheckpoint(index);
    } else if (action < 19) {
      Decide(index);
    } else if (random_() % 2 == 0) {
      PutPolicy(index);
    } else {
      store_.Sweep(Time(), [this](const absl::StatusOr<SweepResult>& swept) { Ended(swept.status(), ""); });
    }
  }

 private:
  absl::Time Time() { return absl::FromUnixMillis(kStartMs + static_cast<int64_t>(random_() % 1'000'000)); }
  std::string Filled(int64_t number) { return absl::StrCat(number, std::string(random_() % 3000, ' ')); }
  PushRecord MakePush(size_t index, int64_t number) {
    return {
        JobAt(static_cast<int>(index)), {absl::StrCat("k", number), ""}, Filled(number), absl::StrCat(number), Time()};
  }

  void Ended(const absl::Status& status, const std::string& line) {
    if (!status.ok()) Bad(std::string(status.message()));
    if (!line.empty()) Say(line);
    const std::scoped_lock lock(mutex_);
    --under_way_;
    ready_.notify_one();
  }

  void PushNext(size_t index) {
    const int64_t number = ++sent_[index];
    store_.AppendPush(MakePush(index, number), [this, index, number](const absl::StatusOr<PushResult>& result) {
      if (result.ok() && (result->repeated || result->sequence != number)) Bad(absl::StrCat("sequence of ", number));
      {
        const std::scoped_lock lock(mutex_);
        acknowledged_[index] = number;
      }
      Ended(result.status(), absl::StrCat("push ", index, " ", number, "\n"));
    });
  }

  void PushAgain(size_t index) {
    const int64_t number = sent_[index];
    if (number == 0) return Ended(absl::OkStatus(), "");
    store_.AppendPush(MakePush(index, number), [this, number](const absl::StatusOr<PushResult>& result) {
      if (result.ok() && (!result->repeated || result->sequence != number || result->answer != absl::StrCat(number))) {
        Bad(absl::StrCat("not repeated: ", number));
      }
      Ended(result.status(), "");
    });
  }

  void PutCheckpoint(size_t index) {
    int64_t number = 0;
    {
      const std::scoped_lock lock(mutex_);
      number = acknowledged_[index];
    }
    if (number == 0) return Ended(absl::OkStatus(), "");
    store_.PutCheckpoint({JobAt(static_cast<int>(index)), number, Filled(number), Time()},
                         [this, index, number](const absl::Status& status) {
                           Ended(status, absl::StrCat("checkpoint ", index, " ", number, "\n"));
                         });
  }

  void Decide(size_t index) {
    const std::string reason = absl::StrCat("d", random_(), random_());
    store_.AppendDecision({JobAt(static_cast<int>(index)), Time(), "scale", reason, "blob"}, "recommendation",
                          [this, reason](const absl::StatusOr<int64_t>& id) {
                            Ended(id.status(), absl::StrCat("decision ", id.value_or(0), " ", reason, "\n"));
                          });
  }

  void PutPolicy(size_t index) {
    const std::string blob = absl::StrCat("p", random_(), random_());
    store_.PutPolicy({{PolicyScope::Level::kJob, JobAt(static_cast<int>(index))}, blob, "child", Time()}, {},
                     [this, index, blob](const absl::StatusOr<int64_t>& revision) {
                       Ended(revision.status(),
                             absl::StrCat("policy ", index, " ", revision.value_or(0), " ", blob, "\n"));
                     });
  }

  Store& store_;
  std::mt19937 random_;  // of the main thread
  std::array<int64_t, kJobs> sent_{};
  std::mutex mutex_;
  std::condition_variable ready_;
  std::array<int64_t, kJobs> acknowledged_{};
  int under_way_ = 0;
};

int Main(const std::string& path, unsigned seed) {
  StoreOptions options;
  options.path = path;
  options.most_decisions = 1'000'000;
  const auto store = Store::Open(options);
  if (!store.ok()) Bad(std::string(store.status().message()));
  Writing writing(**store, seed);
  writing.Restore();
  while (true) writing.Step();
}

}  // namespace
}  // namespace tune

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return tune::Main(argv[1], static_cast<unsigned>(std::atoi(argv[2])));
}
