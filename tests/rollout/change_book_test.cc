#include "service/rollout/change_book.h"

#include <gmock/gmock.h>

#include <limits>

#include "service/jobs/job_ref.h"
#include "service/rollout/change.h"
#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = At(absl::ZeroDuration());

class Changes : public StoreTest {
 protected:
  Changes() { OpenBook(); }
  void OpenBook() {
    damaged_.clear();
    auto book = ChangeBook::Open(
        store(), [this](const absl::Status& status) { damaged_.push_back(status); },
        [this](const v1::Change& change) { told_.push_back(change); });
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }
  void StartOver() {
    book_.reset();
    Reopen();
    OpenBook();
  }
  static v1::Change Of(const JobKey& job, const std::string& author = "tuned") {
    v1::Change change;
    Write(job, *change.mutable_job());
    change.set_state(v1::CHANGE_STATE_APPLYING);
    change.set_author(author);
    return change;
  }
  v1::Change MustBegin(const JobKey& job, const IdempotencyKey& key = {}, const std::string& author = "tuned") {
    const auto begun = book_->Begin(Of(job, author), key, kNow);
    EXPECT_TRUE(begun.ok()) << begun.status();
    return begun.ok() ? begun->change : v1::Change();
  }
  void MustEnd(v1::Change change, v1::ChangeState state = v1::CHANGE_STATE_STABLE) {
    End(state, "why", kNow, change);
    ASSERT_TRUE(book_->Put(change, kNow).ok());
  }
  std::vector<int64_t> Listed(const ChangeFilter& filter = {}, int64_t before = 0, int64_t most = 100,
                              bool* more = nullptr) const {
    const auto changes = book_->List(filter, before, most, more);
    EXPECT_TRUE(changes.ok()) << changes.status();
    std::vector<int64_t> ids;
    for (const v1::Change& change : *changes) ids.push_back(change.id());
    return ids;
  }

  std::vector<absl::Status> damaged_;
  std::vector<v1::Change> told_;
  std::unique_ptr<ChangeBook> book_;
};

TEST_F(Changes, ThatAreNotOverSurviveARestart) {
  v1::Change change = MustBegin(job_);
  EXPECT_GT(change.id(), 0);
  StartOver();
  ASSERT_TRUE(book_->OpenOf(job_));
  EXPECT_EQ(book_->OpenOf(job_)->SerializeAsString(), change.SerializeAsString());
  change.set_state(v1::CHANGE_STATE_WATCHED);
  change.set_generation_after(4);
  ASSERT_TRUE(book_->Put(change, kNow).ok());
  StartOver();
  EXPECT_EQ(book_->OpenOf(job_)->generation_after(), 4);
  EXPECT_THAT(book_->Open(), SizeIs(1));
  MustEnd(change);
  EXPECT_EQ(book_->OpenOf(job_), std::nullopt);
  StartOver();
  EXPECT_THAT(book_->Open(), IsEmpty());
  EXPECT_EQ(book_->Find(change.id())->state(), v1::CHANGE_STATE_STABLE);
  EXPECT_THAT(damaged_, IsEmpty());
}

TEST_F(Changes, OfAJobComeOneAfterTheOther) {
  const v1::Change first = MustBegin(job_);
  EXPECT_EQ(book_->Begin(Of(job_), {}, kNow).status().code(), absl::StatusCode::kFailedPrecondition);
  const v1::Change other = MustBegin(other_);
  EXPECT_THAT(book_->Open(), SizeIs(2)) << "another job's";
  MustEnd(first);
  EXPECT_GT(MustBegin(job_).id(), other.id());
}

TEST_F(Changes, OfARepeatedKeyAreMadeOnce) {
  const IdempotencyKey key = {"k", "h"};
  v1::Change change = MustBegin(job_, key);
  change.set_state(v1::CHANGE_STATE_WATCHED);
  ASSERT_TRUE(book_->Put(change, kNow).ok());
  StartOver();
  const auto again = book_->Begin(Of(job_), key, kNow);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->change.id(), change.id());
  EXPECT_EQ(again->change.state(), v1::CHANGE_STATE_WATCHED) << "as it is now";
  EXPECT_EQ(book_->Begin(Of(job_), {"k", "h2"}, kNow).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ((*book_->FindByKey(job_, key))->id(), change.id());
  EXPECT_EQ(*book_->FindByKey(job_, {"other", "h"}), std::nullopt);
  EXPECT_EQ(*book_->FindByKey(job_, {}), std::nullopt);
  EXPECT_EQ(book_->FindByKey(job_, {"k", "h2"}).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(Listed(), SizeIs(1));
}

TEST_F(Changes, ThatAreOverStaySo) {
  v1::Change change = MustBegin(job_);
  MustEnd(change);
  EXPECT_FALSE(book_->Put(change, kNow).ok()) << "it is APPLYING here";
  EXPECT_EQ(book_->OpenOf(job_), std::nullopt);
  EXPECT_EQ(book_->Find(change.id())->state(), v1::CHANGE_STATE_STABLE);
}

TEST_F(Changes, AreToldWhenTheyAreOnTheDisk) {
  v1::Change change = MustBegin(job_);
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].id(), change.id());
  MustEnd(change);
  ASSERT_THAT(told_, SizeIs(2));
  EXPECT_EQ(told_[1].state(), v1::CHANGE_STATE_STABLE);
  change.set_id(99);
  EXPECT_FALSE(book_->Put(change, kNow).ok());
  EXPECT_FALSE(book_->Begin(Of(job_), {std::string(100'000, 'k'), "h"}, kNow).ok());
  EXPECT_THAT(told_, SizeIs(2)) << "what failed is not told";
}

TEST_F(Changes, AreListedTheLatestFirstInPages) {
  std::vector<int64_t> ids;
  for (int i = 0; i < 5; ++i) {
    const v1::Change change = MustBegin(i == 2 ? other_ : job_);
    ids.push_back(change.id());
    MustEnd(change);
  }
  EXPECT_THAT(Listed(), ElementsAre(ids[4], ids[3], ids[2], ids[1], ids[0]));
  ChangeFilter of_job;
  of_job.job = job_;
  bool more = false;
  EXPECT_THAT(Listed(of_job, 0, 2, &more), ElementsAre(ids[4], ids[3]));
  EXPECT_TRUE(more);
  EXPECT_THAT(Listed(of_job, ids[3], 3, &more), ElementsAre(ids[1], ids[0]));
  EXPECT_FALSE(more);
}

TEST_F(Changes, ThatAreNotThereAreNotFound) {
  const int64_t id = MustBegin(job_).id();
  EXPECT_TRUE(book_->Find(id).ok());
  for (const int64_t none :
       {id + 1, int64_t{0}, int64_t{-1}, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(book_->Find(none).status().code(), absl::StatusCode::kNotFound) << none;
  }
}

TEST_F(Changes, ThatAreDamagedAreToldAndTheOthersAreThere) {
  const int64_t bad = MustBegin(job_).id();
  const int64_t good = MustBegin(other_).id();
  book_.reset();
  ChangeFile(absl::StrCat("UPDATE changes SET blob = x'ff' WHERE id = ", bad));
  OpenBook();
  ASSERT_THAT(damaged_, SizeIs(1));
  EXPECT_EQ(damaged_[0].code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(damaged_[0].message()), HasSubstr(absl::StrCat("change ", bad)));
  EXPECT_THAT(book_->Open(), SizeIs(1));
  EXPECT_THAT(Listed(), ElementsAre(good));
  EXPECT_EQ(book_->Find(bad).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(book_->Begin(Of(job_), {}, kNow).status().code(), absl::StatusCode::kFailedPrecondition)
      << "what became of that one is not known";
}

}  // namespace
}  // namespace tune
