#include "service/kube/resource.h"

#include <gtest/gtest.h>

#include "service/kube/backoff.h"

namespace tune {
namespace {

const KubeResource kFlink = {"flink.apache.org", "v1beta1", "flinkdeployments"};
const KubeResource kPods = {"", "v1", "pods"};

TEST(PathOf, NamesGroupNamespaceAndObject) {
  EXPECT_EQ(*PathOf(kFlink, "team", "job"), "/apis/flink.apache.org/v1beta1/namespaces/team/flinkdeployments/job");
  EXPECT_EQ(*PathOf(kFlink, "team", ""), "/apis/flink.apache.org/v1beta1/namespaces/team/flinkdeployments");
  EXPECT_EQ(*PathOf(kPods, "", ""), "/api/v1/pods");
}

TEST(PathOf, NoNameLeavesItsPlace) {
  for (const std::string name : {".", "..", "../../secrets/x", "a/b", "a%2fb", "%2e%2e"}) {
    const auto path = PathOf(kPods, "team", name);
    EXPECT_EQ(path.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_FALSE(PathOf(kPods, name, "pod").ok()) << name;
  }
  EXPECT_FALSE(PathOf(kPods, "", std::string("a\0b", 3)).ok());
  EXPECT_TRUE(PathOf(kPods, "", std::string(253, 'x')).ok());
  EXPECT_FALSE(PathOf(kPods, "", std::string(254, 'x')).ok());
}

TEST(PathOf, EscapesWhatMeansSomethingInAUrl) {
  EXPECT_EQ(*PathOf(kPods, "team", "a?watch=1#x\r\n ü"),
            "/api/v1/namespaces/team/pods/a%3fwatch%3d1%23x%0d%0a%20%c3%bc");
  EXPECT_EQ(Escaped("a=b,c!=d&e/f"), "a%3db%2cc%21%3dd%26e%2ff");
}

TEST(Backoff, DoublesUpToItsMostAndStartsOver) {
  Backoff backoff(absl::Milliseconds(100), absl::Milliseconds(500));
  for (const int whole_ms : {100, 200, 400, 500, 500}) {
    const absl::Duration wait = backoff.Next();
    EXPECT_GE(wait, absl::Milliseconds(whole_ms) / 2);
    EXPECT_LE(wait, absl::Milliseconds(whole_ms));
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(100));
}

}  // namespace
}  // namespace tune
