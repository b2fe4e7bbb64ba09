// A store in a folder of its own, and its calls as if they waited.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/store/database.h"
#include "service/store/store.h"
#include "service/store/wait_for.h"
#include "tests/support/temporary_folder.h"

namespace tune {

constexpr int64_t kStartMs = 1'700'000'000'000;
inline absl::Time At(absl::Duration since_start) { return absl::FromUnixMillis(kStartMs) + since_start; }

inline std::unique_ptr<Store> MustOpen(const StoreOptions& options) {
  auto store = Store::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

inline absl::StatusOr<PushResult> Push(Store& store, const JobKey& job, const std::string& payload,
                                       const IdempotencyKey& key = {}, const std::string& answer = "",
                                       absl::Time time = At(absl::ZeroDuration())) {
  return WaitFor<absl::StatusOr<PushResult>>(
      [&](const auto& done) { store.AppendPush({job, key, payload, answer, time}, done); });
}

inline absl::Status Checkpoint(Store& store, const JobKey& job, int64_t sequence, const std::string& blob) {
  return WaitFor<absl::Status>(
      [&](const auto& done) { store.PutCheckpoint({job, sequence, blob, At(absl::ZeroDuration())}, done); });
}

inline absl::Status Forget(Store& store, const JobKey& job) {
  return WaitFor<absl::Status>([&](const auto& done) { store.ForgetJob(job, done); });
}

inline absl::Status Recommend(Store& store, const JobKey& job, const std::string& blob,
                              absl::Time time = At(absl::ZeroDuration())) {
  return WaitFor<absl::StatusOr<int64_t>>(
             [&](const auto& done) { store.AppendDecision({job, time, "scale", "with " + blob, ""}, blob, done); })
      .status();
}

inline absl::StatusOr<int64_t> Decide(Store& store, const JobKey& job, const std::string& reason,
                                      absl::Time time = At(absl::ZeroDuration())) {
  return WaitFor<absl::StatusOr<int64_t>>(
      [&](const auto& done) { store.AppendDecision({job, time, "scale", reason, "blob of " + reason}, "", done); });
}

inline absl::StatusOr<int64_t> Put(Store& store, const PolicyScope& scope, const std::string& blob,
                                   const PolicyChange& change = {}) {
  return WaitFor<absl::StatusOr<int64_t>>(
      [&](const auto& done) { store.PutPolicy({scope, blob, "ann", At(absl::ZeroDuration())}, change, done); });
}

inline absl::StatusOr<int64_t> Remove(Store& store, const PolicyScope& scope, const PolicyChange& change = {}) {
  return WaitFor<absl::StatusOr<int64_t>>(
      [&](const auto& done) { store.RemovePolicy(scope, change, At(absl::ZeroDuration()), done); });
}

inline absl::StatusOr<SweepResult> Sweep(Store& store, absl::Time now) {
  return WaitFor<absl::StatusOr<SweepResult>>([&](const auto& done) { store.Sweep(now, done); });
}

inline std::vector<StoredJob> Jobs(Store& store) {
  std::vector<StoredJob> jobs;
  const absl::Status status = store.ForEachJob([&](StoredJob job) {
    jobs.push_back(std::move(job));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return jobs;
}

// "checkpoint@3: 4=d 5=e", "none: 1=a"
inline std::string TextOf(const StoredJob& job) {
  std::string text = job.checkpoint ? absl::StrCat(job.checkpoint->blob, "@", job.checkpoint->sequence, ":") : "none:";
  for (const StoredPush& push : job.tail) absl::StrAppend(&text, " ", push.sequence, "=", push.payload);
  return text;
}

// Of the only job that is there.
inline std::string OnlyJob(Store& store) {
  const auto jobs = Jobs(store);
  EXPECT_EQ(jobs.size(), 1u);
  return jobs.size() == 1 ? TextOf(jobs.front()) : "";
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    options_.path = folder_.File("state.db");
    Reopen();
  }
  void Reopen() {
    store_.reset();
    store_ = MustOpen(options_);
    ASSERT_NE(store_, nullptr);
  }
  // Changes the file behind the store's back. Who refers to the store has to be gone.
  void ChangeFile(const std::string& sql) {
    store_.reset();
    {
      auto db = Database::Open({options_.path, false, absl::Seconds(5), 1 << 20});
      ASSERT_TRUE(db.ok()) << db.status();
      ASSERT_TRUE((*db)->Run(sql).ok());
    }
    Reopen();
  }
  Store& store() { return *store_; }

  const JobKey job_ = {"shop", "orders", JobKind::kDeployment};
  const JobKey other_ = {"shop", "orders", JobKind::kSessionJob};
  TemporaryFolder folder_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

}  // namespace tune
