// Callers by a real API server's TokenReview and SubjectAccessReview.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/access/gate.h"
#include "tests/kube/api_server.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr char kRole[] = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: %ACCOUNT%-jobs, namespace: %NS%}
rules:
- apiGroups: [flink.apache.org]
  resources: [flinkdeployments]
  verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: %ACCOUNT%-jobs, namespace: %NS%}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %ACCOUNT%-jobs}
subjects: [{kind: ServiceAccount, name: %ACCOUNT%, namespace: %NS%}]
)";

std::string Filled(std::string text, const std::string& ns, const std::string& account) {
  for (const auto& [mark, value] : {std::pair<std::string, std::string>("%NS%", ns), {"%ACCOUNT%", account}}) {
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
      text.replace(at, mark.size(), value);
  }
  return text;
}

class AccessApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    auto config = ReadKubeConfig(server_->kubeconfig(), "");
    ASSERT_TRUE(config.ok()) << config.status();
    KubeClientOptions options;
    options.least_wait = absl::Milliseconds(10);
    auto client = KubeClient::Create(*std::move(config), options);
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
    ns_ = server_->NewNamespace();
    token_ = server_->TokenFor(ns_, "reader");
    server_->Apply(Filled(kRole, ns_, "reader"));
  }
  Wish Reading(const std::string& verb) const { return {verb, "flinkdeployments", ns_, ""}; }

  std::unique_ptr<KubeClient> client_;
  std::string ns_, token_;
  const absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
};

TEST_F(AccessApi, LetsPassWhatRbacAllowsAndNothingElse) {
  Gate gate(*client_, {});
  const Credentials reader{"", token_};
  const auto user = gate.Ask(reader, Reading("list"), now_);
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(*user, absl::StrCat("system:serviceaccount:", ns_, ":reader"));
  EXPECT_TRUE(gate.Ask(reader, std::nullopt, now_).ok()) << "to be known is enough";
  const absl::Status update = gate.Ask(reader, Reading("update"), now_).status();
  EXPECT_EQ(update.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(update.message(), HasSubstr(absl::StrCat("reader\" may not update flinkdeployments.flink.apache.org in "
                                                       "namespace \"",
                                                       ns_, "\"")));
  EXPECT_EQ(gate.Ask(reader, Wish{"list", "flinkdeployments", "default", ""}, now_).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(gate.Ask(reader, Wish{"list", "flinkdeployments", "", ""}, now_).status().code(),
            absl::StatusCode::kPermissionDenied)
      << "one namespace is not all of them";
}

TEST_F(AccessApi, KnowsNobodyByAWrongToken) {
  Gate gate(*client_, {});
  for (const std::string& token : {std::string("eyJhbGciOiJub25lIn0.e30."), token_ + "x", std::string()}) {
    EXPECT_EQ(gate.Ask({"", token}, Reading("list"), now_).status().code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST_F(AccessApi, ATokenForAnotherAudienceIsNone) {
  GateOptions options;
  options.audience = "tuned";
  Gate gate(*client_, options);
  EXPECT_EQ(gate.Ask({"", token_}, std::nullopt, now_).status().code(), absl::StatusCode::kUnauthenticated);
  const std::string meant = server_->Kubectl({"create", "token", "reader", "-n", ns_, "--audience", "tuned"});
  const auto user = gate.Ask({"", meant.substr(0, meant.find('\n'))}, std::nullopt, now_);
  EXPECT_TRUE(user.ok()) << user.status();
}

TEST_F(AccessApi, RemembersShortlyAndAsksAgainAfterwards) {
  Gate gate(*client_, {});
  const Credentials reader{"", token_};
  EXPECT_FALSE(gate.Remembered(reader, Reading("list"), now_).has_value());
  ASSERT_TRUE(gate.Ask(reader, Reading("list"), now_).ok());
  const int64_t requests = client_->requests();
  for (int i = 0; i < 100; ++i) {
    const auto known = gate.Remembered(reader, Reading("list"), now_ + absl::Seconds(9));
    ASSERT_TRUE(known.has_value() && known->ok());
    ASSERT_TRUE(gate.Ask(reader, Reading("list"), now_ + absl::Seconds(9)).ok());
  }
  EXPECT_EQ(client_->requests(), requests) << "nothing was asked";
  server_->Kubectl({"delete", "rolebinding", "reader-jobs", "-n", ns_});
  absl::Status later;  // the API server's own caches follow within a moment
  for (int i = 0; i < 100 && !absl::IsPermissionDenied(later); ++i) {
    later = gate.Ask(reader, Reading("list"), now_ + absl::Seconds(10 + 20 * i)).status();
    absl::SleepFor(absl::Milliseconds(50));
  }
  EXPECT_EQ(later.code(), absl::StatusCode::kPermissionDenied) << "a right that was taken away is gone after its time";
}

// Nothing that was learnt lives longer, or comes back, because the clock was put back or forward.
TEST_F(AccessApi, AClockThatJumpsMakesItAskAnew) {
  Gate gate(*client_, {});
  const Credentials reader{"", token_};
  ASSERT_TRUE(gate.Ask(reader, Reading("list"), now_).ok());
  for (const absl::Duration jump : {absl::Hours(-24), absl::Hours(24), absl::ZeroDuration()}) {
    const int64_t requests = client_->requests();
    EXPECT_FALSE(gate.Remembered(reader, Reading("list"), now_ + jump).has_value());
    ASSERT_TRUE(gate.Ask(reader, Reading("list"), now_ + jump).ok());
    EXPECT_EQ(client_->requests(), requests + 2) << "who calls, and whether he may";
    EXPECT_TRUE(gate.Remembered(reader, Reading("list"), now_ + jump).has_value());
  }
}

TEST_F(AccessApi, SaysThatNobodyCanBeAskedWhileTheServerIsAway) {
  GateOptions options;
  options.ask_timeout = absl::Milliseconds(500);
  Gate gate(*client_, options);
  const Credentials reader{"", token_};
  ASSERT_TRUE(gate.Ask(reader, Reading("get"), now_).ok());
  server_->Kill();
  EXPECT_TRUE(gate.Ask(reader, Reading("get"), now_ + absl::Seconds(5)).ok()) << "it is remembered";
  const absl::Status gone = gate.Ask(reader, Reading("get"), now_ + absl::Seconds(11)).status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(gone.message(), HasSubstr("who calls cannot be looked up"));
  server_->Start();
  absl::Status back = gone;
  for (int i = 0; i < 100 && !back.ok(); ++i) {
    back = gate.Ask(reader, Reading("get"), now_ + absl::Seconds(12 + i)).status();
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_TRUE(back.ok()) << back;
}

}  // namespace
}  // namespace tune
