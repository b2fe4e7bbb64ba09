#include "libtune/codec/plan_codec.h"

#include "gmock/gmock.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr char kFullPatch[] = R"(
  computed_from { job_name: "j" window_start { seconds: 1 } window_length { seconds: 2 } bin { seconds: 3 } policy_name: "p" }
  api_version: "flink.apache.org/v1beta1" kind: "FlinkDeployment" name: "orders" namespace: "prod"
  changes { path: "spec" path: "job" path: "parallelism" before: "2" after: "4" is_number: true reason: "busy" }
  restarts_job: true
  notes: "one" notes: "two")";

constexpr char kFullSpec[] = R"(
  api_version: "flink.apache.org/v1beta1" name: "orders" namespace: "prod" flink_version: "v1_20" job_parallelism: 4
  has_job: true upgrade_mode: "savepoint" flink_configuration { key: "a.b" value: "c" }
  task_manager { memory: "4g" cpu: 1.5 ephemeral_storage: "2G" replicas: 3 }
  job_manager { memory: "1600m" cpu: 0.5 ephemeral_storage: "1G" replicas: 1 })";

TEST(PlanCodecTest, EveryFieldOfAPatchArrivesAndLeavesAgain) {
  const auto proto = FromText<v1::SpecPatch>(kFullPatch);
  EXPECT_THAT(EmptyFields(proto), testing::IsEmpty());
  const auto decoded = FromProto(proto);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  const SpecPatch& patch = decoded->patch;
  EXPECT_EQ(patch.kind, "FlinkDeployment");
  EXPECT_EQ(patch.ns, "prod");
  EXPECT_THAT(patch.changes[0].path, testing::ElementsAre("spec", "job", "parallelism"));
  EXPECT_EQ(patch.changes[0].before, "2");
  EXPECT_EQ(patch.changes[0].after, "4");
  EXPECT_TRUE(patch.changes[0].is_number);
  EXPECT_TRUE(patch.restarts_job);
  EXPECT_THAT(patch.notes, testing::ElementsAre("one", "two"));
  EXPECT_EQ(decoded->computed_from.policy_name, "p");
  EXPECT_EQ(ToProto(patch, decoded->computed_from).DebugString(), proto.DebugString());
}

TEST(PlanCodecTest, AnAbsentValueIsAbsentAndNotEmpty) {
  SpecPatch patch;
  patch.changes.push_back({{"spec", "x"}, "", "1", false, ""});
  const v1::SpecPatch proto = ToProto(patch, ComputedFrom());
  EXPECT_FALSE(proto.changes(0).has_before());
  EXPECT_TRUE(proto.changes(0).has_after());
}

TEST(PlanCodecTest, ListsAllThatIsWrongWithAPatch) {
  const auto patch = FromProto(FromText<v1::SpecPatch>(R"(
    kind: "FlinkDeployment" changes { after: "1" } changes { path: "spec" path: "" before: "" })"));
  EXPECT_EQ(patch.status().message(),
            "computed_from = absent; allowed: the window and policy of the patch\n"
            "api_version = \"\"; allowed: a text that is not empty\n"
            "name = \"\"; allowed: a text that is not empty\n"
            "changes[0].path = absent; allowed: at least one part\n"
            "changes[1].path[1] = \"\"; allowed: a text that is not empty\n"
            "changes[1].before = \"\"; allowed: a text that is not empty");
}

TEST(PlanCodecTest, EveryFieldOfASpecArrivesAndLeavesAgain) {
  const auto proto = FromText<v1::FlinkDeploymentSpec>(kFullSpec);
  EXPECT_THAT(EmptyFields(proto), testing::IsEmpty());
  const auto spec = FromProto(proto);
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->flink_version, "v1_20");
  EXPECT_EQ(spec->job_parallelism, 4);
  EXPECT_EQ(spec->upgrade_mode, "savepoint");
  EXPECT_EQ(spec->flink_configuration.at("a.b"), "c");
  EXPECT_EQ(spec->task_manager.memory, "4g");
  EXPECT_EQ(spec->task_manager.cpu, 1.5);
  EXPECT_EQ(spec->task_manager.ephemeral_storage, "2G");
  EXPECT_EQ(spec->task_manager.replicas, 3);
  EXPECT_EQ(spec->job_manager.memory, "1600m");
  EXPECT_EQ(ToProto(*spec).DebugString(), proto.DebugString());
}

TEST(PlanCodecTest, ASpecThatSaysNothingOfItsProcessesHasNone) {
  const v1::FlinkDeploymentSpec proto = ToProto(FlinkDeploymentSpec());
  EXPECT_FALSE(proto.has_task_manager());
  EXPECT_FALSE(proto.has_job_manager());
}

TEST(PlanCodecTest, ListsAllThatIsWrongWithASpec) {
  const auto spec = FromProto(FromText<v1::FlinkDeploymentSpec>(
      R"(api_version: "v" job_parallelism: 0 upgrade_mode: "never" flink_version: ""
         task_manager { memory: "" cpu: 0 ephemeral_storage: "" replicas: 0 } job_manager { cpu: nan })"));
  const std::string message(spec.status().message());
  EXPECT_THAT(message, HasSubstr("name = \"\"; "));
  EXPECT_THAT(message, HasSubstr("flink_version = \"\"; "));
  EXPECT_THAT(message, HasSubstr("job_parallelism = 0; allowed: [1, 32768]"));
  EXPECT_THAT(message, HasSubstr("task_manager.memory = \"\"; "));
  EXPECT_THAT(message, HasSubstr("task_manager.cpu = 0; allowed: (0, 1e9]"));
  EXPECT_THAT(message, HasSubstr("task_manager.ephemeral_storage = \"\"; "));
  EXPECT_THAT(message, HasSubstr("task_manager.replicas = 0; allowed: [1, 2147483647]"));
  EXPECT_THAT(message, HasSubstr("job_manager.cpu = nan; "));
  EXPECT_THAT(message, HasSubstr("upgrade_mode = \"never\"; allowed: stateless, savepoint, last-state"));
}

}  // namespace
}  // namespace tune
