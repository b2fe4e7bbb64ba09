#include <gmock/gmock.h>

#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::HasSubstr;

class StorePolicies : public StoreTest {
 protected:
  std::string BlobOf(const PolicyScope& scope) {
    const auto policy = store().GetPolicy(scope);
    EXPECT_TRUE(policy.ok()) << policy.status();
    return *policy ? (*policy)->policy.blob : "none";
  }

  const PolicyScope default_ = {};
  const PolicyScope namespace_ = {PolicyScope::Level::kNamespace, {"shop", ""}};
  const PolicyScope of_job_ = {PolicyScope::Level::kJob, job_};
};

TEST_F(StorePolicies, AreKeptByScope) {
  EXPECT_EQ(BlobOf(default_), "none");
  ASSERT_TRUE(Put(store(), default_, "d").ok());
  ASSERT_TRUE(Put(store(), namespace_, "n").ok());
  ASSERT_TRUE(Put(store(), of_job_, "j").ok());
  Reopen();
  EXPECT_EQ(BlobOf(default_), "d");
  EXPECT_EQ(BlobOf(namespace_), "n");
  EXPECT_EQ(BlobOf(of_job_), "j");
  EXPECT_EQ(BlobOf({PolicyScope::Level::kJob, other_}), "none");
  const StoredPolicy stored = **store().GetPolicy(of_job_);
  EXPECT_EQ(stored.policy.who, "ann");
  EXPECT_EQ(stored.policy.time, At(absl::ZeroDuration()));
  EXPECT_EQ(stored.policy.scope, of_job_);
}

TEST_F(StorePolicies, EachChangeHasALaterRevision) {
  const int64_t first = *Put(store(), default_, "a");
  const int64_t second = *Put(store(), of_job_, "b");
  const int64_t third = *Put(store(), default_, "c");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_EQ((*store().GetPolicy(default_))->revision, third);
  ASSERT_EQ(*Remove(store(), default_), third);
  EXPECT_EQ(BlobOf(default_), "none");
  Reopen();
  EXPECT_LT(third, *Put(store(), default_, "d"));  // also after the last one is gone
}

TEST_F(StorePolicies, OfAnotherRevisionThanExpectedStay) {
  EXPECT_EQ(Put(store(), default_, "x", {1, {}}).status().code(), absl::StatusCode::kAborted);
  const int64_t revision = *Put(store(), default_, "a", {0, {}});
  const auto late = Put(store(), default_, "b", {0, {}});
  EXPECT_EQ(late.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(late.status().message(), HasSubstr(absl::StrCat("it is at ", revision)));
  EXPECT_EQ(Remove(store(), default_, {revision + 1, {}}).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(BlobOf(default_), "a");
  EXPECT_TRUE(Put(store(), default_, "b", {revision, {}}).ok());
  EXPECT_EQ(Remove(store(), of_job_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(StorePolicies, ARepeatedChangeIsMadeOnce) {
  const PolicyChange change = {0, {"k", "h"}};
  const int64_t revision = *Put(store(), default_, "a", change);
  EXPECT_EQ(*Put(store(), default_, "a", change), revision);  // although 0 is expected no more
  EXPECT_EQ(Put(store(), default_, "b", {{}, {"k", "h2"}}).status().code(), absl::StatusCode::kAlreadyExists);
  const PolicyChange removal = {revision, {"k2", "h"}};
  EXPECT_EQ(*Remove(store(), default_, removal), revision);
  EXPECT_EQ(*Remove(store(), default_, removal), revision);
  EXPECT_EQ(BlobOf(default_), "none");
}

TEST_F(StorePolicies, AreListedByRevisionInPages) {
  const int64_t first = *Put(store(), default_, "a");
  ASSERT_TRUE(Put(store(), namespace_, "b").ok());
  ASSERT_TRUE(Put(store(), of_job_, "c").ok());
  ASSERT_TRUE(Put(store(), default_, "d").ok());
  const auto all = store().ListPolicies(0, 100);
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[0].policy.blob + (*all)[1].policy.blob + (*all)[2].policy.blob, "bcd");
  EXPECT_EQ(store().ListPolicies(first, 1)->front().policy.blob, "b");
  EXPECT_TRUE(store().ListPolicies(all->back().revision, 10)->empty());
  EXPECT_EQ(store().ListPolicies(0, 0).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(StorePolicies, OfAScopeThatSaysTooMuchOrTooLittleAreRefused) {
  for (const PolicyScope& scope :
       {PolicyScope{PolicyScope::Level::kDefault, {"shop", ""}}, PolicyScope{PolicyScope::Level::kNamespace, {"", ""}},
        PolicyScope{PolicyScope::Level::kNamespace, {"shop", "orders"}},
        PolicyScope{PolicyScope::Level::kNamespace, {"shop", "", JobKind::kSessionJob}},
        PolicyScope{PolicyScope::Level::kJob, {"shop", ""}}}) {
    EXPECT_EQ(Put(store(), scope, "x").status().code(), absl::StatusCode::kInvalidArgument) << ToText(scope);
    EXPECT_EQ(store().GetPolicy(scope).status().code(), absl::StatusCode::kInvalidArgument) << ToText(scope);
  }
}

TEST(JobKeyText, TellsSessionJobs) {
  EXPECT_EQ(ToText(JobKey{"shop", "orders", JobKind::kDeployment}), "shop/orders");
  EXPECT_EQ(ToText(JobKey{"shop", "orders", JobKind::kSessionJob}), "shop/orders (session job)");
}

class StorePauses : public StoreTest {
 protected:
  absl::StatusOr<int64_t> Pause(const PolicyScope& scope, const std::string& blob) {
    return WaitFor<absl::StatusOr<int64_t>>(
        [&](const auto& done) { store().PutPause({scope, blob, "ann", At(absl::ZeroDuration())}, done); });
  }
  absl::StatusOr<int64_t> Resume(const PolicyScope& scope) {
    return WaitFor<absl::StatusOr<int64_t>>(
        [&](const auto& done) { store().RemovePause(scope, At(absl::ZeroDuration()), done); });
  }
};

TEST_F(StorePauses, AreKeptByScopeBesideThePolicies) {
  const PolicyScope everyone, of_job = {PolicyScope::Level::kJob, job_};
  ASSERT_TRUE(Put(store(), everyone, "policy").ok());
  ASSERT_TRUE(Pause(everyone, "first").ok());
  ASSERT_TRUE(Pause(of_job, "job").ok());
  ASSERT_TRUE(Pause(everyone, "second").ok());  // in place of the first
  Reopen();
  const auto pauses = store().ListPauses(0, 10);
  ASSERT_TRUE(pauses.ok()) << pauses.status();
  ASSERT_EQ(pauses->size(), 2u);
  EXPECT_EQ((*pauses)[0].policy.scope, of_job);
  EXPECT_EQ((*pauses)[1].policy.blob, "second");
  EXPECT_EQ((*pauses)[1].policy.who, "ann");
  ASSERT_TRUE(Resume(everyone).ok());
  EXPECT_EQ(Resume(everyone).status().message(), "pause of \"default\": there is none");
  EXPECT_EQ(store().ListPauses(0, 10)->size(), 1u);
  EXPECT_EQ((*store().GetPolicy(everyone))->policy.blob, "policy");
}

}  // namespace
}  // namespace tune
