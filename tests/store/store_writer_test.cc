// Groups, the queue's end, and what one write's failure does to the others.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::HasSubstr;

class StoreWriter : public StoreTest {};

// While it lives the writer is held up in a `done`.
class HeldUp {
 public:
  HeldUp(Store& store, const JobKey& job) {
    auto entered = std::make_shared<std::promise<void>>();
    store.AppendPush({job, {}, "held", "", At(absl::ZeroDuration())},
                     [entered, gone = gone_.get_future().share()](const absl::StatusOr<PushResult>&) {
                       entered->set_value();
                       gone.wait();
                     });
    entered->get_future().wait();
  }
  ~HeldUp() { gone_.set_value(); }

 private:
  std::promise<void> gone_;
};

TEST_F(StoreWriter, CommitsTogetherWhatWaits) {
  std::atomic<int> done = 0;
  {
    const HeldUp held(store(), other_);
    for (int i = 0; i < 100; ++i) {
      store().AppendPush({job_, {}, "a", "", At(absl::ZeroDuration())}, [&, i](const absl::StatusOr<PushResult>& told) {
        EXPECT_EQ(told->sequence, i + 1);
        EXPECT_EQ(done.fetch_add(1), i);  // in order
      });
    }
    EXPECT_EQ(store().stats().queued, 100);
    EXPECT_GT(store().stats().queued_bytes, 0);
  }
  while (store().stats().queued > 0) std::this_thread::yield();
  ASSERT_TRUE(Push(store(), other_, "last").ok());
  EXPECT_EQ(done, 100);
  const StoreStats stats = store().stats();
  EXPECT_EQ(stats.largest_group, 100);
  EXPECT_EQ(stats.writes, 102);
  EXPECT_EQ(stats.commits, 3);
  EXPECT_EQ(stats.failures, 0);
  EXPECT_EQ(stats.queued, 0);
  EXPECT_EQ(stats.queued_bytes, 0);
  EXPECT_GT(stats.file_bytes + stats.wal_bytes, 0);
}

TEST_F(StoreWriter, AFailureLeavesTheOthersOfItsGroup) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k", "h"}).ok());
  std::vector<absl::Status> told(5);
  {
    const HeldUp held(store(), other_);
    for (size_t i = 0; i < told.size(); ++i) {
      const IdempotencyKey key = i % 2 == 1 ? IdempotencyKey{"k", "another"} : IdempotencyKey{};
      store().AppendPush({job_, key, absl::StrCat(i), "", At(absl::ZeroDuration())},
                         [&told, i](const absl::StatusOr<PushResult>& result) { told[i] = result.status(); });
    }
  }
  ASSERT_TRUE(Forget(store(), other_).ok());
  for (size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].code(), i % 2 == 1 ? absl::StatusCode::kAlreadyExists : absl::StatusCode::kOk) << i;
  }
  EXPECT_EQ(OnlyJob(store()), "none: 1=a 2=0 3=2 4=4");
  EXPECT_EQ(store().stats().failures, 2);
}

TEST_F(StoreWriter, AFullQueueSaysToComeAgain) {
  options_.most_queued = 3;  // one that is under way, two that wait
  Reopen();
  std::atomic<int> written = 0;
  {
    const HeldUp held(store(), other_);
    for (int i = 0; i < 3; ++i) {
      store().AppendPush({job_, {}, "a", "", At(absl::ZeroDuration())},
                         [&](const absl::StatusOr<PushResult>& told) { written += told.ok() ? 1 : 0; });
    }
    const auto refused = Push(store(), job_, "b");
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(ShouldRetryLater(refused.status()));
    EXPECT_THAT(refused.status().message(), HasSubstr("try again"));
    EXPECT_EQ(store().stats().refused, 1);
  }
  absl::StatusOr<PushResult> again = Push(store(), job_, "b");
  while (ShouldRetryLater(again.status())) again = Push(store(), job_, "b");
  EXPECT_EQ(again->sequence, 4);
  EXPECT_EQ(written, 3);
}

TEST_F(StoreWriter, AQueueFullOfBytesSaysToComeAgainAndTakesOneLargeWrite) {
  options_.most_queued_bytes = 1 << 20;
  Reopen();
  const std::string large(2 << 20, 'x');
  EXPECT_TRUE(Push(store(), job_, large).ok());
  std::atomic<bool> written = false;
  {
    const HeldUp held(store(), other_);
    store().AppendPush({job_, {}, large, "", At(absl::ZeroDuration())},
                       [&](const absl::StatusOr<PushResult>& told) { written = told.ok(); });
    EXPECT_TRUE(ShouldRetryLater(Push(store(), job_, "b").status()));
  }
  store_.reset();
  EXPECT_TRUE(written);
}

TEST_F(StoreWriter, CommitsWhatWaitsBeforeItEnds) {
  std::atomic<int> done = 0;
  for (int i = 0; i < 500; ++i) {
    store().AppendPush({job_, {}, "a", "", At(absl::ZeroDuration())},
                       [&](const absl::StatusOr<PushResult>& told) { done += told.ok() ? 1 : 0; });
  }
  store_.reset();
  EXPECT_EQ(done, 500);
  Reopen();
  EXPECT_EQ(Jobs(store())[0].tail.size(), 500u);
}

TEST_F(StoreWriter, TakesWritesAndReadsOfManyThreads) {
  constexpr int kThreads = 8, kPushes = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      const JobKey job = {"ns", absl::StrCat(t)};
      for (int i = 0; i < kPushes; ++i) {
        EXPECT_EQ(Push(store(), job, "a")->sequence, i + 1);
        EXPECT_EQ(store().SizesOf(job).tail_pushes, i + 1);
        if (i % 20 == 0) {
          EXPECT_TRUE(Recommend(store(), job, absl::StrCat(i)).ok());
          EXPECT_EQ((*store().GetRecommendation(job))->blob, absl::StrCat(i));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Jobs(store()).size(), static_cast<size_t>(kThreads));
}

}  // namespace
}  // namespace tune
