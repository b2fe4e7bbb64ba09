// The service's memory on the disk of this folder: pushes that are acknowledged after their fsync, and a restart.
//
// STORE_BENCH_DIR names another folder; a file system in memory has no fsync to wait for.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/store/store.h"

namespace tune {
namespace {

const absl::Time kNow = absl::FromUnixMillis(1'700'000'000'000);

class Folder {
 public:
  Folder() {
    const char* base = std::getenv("STORE_BENCH_DIR");
    path_ = absl::StrCat(base != nullptr ? base : ".", "/store-bench-XXXXXX");
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  StoreOptions options() const {
    StoreOptions options;
    options.path = path_ + "/state.db";
    return options;
  }

 private:
  std::string path_;
};

std::unique_ptr<Store> MustOpen(const StoreOptions& options) {
  auto store = Store::Open(options);
  if (!store.ok()) std::abort();
  return *std::move(store);
}

// At most so many writes at a time.
class UnderWay {
 public:
  explicit UnderWay(int64_t most) : most_(most) {}
  void Begin() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return count_ < most_; });
    ++count_;
  }
  void End(const absl::Status& status) {
    if (!status.ok()) std::abort();
    const std::scoped_lock lock(mutex_);
    --count_;
    ready_.notify_one();
  }
  void WaitForAll() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  const int64_t most_;
  std::mutex mutex_;
  std::condition_variable ready_;
  int64_t count_ = 0;
};

JobKey JobAt(int64_t index) { return {"shop", absl::StrCat("job-", index), JobKind::kDeployment}; }

void Push(Store& store, UnderWay& under_way, int64_t job, const std::string& key, const std::string& payload) {
  under_way.Begin();
  store.AppendPush({JobAt(job), {key, "0123456789abcdef0123456789abcdef"}, payload, "", kNow},
                   [&under_way](const absl::StatusOr<PushResult>& result) { under_way.End(result.status()); });
}

// Pushes of 2 KB under a key each, for 1,000 jobs in turn; every 16th push of a job is followed by a checkpoint of
// 64 KB, which takes them in.
void BM_Pushes(benchmark::State& state) {
  const Folder folder;
  const auto store = MustOpen(folder.options());
  UnderWay under_way(state.range(0));
  const std::string payload(2048, 'p'), blob(64 << 10, 'c');
  int64_t count = 0;
  for (auto _ : state) {
    const int64_t job = count % 1000, sequence = count / 1000 + 1;
    Push(*store, under_way, job, absl::StrCat("key-", count), payload);
    if (sequence % 16 == 0) {
      under_way.Begin();
      store->PutCheckpoint({JobAt(job), sequence, blob, kNow}, [&](const absl::Status& s) { under_way.End(s); });
    }
    ++count;
  }
  under_way.WaitForAll();
  const StoreStats stats = store->stats();
  state.SetItemsProcessed(state.iterations());
  state.counters["writes/commit"] = static_cast<double>(stats.writes) / static_cast<double>(stats.commits);
}
BENCHMARK(BM_Pushes)->ArgName("in_flight")->Arg(1)->Arg(10)->Arg(100)->UseRealTime()->MinTime(2);

// Open and read all of 1,000 jobs, each with a checkpoint and 16 pushes of 2 KB behind it.
void BM_Restart(benchmark::State& state) {
  constexpr int kJobs = 1000, kTail = 16;
  const Folder folder;
  const std::string payload(2048, 'p'), blob(static_cast<size_t>(state.range(0)), 'c');
  {
    const auto store = MustOpen(folder.options());
    UnderWay under_way(100);
    for (int job = 0; job < kJobs; ++job) {
      Push(*store, under_way, job, "first", payload);
      under_way.Begin();
      store->PutCheckpoint({JobAt(job), 1, blob, kNow}, [&](const absl::Status& s) { under_way.End(s); });
      for (int i = 0; i < kTail; ++i) Push(*store, under_way, job, absl::StrCat("key-", i), payload);
    }
    under_way.WaitForAll();
  }
  int64_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    const auto store = MustOpen(folder.options());
    const absl::Status status = store->ForEachJob([&](const StoredJob& job) {
      bytes += static_cast<int64_t>(job.checkpoint->blob.size());
      for (const StoredPush& push : job.tail) bytes += static_cast<int64_t>(push.payload.size());
      return absl::OkStatus();
    });
    if (!status.ok()) std::abort();
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}
BENCHMARK(BM_Restart)->ArgName("checkpoint_bytes")->Arg(64 << 10)->Arg(512 << 10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tune
