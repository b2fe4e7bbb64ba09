#include "service/jobs/job_ref.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

using testing::HasSubstr;

std::string Refusal(const std::string& ns, const std::string& name) {
  v1::JobRef ref;
  ref.set_namespace_(ns);
  ref.set_name(name);
  Violations violations;
  ReadJobRef(ref, Path("job"), violations);
  return std::string(violations.ToStatus().message());
}

TEST(JobRef, IsTakenBothWays) {
  for (const JobKind kind : {JobKind::kDeployment, JobKind::kSessionJob}) {
    const JobKey job{"team-a", "orders.v2", kind};
    v1::JobRef ref;
    Write(job, ref);
    Violations violations;
    EXPECT_EQ(ReadJobRef(ref, Path("job"), violations), job);
    EXPECT_TRUE(violations.empty());
  }
}

TEST(JobRef, WithoutAKindIsADeployment) {
  v1::JobRef ref;
  ref.set_namespace_("a");
  ref.set_name("b");
  Violations violations;
  EXPECT_EQ(ReadJobRef(ref, Path("job"), violations).kind, JobKind::kDeployment);
  ref.set_kind(v1::JOB_KIND_UNSPECIFIED);
  ReadJobRef(ref, Path("job"), violations);
  EXPECT_EQ(violations.ToStatus().message(), "job.kind = 0; allowed: JOB_KIND_DEPLOYMENT, JOB_KIND_SESSION_JOB");
}

// Names go into paths of requests, files and logs.
TEST(JobRef, RefusesWhatIsNoNameInACluster) {
  for (const std::string& name : {std::string(""), std::string("../x"), std::string("a/b"), std::string("A"),
                                  std::string("a\nb"), std::string("-a"), std::string("a-"), std::string("a%2f"),
                                  std::string(254, 'a'), std::string("a\0b", 3), std::string("ä")}) {
    EXPECT_THAT(Refusal("team-a", name), HasSubstr("job.name = ")) << name;
  }
  for (const std::string& ns : {std::string(""), std::string("a.b"), std::string(64, 'a'), std::string("..")}) {
    EXPECT_THAT(Refusal(ns, "orders"), HasSubstr("job.namespace = ")) << ns;
  }
  EXPECT_EQ(Refusal(std::string(63, 'a'), std::string(253, 'b')), "");
}

}  // namespace
}  // namespace tune
