// A full disk, for real; a quota; and what happens once there is room again.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "tests/store/small_disk.h"
#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::HasSubstr;

class StoreRoom : public StoreTest {
 protected:
  // Pushes until there is no room; how many were acknowledged.
  int Fill(size_t bytes) {
    for (int i = 0; i < 10'000; ++i) {
      const auto pushed = Push(store(), job_, std::string(bytes, 'x'));
      if (pushed.ok()) continue;
      EXPECT_EQ(pushed.status().code(), absl::StatusCode::kResourceExhausted) << pushed.status();
      EXPECT_FALSE(ShouldRetryLater(pushed.status()));
      EXPECT_THAT(pushed.status().message(), HasSubstr("state.db"));
      return i;
    }
    ADD_FAILURE() << "never full";
    return 0;
  }
  void ExpectPushes(size_t count) {
    const auto jobs = Jobs(store());
    ASSERT_EQ(jobs.size(), count == 0 ? 0u : 1u);
    EXPECT_TRUE(jobs[0].damage.ok()) << jobs[0].damage;
    ASSERT_EQ(jobs[0].tail.size(), count);
    for (size_t i = 0; i < count; ++i) EXPECT_EQ(jobs[0].tail[i].sequence, static_cast<int64_t>(i) + 1);
  }
};

TEST_F(StoreRoom, TheQuotaEndsWritesAndLosesNothing) {
  options_.most_file_bytes = 2 << 20;
  Reopen();
  const int count = Fill(10'000);
  EXPECT_GT(count, 100);  // 2 MiB / 10,000 B = 209, less what pages and tables take
  EXPECT_LE(store().stats().file_bytes, 2 << 20);
  ExpectPushes(static_cast<size_t>(count));
  Reopen();
  ExpectPushes(static_cast<size_t>(count));
  EXPECT_EQ(Push(store(), job_, std::string(10'000, 'x')).status().code(), absl::StatusCode::kResourceExhausted);
  // What is folded makes room, also for the checkpoint itself.
  ASSERT_TRUE(Checkpoint(store(), job_, count, std::string(1 << 20, 'c')).ok());
  EXPECT_EQ(Push(store(), job_, "more")->sequence, count + 1);
}

TEST_F(StoreRoom, AWriteThatFindsNoRoomLeavesTheOthersOfItsGroup) {
  options_.most_file_bytes = 1 << 20;
  Reopen();
  std::promise<void> go;
  store().AppendPush({other_, {}, "held", "", At(absl::ZeroDuration())},
                     [&](const absl::StatusOr<PushResult>&) { go.get_future().wait(); });
  std::vector<std::promise<absl::Status>> told(5);
  for (size_t i = 0; i < told.size(); ++i) {
    store().AppendPush({job_, {}, std::string(i == 2 ? 4 << 20 : 10, 'x'), "", At(absl::ZeroDuration())},
                       [&told, i](const absl::StatusOr<PushResult>& result) { told[i].set_value(result.status()); });
  }
  go.set_value();
  for (size_t i = 0; i < told.size(); ++i) {
    const absl::Status status = told[i].get_future().get();
    EXPECT_EQ(status.code(), i == 2 ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kOk) << i << status;
  }
  ASSERT_TRUE(Forget(store(), other_).ok());
  ExpectPushes(4);
}

TEST_F(StoreRoom, ALargerQuotaThanBeforeMakesRoomAndASmallerOneKeepsWhatIsThere) {
  options_.most_file_bytes = 2 << 20;
  Reopen();
  const int count = Fill(10'000);
  options_.most_file_bytes = 1 << 20;
  Reopen();
  ExpectPushes(static_cast<size_t>(count));
  EXPECT_EQ(Push(store(), job_, std::string(100'000, 'x')).status().code(), absl::StatusCode::kResourceExhausted);
  options_.most_file_bytes = 4 << 20;
  Reopen();
  EXPECT_TRUE(Push(store(), job_, std::string(100'000, 'x')).ok());
}

TEST_F(StoreRoom, ALimitOfTheSystemOnFilesIsOneToo) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {2 << 20, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const int count = Fill(20'000);
  ExpectPushes(static_cast<size_t>(count));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(Push(store(), job_, "more")->sequence, count + 1);
  Reopen();
  ExpectPushes(static_cast<size_t>(count) + 1);
}

TEST_F(StoreRoom, AFullDiskEndsWritesAndLosesNothingAndRoomEndsThat) {
  const SmallDisk disk(folder_.File("disk"));
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small file system";
  options_.path = folder_.File("disk/state.db");
  Reopen();
  ASSERT_TRUE(Decide(store(), other_, "before").ok());
  const std::string ballast = folder_.File("disk/ballast");
  std::ofstream(ballast) << std::string(1 << 20, 'b');
  const auto count = static_cast<size_t>(Fill(20'000));
  EXPECT_GT(count, 50u);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(Push(store(), job_, std::string(200'000, 'x')).ok());
  ExpectPushes(count);  // reading goes on
  std::filesystem::remove(ballast);
  EXPECT_EQ(Push(store(), job_, "more")->sequence, static_cast<int64_t>(count) + 1);
  ExpectPushes(count + 1);
  std::ofstream(ballast) << std::string(8 << 20, 'b');  // full to the last byte, also when it is opened
  Reopen();
  ExpectPushes(count + 1);
  EXPECT_EQ(store().ListDecisions(nullptr, 0, 10)->size(), 1u);
  std::filesystem::remove(ballast);
  EXPECT_TRUE(Push(store(), job_, "and more").ok());
  store_.reset();  // before the disk
}

}  // namespace
}  // namespace tune
