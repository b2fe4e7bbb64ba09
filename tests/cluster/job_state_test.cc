#include "service/cluster/job_state.h"

#include <gtest/gtest.h>

#include <ostream>

#include "absl/strings/str_cat.h"
#include "service/cluster/web_ui.h"
#include "tests/cluster/json_object.h"

namespace tune {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1763812980);  // 2025-11-22 12:03:00 UTC
constexpr int64_t kMinute = 60;

int64_t Ago(int64_t seconds) { return absl::ToUnixMillis(kNow - absl::Seconds(seconds)); }

struct Told {
  std::string lifecycle, flink, job_manager = "READY", error = "";
  int64_t reconciled_ago = 120, updated_ago = 60;
  int64_t generation = 3, reconciled_generation = 3;
  std::string metadata = "", job = R"({"parallelism":1})";
};

FlinkJob Job(const Told& told) {
  const std::string spec =
      absl::StrCat(R"({\"resource_metadata\":{\"metadata\":{\"generation\":)", told.reconciled_generation, "}}}");
  return ReduceDeployment(
      JsonObject(
          absl::StrCat(R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment","metadata":{"name":"a",
              "namespace":"n","generation":)",
                       told.generation, told.metadata, R"(},"spec":{"flinkVersion":"v1_20","job":)", told.job,
                       R"(},"status":{"lifecycleState":")", told.lifecycle, R"(","jobManagerDeploymentStatus":")",
                       told.job_manager, R"(","error":")", told.error, R"(","jobStatus":{"state":")", told.flink,
                       R"(","updateTime":")", Ago(told.updated_ago),
                       R"("},"reconciliationStatus":{"reconciliationTimestamp":)", Ago(told.reconciled_ago),
                       R"(,"lastReconciledSpec":")", spec, "\"}}}"))
          .get());
}
std::string TextOf(const Told& told) { return StateOf(Job(told), kNow).text; }

struct Case {
  const char* name;
  Told told;
  JobPhase phase;
  const char* text;
};
void PrintTo(const Case& state, std::ostream* out) { *out << state.name; }  // else gtest prints its bytes
class StateOfTest : public testing::TestWithParam<Case> {};
TEST_P(StateOfTest, IsWhatAPersonSays) {
  const FlinkJob job = Job(GetParam().told);
  ASSERT_TRUE(job.error.ok()) << job.error;
  EXPECT_EQ(StateOf(job, kNow).text, GetParam().text);
  EXPECT_EQ(PhaseOf(job), GetParam().phase);
}
// What the operator was seen to write, a row for each.
INSTANTIATE_TEST_SUITE_P(
    Operator, StateOfTest,
    testing::Values(
        Case{"Running", {"STABLE", "RUNNING"}, JobPhase::kRunning, "running"},
        Case{"RunningBeforeItIsStable", {"DEPLOYED", "RUNNING"}, JobPhase::kRunning, "running"},
        Case{"Created", {"CREATED", "", ""}, JobPhase::kCreated, "created, not yet deployed"},
        Case{"NothingToldYet", {"", "", ""}, JobPhase::kCreated, "created, not yet deployed"},
        Case{"Suspended", {"SUSPENDED", "FINISHED", "MISSING"}, JobPhase::kSuspended, "suspended since 12:01 UTC"},
        Case{"Upgrading", {"UPGRADING", "FINISHED", "MISSING"}, JobPhase::kUpgrading, "upgrading since 12:01 UTC"},
        Case{"UpgradeThatFails",
             {"UPGRADING", "FINISHED", "MISSING", "no room"},
             JobPhase::kUpgrading,
             "upgrading since 12:01 UTC; last failure: no room"},
        Case{"UpgradeThatHangs",
             {"UPGRADING", "FINISHED", "MISSING", "no room", 12 * kMinute, 13 * kMinute},
             JobPhase::kUpgrading,
             "upgrading for 12 min without progress: no room"},
        Case{"Deploying", {"DEPLOYED", "RECONCILING", "DEPLOYING"}, JobPhase::kStarting, "reconciling since 12:01 UTC"},
        Case{"Starting", {"DEPLOYED", "INITIALIZING"}, JobPhase::kStarting, "starting since 12:01 UTC"},
        Case{"ReconcilingForLong",
             {"DEPLOYED", "RECONCILING", "DEPLOYED_NOT_READY", "", 11 * kMinute, 10 * kMinute},
             JobPhase::kStarting,
             "reconciling for 10 min without progress"},
        Case{"ReconcilingForAlmostSoLong",
             {"DEPLOYED", "RECONCILING", "DEPLOYED_NOT_READY", "", 11 * kMinute, 10 * kMinute - 1},
             JobPhase::kStarting,
             "reconciling since 11:52 UTC"},
        Case{"RollingBack",
             {"ROLLING_BACK", "FINISHED", "MISSING"},
             JobPhase::kRollingBack,
             "operator rolling back since 12:01 UTC"},
        Case{
            "RolledBack", {"ROLLED_BACK", "RUNNING"}, JobPhase::kRunning, "running; operator rolled back at 12:01 UTC"},
        Case{"RolledBackAndStarting",
             {"ROLLED_BACK", "RECONCILING", "DEPLOYING"},
             JobPhase::kStarting,
             "reconciling since 12:01 UTC; operator rolled back at 12:01 UTC"},
        Case{"Failed", {"FAILED", "FAILED", "READY", "out of luck"}, JobPhase::kFailed, "failed: out of luck"},
        Case{"FailedWithoutAReason", {"FAILED", "FAILED"}, JobPhase::kFailed, "failed"},
        Case{"JobManagerInError", {"DEPLOYED", "RECONCILING", "ERROR", "crash"}, JobPhase::kFailed, "failed: crash"},
        Case{"JobManagerMissing",
             {"STABLE", "RUNNING", "MISSING", "gone"},
             JobPhase::kJobManagerMissing,
             "job manager missing: gone"},
        Case{"Finished", {"STABLE", "FINISHED"}, JobPhase::kFinished, "finished"},
        Case{"FinishedAndCleanedUp", {"STABLE", "FINISHED", "MISSING"}, JobPhase::kFinished, "finished"},
        Case{"Canceled", {"STABLE", "CANCELED"}, JobPhase::kCanceled, "cancelled"},
        Case{"Restarting", {"STABLE", "RESTARTING"}, JobPhase::kRestarting, "restarting since 12:02 UTC"},
        Case{"ChangeNotTakenUp",
             {"STABLE", "RUNNING", "READY", "", 120, 60, 4, 3},
             JobPhase::kRunning,
             "running; changed spec not taken up yet"},
        Case{"ChangeRefused",
             {"STABLE", "RUNNING", "READY", "TaskManager resource memory parse error", 120, 60, 4, 3},
             JobPhase::kRunning,
             "running; changed spec refused: TaskManager resource memory parse error"},
        Case{"Deleting",
             {"STABLE", "RUNNING", "READY", "", 120, 60, 3, 3, R"(,"deletionTimestamp":"2025-11-22T11:59:30Z")"},
             JobPhase::kDeleting,
             "deleting since 11:59 UTC"},
        Case{"SessionCluster", {"STABLE", "", "READY", "", 120, 60, 3, 3, "", "null"}, JobPhase::kRunning, "running"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(StateOfTest, AnotherDayIsNamed) {
  EXPECT_EQ(TextOf({"SUSPENDED", "FINISHED", "MISSING", "", 13 * 3600}), "suspended since 2025-11-21 23:03 UTC");
}

TEST(StateOfTest, AClockThatIsBehindTheOperatorsDoesNoHarm) {
  EXPECT_EQ(TextOf({"UPGRADING", "FINISHED", "MISSING", "", -3600, -3600}), "upgrading since 13:03 UTC");
}

TEST(WebUiTest, AddressesAreMadeOfTheIngressTemplate) {
  const auto url = [](const char* url_template, bool tls = false) {
    return IngressUrl(url_template, tls, "shop", "orders");
  };
  EXPECT_EQ(url("{{name}}.{{namespace}}.example.com"), "http://orders.shop.example.com");
  EXPECT_EQ(url("{{NAME}}.Example.com", true), "https://orders.Example.com");
  EXPECT_EQ(url("https://flink.example.com:8443/{{namespace}}/{{name}}(/|$)(.*)"),
            "https://flink.example.com:8443/shop/orders/");
  EXPECT_EQ(url("http://flink.example.com/{{name}}", true), "https://flink.example.com/orders/");
  EXPECT_EQ(url("/{{namespace}}/{{name}}(/|$)(.*)"), "") << "of what host is not known";
  EXPECT_EQ(url(""), "");
}

TEST(WebUiTest, WhatIsNoPlainAddressIsNone) {
  for (const char* hostile :
       {"javascript:alert(1)", "ftp://x", "http://a@b", "a b", "a\nb", "<x>", "a.com/<script>", "a.com/?q", "a.com/#x",
        "a:99999", "a:-1", "a:", "-a", "a..%2f", "{{name}}{{", "http://http://a", "\xff"}) {
    EXPECT_EQ(IngressUrl(hostile, false, "shop", "orders"), "") << hostile;
  }
  EXPECT_EQ(IngressUrl("{{name}}.x", false, "shop", "evil/\"><b>"), "");
  EXPECT_EQ(IngressUrl(std::string(600, 'a'), false, "shop", "orders"), "");
}

TEST(WebUiTest, WithoutAnIngressTheRestServiceIsTheAddress) {
  EXPECT_EQ(RestUrl("shop", "orders", "", false), "http://orders-rest.shop:8081");
  EXPECT_EQ(RestUrl("shop", "orders", "9000", true), "https://orders-rest.shop:9000");
  for (const char* port : {"0", "65536", "8081-8090", "x", " 80"})
    EXPECT_EQ(RestUrl("shop", "orders", port, false), "");
  EXPECT_EQ(RestUrl("shop", "a b", "", false), "");
}

}  // namespace
}  // namespace tune
