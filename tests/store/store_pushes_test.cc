// Pushes, their keys, and the checkpoints that take them in.
#include <gmock/gmock.h>

#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::HasSubstr;

class StorePushes : public StoreTest {};

TEST_F(StorePushes, CountUpwardsWithinEachJob) {
  EXPECT_EQ(Push(store(), job_, "a")->sequence, 1);
  EXPECT_EQ(Push(store(), job_, "b")->sequence, 2);
  EXPECT_EQ(Push(store(), other_, "x")->sequence, 1);
  EXPECT_EQ(Push(store(), job_, "c")->sequence, 3);
  std::map<JobKey, std::string> texts;
  for (const StoredJob& job : Jobs(store())) texts[job.job] = TextOf(job);
  EXPECT_EQ(texts[job_], "none: 1=a 2=b 3=c");
  EXPECT_EQ(texts[other_], "none: 1=x");
}

TEST_F(StorePushes, AreThereAfterARestartAndCountOn) {
  const std::string bytes("\0\xff binary \n", 11);
  ASSERT_TRUE(Push(store(), job_, bytes, {}, "", At(absl::Minutes(3))).ok());
  Reopen();
  const auto jobs = Jobs(store());
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].job, job_);
  EXPECT_EQ(jobs[0].tail[0].payload, bytes);
  EXPECT_EQ(jobs[0].tail[0].time, At(absl::Minutes(3)));
  EXPECT_EQ(Push(store(), job_, "b")->sequence, 2);
}

TEST_F(StorePushes, UnderAKnownKeyAreAnsweredAsTheFirstTime) {
  const IdempotencyKey key = {"k1", "hash"};
  EXPECT_FALSE(Push(store(), job_, "a", key, "3 samples")->repeated);
  ASSERT_TRUE(Push(store(), job_, "b").ok());
  Reopen();
  const auto again = Push(store(), job_, "a", key, "another answer");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->sequence, 1);
  EXPECT_EQ(again->answer, "3 samples");
  EXPECT_EQ(OnlyJob(store()), "none: 1=a 2=b");
  EXPECT_FALSE(Push(store(), other_, "a", key)->repeated);  // keys are a job's own
}

TEST_F(StorePushes, UnderAKeyOfAnotherRequestAreRefusedAndLeaveNothing) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k1", "hash"}).ok());
  const auto other = Push(store(), job_, "b", {"k1", "another"});
  EXPECT_EQ(other.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(other.status().message(), HasSubstr("k1"));
  EXPECT_EQ(Push(store(), job_, "c")->sequence, 2);
  EXPECT_EQ(OnlyJob(store()), "none: 1=a 2=c");
}

TEST_F(StorePushes, OfOneGroupWithOneKeyAreWrittenOnce) {
  std::vector<std::future<PushResult>> results;
  for (int i = 0; i < 50; ++i) {
    auto promise = std::make_shared<std::promise<PushResult>>();
    results.push_back(promise->get_future());
    store().AppendPush({job_, {"k", "h"}, "a", "first", At(absl::ZeroDuration())},
                       [promise](absl::StatusOr<PushResult> result) { promise->set_value(*std::move(result)); });
  }
  int written = 0;
  for (auto& result : results) {
    const PushResult told = result.get();
    EXPECT_EQ(told.sequence, 1);
    written += told.repeated ? 0 : 1;
  }
  EXPECT_EQ(written, 1);
  EXPECT_EQ(OnlyJob(store()), "none: 1=a");
}

TEST_F(StorePushes, ACheckpointTakesTheirPlaceUpToItsSequence) {
  for (const char* payload : {"a", "b", "c"}) ASSERT_TRUE(Push(store(), job_, payload).ok());
  ASSERT_TRUE(Checkpoint(store(), job_, 2, "ab").ok());
  EXPECT_EQ(OnlyJob(store()), "ab@2: 3=c");
  ASSERT_TRUE(Checkpoint(store(), job_, 3, "abc").ok());
  EXPECT_EQ(OnlyJob(store()), "abc@3:");
  Reopen();
  EXPECT_EQ(OnlyJob(store()), "abc@3:");
  EXPECT_EQ(Push(store(), job_, "d")->sequence, 4);
  EXPECT_EQ(OnlyJob(store()), "abc@3: 4=d");
}

TEST_F(StorePushes, KeysAreKnownBeyondTheCheckpoint) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k1", "h"}, "answer").ok());
  ASSERT_TRUE(Checkpoint(store(), job_, 1, "a").ok());
  const auto again = Push(store(), job_, "a", {"k1", "h"});
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->answer, "answer");
  EXPECT_EQ(OnlyJob(store()), "a@1:");
}

TEST_F(StorePushes, ACheckpointNeitherGoesBackNorBeyondThem) {
  EXPECT_EQ(Checkpoint(store(), job_, 1, "x").code(), absl::StatusCode::kInvalidArgument);
  for (const char* payload : {"a", "b", "c"}) ASSERT_TRUE(Push(store(), job_, payload).ok());
  EXPECT_EQ(Checkpoint(store(), job_, 4, "x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Checkpoint(store(), job_, 0, "x").code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(Checkpoint(store(), job_, 2, "ab").ok());
  EXPECT_EQ(Checkpoint(store(), job_, 1, "a").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Checkpoint(store(), job_, 2, "AB").ok());
  EXPECT_EQ(OnlyJob(store()), "AB@2: 3=c");
}

TEST_F(StorePushes, SizesTellTailAndCheckpoint) {
  const auto sizes = [&] {
    const JobSizes s = store().SizesOf(job_);
    return std::vector<int64_t>{s.checkpoint_bytes, s.tail_bytes, s.tail_pushes};
  };
  EXPECT_EQ(sizes(), (std::vector<int64_t>{0, 0, 0}));
  ASSERT_TRUE(Push(store(), job_, "aa", {"k", ""}).ok());
  ASSERT_TRUE(Push(store(), job_, "aa", {"k", ""}).ok());  // repeated: not written
  ASSERT_TRUE(Push(store(), job_, "bbb").ok());
  EXPECT_EQ(sizes(), (std::vector<int64_t>{0, 5, 2}));  // 2 + 3 bytes
  ASSERT_TRUE(Checkpoint(store(), job_, 1, "12345").ok());
  EXPECT_EQ(sizes(), (std::vector<int64_t>{5, 3, 1}));
  Reopen();
  EXPECT_EQ(sizes(), (std::vector<int64_t>{5, 3, 1}));
  ASSERT_TRUE(Forget(store(), job_).ok());
  EXPECT_EQ(sizes(), (std::vector<int64_t>{0, 0, 0}));
}

TEST_F(StorePushes, OfAForgottenJobAreGoneWithItsKeysAndItsRecommendation) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k1", "h"}).ok());
  ASSERT_TRUE(Checkpoint(store(), job_, 1, "a").ok());
  ASSERT_TRUE(Decide(store(), job_, "why").ok());
  ASSERT_TRUE(Push(store(), other_, "x").ok());
  ASSERT_TRUE(Forget(store(), job_).ok());
  EXPECT_EQ(OnlyJob(store()), "none: 1=x");
  EXPECT_FALSE(store().GetRecommendation(job_)->has_value());
  EXPECT_EQ(store().ListDecisions(&job_, 0, 10)->size(), 1u);
  EXPECT_FALSE(Push(store(), job_, "a", {"k1", "h"})->repeated);
  EXPECT_TRUE(Forget(store(), {"no", "such", JobKind::kDeployment}).ok());
}

TEST_F(StorePushes, AreReadWhileOthersAreWritten) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Push(store(), {"ns", absl::StrCat("j", i)}, "a").ok());
  int seen = 0;
  const absl::Status status = store().ForEachJob([&](const StoredJob& job) {
    ++seen;
    return Push(store(), job.job, "b").status();  // from within, and read by others at the same time
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen, 20);
  for (const StoredJob& job : Jobs(store())) EXPECT_EQ(TextOf(job), "none: 1=a 2=b");
}

TEST_F(StorePushes, ReadingEndsWithTheFirstErrorOfTheReader) {
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(Push(store(), {"ns", name}, "x").ok());
  int seen = 0;
  const absl::Status status = store().ForEachJob(
      [&](const StoredJob&) { return ++seen == 2 ? absl::CancelledError("enough") : absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(seen, 2);
}

TEST_F(StorePushes, OutOfRangeAreRefusedByField) {
  options_.most_blob_bytes = 1024;
  Reopen();
  EXPECT_TRUE(Push(store(), job_, std::string(1024, 'x')).ok());
  struct Case {
    JobKey job;
    size_t payload;
    size_t key;
    absl::Time time;
    const char* want;
  };
  const absl::Time now = At(absl::ZeroDuration());
  const std::string name(253, 'n');
  EXPECT_TRUE(Push(store(), {name, name}, "x").ok());
  for (const Case& c :
       {Case{job_, 1025, 0, now, "payload = 1025 bytes; allowed: at most 1024 bytes"},
        Case{job_, 1, 257, now, "idempotency_key = 257 bytes"}, Case{{"", "x"}, 1, 0, now, "job.namespace"},
        Case{{"x", ""}, 1, 0, now, "job.name"}, Case{{"x", name + "n"}, 1, 0, now, "job.name = 254 bytes"},
        Case{{"x", "a\nb"}, 1, 0, now, "no control characters"},
        Case{{"x", std::string("a\0b", 3)}, 1, 0, now, "no control characters"},
        Case{job_, 1, 0, absl::InfiniteFuture(), "time"}, Case{job_, 1, 0, absl::InfinitePast(), "time"}}) {
    const auto result = Push(store(), c.job, std::string(c.payload, 'x'), {std::string(c.key, 'k'), ""}, "", c.time);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << c.want;
    EXPECT_THAT(result.status().message(), HasSubstr(c.want));
  }
}

TEST_F(StorePushes, NamesAreDataWhateverTheySay) {
  const JobKey hostile = {"'; DROP TABLE pushes; --", "\xff\xfe% _ \" ?1"};
  ASSERT_TRUE(Push(store(), hostile, "a").ok());
  ASSERT_TRUE(Push(store(), hostile, "b").ok());
  EXPECT_EQ(OnlyJob(store()), "none: 1=a 2=b");
  EXPECT_EQ(Jobs(store())[0].job, hostile);
}

}  // namespace
}  // namespace tune
