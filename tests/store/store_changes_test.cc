// Changes of jobs' specs.
#include <gmock/gmock.h>

#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreChanges : public StoreTest {
 protected:
  absl::StatusOr<ChangeId> Append(const JobKey& job, const std::string& blob, bool open = true,
                                  const IdempotencyKey& key = {}, absl::Duration at = absl::ZeroDuration()) {
    return WaitFor<absl::StatusOr<ChangeId>>(
        [&](const auto& done) { store().AppendChange({job, At(at), open, blob}, key, done); });
  }
  absl::Status Update(int64_t id, const JobKey& job, const std::string& blob, bool open,
                      absl::Duration at = absl::Minutes(1)) {
    return WaitFor<absl::Status>([&](const auto& done) { store().UpdateChange(id, {job, At(at), open, blob}, done); });
  }
  std::vector<std::string> Blobs(const ChangeFilter& filter = {}, int64_t before = 0, int64_t most = 100) {
    const auto changes = store().ListChanges(filter, before, most);
    EXPECT_TRUE(changes.ok()) << changes.status();
    std::vector<std::string> blobs;
    for (const StoredChange& stored : *changes) blobs.push_back(stored.change.blob);
    return blobs;
  }
};

TEST_F(StoreChanges, AreWhatTheyWereLast) {
  const auto id = Append(job_, "planned");
  ASSERT_TRUE(id.ok()) << id.status();
  ASSERT_TRUE(Update(id->id, job_, "applied", true).ok());
  Reopen();
  const auto listed = store().ListChanges({}, 0, 10);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 1u);
  const StoredChange& stored = listed->front();
  EXPECT_EQ(stored.id, id->id);
  EXPECT_EQ(stored.begun, At(absl::ZeroDuration()));
  EXPECT_EQ(stored.change.job, job_);
  EXPECT_EQ(stored.change.time, At(absl::Minutes(1)));
  EXPECT_TRUE(stored.change.open);
  EXPECT_EQ(stored.change.blob, "applied");
}

TEST_F(StoreChanges, ThatAreOverStaySo) {
  const int64_t id = Append(job_, "planned")->id;
  ASSERT_TRUE(Update(id, job_, "done", false).ok());
  EXPECT_EQ(Update(id, job_, "again", true).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Update(id + 1, job_, "x", true).code(), absl::StatusCode::kNotFound);
  const int64_t other = Append(other_, "planned")->id;
  const absl::Status foreign = Update(other, job_, "x", true);
  EXPECT_EQ(foreign.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(foreign.message()), HasSubstr("is of \"shop/orders (session job)\""));
  EXPECT_THAT(Blobs(), ElementsAre("planned", "done"));
}

TEST_F(StoreChanges, TheSameRequestAgainAddsNothing) {
  const IdempotencyKey key = {"k", "hash"};
  const auto first = Append(job_, "a", true, key), again = Append(job_, "a", true, key);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_FALSE(first->repeated);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(first->id, again->id);
  EXPECT_EQ(Append(job_, "b", true, {"k", "other"}).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(Blobs(), ElementsAre("a"));
}

TEST_F(StoreChanges, AreOpenOneAtATime) {
  const int64_t first = Append(job_, "a", true, {"k", "hash"})->id;
  const absl::Status second = Append(job_, "b").status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr(absl::StrCat("change ", first)));
  EXPECT_TRUE(Append(job_, "a", true, {"k", "hash"})->repeated) << "a key that came before is known all the same";
  EXPECT_TRUE(Append(other_, "c").ok());
  ASSERT_TRUE(Update(first, job_, "done", false).ok());
  EXPECT_TRUE(Append(job_, "b").ok());
}

TEST_F(StoreChanges, ComeLatestFirstByJobNamespaceAndWhetherTheyAreOver) {
  const JobKey bills = {"bank", "bills"};
  const int64_t a = Append(job_, "a")->id;
  Append(other_, "b", false).IgnoreError();
  const int64_t c = Append(bills, "c")->id;
  EXPECT_THAT(Blobs(), ElementsAre("c", "b", "a"));
  EXPECT_THAT(Blobs({}, c), ElementsAre("b", "a"));
  EXPECT_THAT(Blobs({}, 0, 2), ElementsAre("c", "b"));
  EXPECT_THAT(Blobs({}, a), IsEmpty());
  EXPECT_THAT(Blobs({job_, "", false}), ElementsAre("a"));
  EXPECT_THAT(Blobs({std::nullopt, "shop", false}), ElementsAre("b", "a"));
  EXPECT_THAT(Blobs({std::nullopt, "", true}), ElementsAre("c", "a"));
  EXPECT_THAT(Blobs({other_, "", true}), IsEmpty());
  EXPECT_EQ(store().ListChanges({}, 0, 0).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreChanges, GoWhenTheyWereOverForLongAndNotBefore) {
  options_.keep_changes = absl::Hours(1);
  Reopen();
  const int64_t open = Append(job_, "open")->id;
  Append(job_, "old", false).IgnoreError();
  Append(job_, "new", false, {}, absl::Minutes(90)).IgnoreError();
  const auto swept =
      WaitFor<absl::StatusOr<SweepResult>>([&](const auto& done) { store().Sweep(At(absl::Hours(2)), done); });
  ASSERT_TRUE(swept.ok()) << swept.status();
  EXPECT_EQ(swept->changes, 1);
  EXPECT_THAT(Blobs(), ElementsAre("new", "open"));
  EXPECT_TRUE(Update(open, job_, "done", false).ok()) << "its job is there still";
}

TEST_F(StoreChanges, OneThatIsDamagedIsNamedAndTheOthersAreRead) {
  const int64_t a = Append(job_, "a")->id;
  Append(other_, "b").IgnoreError();
  ChangeFile(absl::StrCat("UPDATE changes SET open = 0 WHERE id = ", a));
  const auto listed = store().ListChanges({}, 0, 10);
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].change.blob, "b");
  EXPECT_EQ((*listed)[1].damage.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string((*listed)[1].damage.message()), HasSubstr(absl::StrCat("change ", a)));
  EXPECT_EQ((*listed)[1].change.blob, "");
}

// A file of the version before changes were kept.
TEST_F(StoreChanges, AnOlderFileGetsATableOfThem) {
  ASSERT_TRUE(Push(store(), job_, "payload").ok());
  ChangeFile("DROP TABLE changes; DROP TABLE pauses; PRAGMA user_version = 1");
  EXPECT_EQ(store().SizesOf(job_).tail_pushes, 1);
  EXPECT_TRUE(Append(job_, "a").ok());
  Reopen();
  EXPECT_THAT(Blobs(), ElementsAre("a"));
}

}  // namespace
}  // namespace tune
