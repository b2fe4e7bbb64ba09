#include "service/rollout/pause_book.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <thread>

#include "absl/time/clock.h"
#include "libtune/codec/times.h"
#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const absl::Time kNow = At(absl::ZeroDuration());

class Pauses : public StoreTest {
 protected:
  Pauses() { OpenBook(); }
  void OpenBook() {
    auto book = PauseBook::Open(store());
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }
  // As after a restart.
  void StartOver() {
    book_.reset();
    Reopen();
    OpenBook();
  }
  std::vector<std::string> ReasonsOf(const JobKey& job) const {
    std::vector<std::string> reasons;
    for (const v1::Pause& pause : book_->Of(job)) reasons.push_back(pause.reason());
    return reasons;
  }

  const PolicyScope everyone_ = {};
  const PolicyScope namespace_ = {PolicyScope::Level::kNamespace, {"shop", ""}};
  const PolicyScope of_job_ = {PolicyScope::Level::kJob, job_};
  std::unique_ptr<PauseBook> book_;
};

TEST_F(Pauses, HoldUpTheJobsOfTheirScope) {
  EXPECT_TRUE(book_->Check(job_).ok());
  ASSERT_TRUE(book_->Pause(of_job_, "job", "ann", kNow).ok());
  ASSERT_TRUE(book_->Pause(everyone_, "all", "bob", kNow).ok());
  ASSERT_TRUE(book_->Pause(namespace_, "shop", "cid", kNow).ok());
  EXPECT_THAT(ReasonsOf(job_), ElementsAre("all", "shop", "job")) << "the widest first";
  EXPECT_THAT(ReasonsOf(other_), ElementsAre("all", "shop")) << "a session job of the same name";
  EXPECT_THAT(ReasonsOf({"bank", "orders", JobKind::kDeployment}), ElementsAre("all"));
  const absl::Status held = book_->Check(job_);
  EXPECT_EQ(held.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(held.message(), "paused by bob: all");
  ASSERT_TRUE(book_->Resume(everyone_, kNow).ok());
  EXPECT_EQ(book_->Check(job_).message(), "paused by cid: shop");
  EXPECT_TRUE(book_->Check({"bank", "orders", JobKind::kDeployment}).ok());
}

TEST_F(Pauses, OfAScopeAreItsOwnAndTheWiderOnes) {
  ASSERT_TRUE(book_->Pause(of_job_, "job", "ann", kNow).ok());
  ASSERT_TRUE(book_->Pause(namespace_, "shop", "cid", kNow).ok());
  EXPECT_EQ(book_->Of(namespace_).size(), 1u);
  EXPECT_THAT(book_->Of(everyone_), IsEmpty());
}

TEST_F(Pauses, OutliveTheProcess) {
  const auto pause = book_->Pause(namespace_, "release\nweek", "ann", kNow);
  ASSERT_TRUE(pause.ok()) << pause.status();
  EXPECT_EQ(pause->reason(), "release week");
  EXPECT_EQ(pause->scope().namespace_(), "shop");
  EXPECT_EQ(TimeOf(pause->time()), kNow);
  ASSERT_TRUE(book_->Pause(of_job_, "job", "bob", kNow).ok());
  ASSERT_TRUE(book_->Resume(of_job_, kNow).ok());
  StartOver();
  ASSERT_EQ(book_->Of(job_).size(), 1u);
  EXPECT_EQ(book_->Of(job_)[0].SerializeAsString(), pause->SerializeAsString());
}

TEST_F(Pauses, TheLaterOneOfAScopeTakesThePlaceOfTheEarlier) {
  ASSERT_TRUE(book_->Pause(of_job_, "first", "ann", kNow).ok());
  ASSERT_TRUE(book_->Pause(of_job_, "second", "bob", kNow).ok());
  EXPECT_THAT(ReasonsOf(job_), ElementsAre("second"));
  StartOver();
  EXPECT_THAT(ReasonsOf(job_), ElementsAre("second"));
  ASSERT_TRUE(book_->Resume(of_job_, kNow).ok());
  StartOver();
  EXPECT_TRUE(book_->Check(job_).ok());
}

TEST_F(Pauses, OfWhatIsNotPausedAreNotFound) {
  const absl::Status none = book_->Resume(of_job_, kNow);
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(none.message()), HasSubstr("shop/orders"));
}

// The kill switch: what the disk says does not matter.
TEST_F(Pauses, AreInForceThoughTheyCannotBeStored) {
  book_.reset();
  options_.most_blob_bytes = 1024;  // a reason of 1,000 bytes and its author do not fit
  StartOver();
  const auto pause = book_->Pause(of_job_, std::string(1000, 'r'), std::string(1000, 'a'), kNow);
  EXPECT_FALSE(pause.ok());
  EXPECT_FALSE(book_->Check(job_).ok());
  EXPECT_TRUE(book_->Resume(of_job_, kNow).ok()) << "it is in memory alone";
  EXPECT_TRUE(book_->Check(job_).ok());
  EXPECT_FALSE(book_->Pause(of_job_, std::string(1000, 'r'), std::string(1000, 'a'), kNow).ok());
  StartOver();
  EXPECT_TRUE(book_->Check(job_).ok()) << "until the next start";
}

TEST_F(Pauses, ThatAreDamagedStopTheStart) {
  ASSERT_TRUE(book_->Pause(of_job_, "job", "ann", kNow).ok());
  book_.reset();
  ChangeFile("UPDATE pauses SET blob = x'ff'");
  const auto book = PauseBook::Open(store());
  EXPECT_EQ(book.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(book.status().message()), HasSubstr("job shop/orders"));
}

// What waits for the disk while it does nothing.
class PausesWhileTheDiskWaits : public Pauses {
 protected:
  PausesWhileTheDiskWaits() {
    // The store's thread goes on when this returns.
    store().AppendDecision({job_, kNow, "scale", "r", "b"}, "", [this](const auto&) { go_on_.get_future().wait(); });
  }
  ~PausesWhileTheDiskWaits() override {
    for (std::thread& thread : threads_) thread.join();
  }
  void PauseMeanwhile(const PolicyScope& scope, const std::string& reason) {
    threads_.emplace_back([=, this] { EXPECT_TRUE(book_->Pause(scope, reason, "ann", kNow).ok()); });
  }
  // False: not within ten seconds.
  bool ComesIntoForce(const std::string& reason) const {
    for (int i = 0; i < 1000; ++i) {
      const std::vector<std::string> reasons = ReasonsOf(job_);
      if (std::find(reasons.begin(), reasons.end(), reason) != reasons.end()) return true;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return false;
  }

  std::promise<void> go_on_;
  std::vector<std::thread> threads_;
};

TEST_F(PausesWhileTheDiskWaits, AreInForceAtOnce) {
  PauseMeanwhile(everyone_, "first");
  EXPECT_TRUE(ComesIntoForce("first"));
  PauseMeanwhile(of_job_, "second");
  EXPECT_TRUE(ComesIntoForce("second")) << "whoever else is writing";
  go_on_.set_value();
}

TEST_F(PausesWhileTheDiskWaits, LeaveMemoryAsTheDiskThoughSomebodyResumes) {
  threads_.emplace_back([this] { book_->Resume(of_job_, kNow).IgnoreError(); });
  absl::SleepFor(absl::Milliseconds(100));  // so that it asks the disk first, as a rule
  PauseMeanwhile(of_job_, "later");
  EXPECT_TRUE(ComesIntoForce("later"));
  go_on_.set_value();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  EXPECT_FALSE(book_->Check(job_).ok());
  StartOver();
  EXPECT_FALSE(book_->Check(job_).ok());
}

TEST(PauseText, SaysWhoAndWhy) {
  v1::Pause pause;
  EXPECT_EQ(ToText(pause), "paused by somebody");
  pause.set_author("ann");
  pause.set_reason("release");
  EXPECT_EQ(ToText(pause), "paused by ann: release");
}

}  // namespace
}  // namespace tune
