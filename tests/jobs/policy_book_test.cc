#include "service/jobs/policy_book.h"

#include <gmock/gmock.h>

#include "tests/jobs/kept_jobs.h"

namespace tune {
namespace {

using testing::HasSubstr;
using Level = PolicyScope::Level;

using PolicyBookTest = KeptJobs;

TuningPolicy Named(const std::string& name) {
  TuningPolicy policy;
  policy.name = name;
  return policy;
}

const PolicyScope kEveryone{Level::kDefault, {}};
const PolicyScope kTeam{Level::kNamespace, {"team-a", "", JobKind::kDeployment}};
const PolicyScope kOrders{Level::kJob, {"team-a", "orders", JobKind::kDeployment}};

TEST_F(PolicyBookTest, TheNarrowestIsInForce) {
  const JobKey bills{"team-a", "bills", JobKind::kDeployment}, other{"team-b", "orders", JobKind::kDeployment};
  const auto name = [&](const JobKey& job) { return policies_->For(job)->policy.name; };
  EXPECT_EQ(name(orders_), "balanced");
  EXPECT_FALSE(policies_->For(orders_)->stored.has_value()) << "the server's own";
  ASSERT_TRUE(Put(kEveryone, Named("all")).ok());
  ASSERT_TRUE(Put(kTeam, Named("team")).ok());
  ASSERT_TRUE(Put(kOrders, Named("orders")).ok());
  EXPECT_EQ(name(orders_), "orders");
  EXPECT_EQ(name(bills), "team");
  EXPECT_EQ(name(other), "all");
  EXPECT_EQ(policies_->For(orders_)->stored->author(), "ann");
  EXPECT_EQ(policies_->For(kTeam)->policy.name, "team");
  Reopen();
  EXPECT_EQ(name(orders_), "orders");
  ASSERT_TRUE(Put(kOrders, std::nullopt).ok());
  EXPECT_EQ(name(orders_), "team");
  Reopen();
  EXPECT_EQ(name(orders_), "team");
  EXPECT_EQ(Put(kOrders, std::nullopt).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PolicyBookTest, ChangesOnlyTheRevisionThatWasMeant) {
  const auto first = Put(kTeam, Named("first"), {0, {}});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Put(kTeam, Named("second"), {0, {}}).status().code(), absl::StatusCode::kAborted) << "there is one";
  const auto second = Put(kTeam, Named("second"), {(*first)->revision(), {}});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GT((*second)->revision(), (*first)->revision());
  EXPECT_EQ(Put(kTeam, Named("third"), {(*first)->revision(), {}}).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(policies_->For(orders_)->policy.name, "second");
}

TEST_F(PolicyBookTest, AVersionTellsThatSomethingChanged) {
  const int64_t before = policies_->version();
  ASSERT_TRUE(Put(kTeam, Named("team")).ok());
  EXPECT_GT(policies_->version(), before);
}

TEST(PolicyScopes, AreRefusedWithTheirField) {
  v1::PolicyScope scope;
  EXPECT_THAT(ReadScope(scope).status().message(),
              HasSubstr("scope = absent; allowed: everyone, a namespace or a job"));
  scope.set_everyone(false);
  EXPECT_THAT(ReadScope(scope).status().message(), HasSubstr("scope.everyone = false; allowed: true"));
  scope.set_namespace_("..");
  EXPECT_THAT(ReadScope(scope).status().message(), HasSubstr("scope.namespace = \"..\""));
  scope.mutable_job()->set_name("x");
  EXPECT_THAT(ReadScope(scope).status().message(), HasSubstr("scope.job.namespace = \"\""));
}

}  // namespace
}  // namespace tune
