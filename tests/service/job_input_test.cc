#include "service/api/job_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/wire.h"
#include "tests/service/requests.h"
#include "tests/support/recorded_job.h"
#include "tune/window_builder.h"

namespace tune {
namespace {

using testing::HasSubstr;

// The samples travel in lists by kind, yet the window is the one that they make in the order of their recording.
TEST(JobInput, OfSamplesIsTheWindowThatTheyMakeInOrderOfTime) {
  RecordedJob recording(RecordedJob::Collections::kKept);
  ASSERT_GT(recording.batch.tasks.size(), 100u);
  ASSERT_GT(recording.batch.processes.size(), 10u);
  const absl::StatusOr<JobInput> input = ReadJob(recording.Request());
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(SerializeDeterministic(ToProto(input->window)),
            SerializeDeterministic(ToProto(recording.builder->Window())));
}

TEST(JobInput, TakesRatesThatAreGiven) {
  RecordedJob recording(RecordedJob::Collections::kKept);
  v1::RecommendRequest request = recording.Request();
  const std::string source = recording.graph.vertices.front().id;
  (*request.mutable_history()->mutable_source_rates())[source] = 1234;
  const absl::StatusOr<JobInput> input = ReadJob(request);
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->window.sources.front().kind, DemandKind::kGiven);
  EXPECT_EQ(input->window.sources.front().given, RecordsPerSecond(1234));
  (*request.mutable_history()->mutable_source_rates())["nobody"] = 1;
  EXPECT_THAT(ReadJob(request).status().message(),
              HasSubstr("history.source_rates[\"nobody\"] = 1; allowed: a vertex of the graph"));
  request.mutable_history()->clear_source_rates();
  (*request.mutable_history()->mutable_source_rates())[source] = -1;
  EXPECT_THAT(ReadJob(request).status().message(), HasSubstr("= -1; allowed: > 0 records/s"));
}

// Each part that is refused is named as it was sent.
TEST(JobInput, NamesWhatIsWrongInAHistory) {
  const RecordedJob recording(RecordedJob::Collections::kKept);
  const auto refusal = [&](const auto& change) {
    v1::RecommendRequest request = recording.Request();
    change(*request.mutable_history());
    return std::string(ReadJob(request).status().message());
  };
  EXPECT_THAT(refusal([](auto& h) { h.mutable_graph()->mutable_vertices(0)->set_parallelism(0); }),
              HasSubstr("history.graph.vertices["));
  EXPECT_THAT(refusal([](auto& h) { h.mutable_facts()->set_flink_major(0); }),
              HasSubstr("history.facts.flink_major = 0; allowed: [1, 1000]"));
  EXPECT_THAT(refusal([](auto& h) { h.mutable_options()->mutable_bin()->set_nanos(-1); }),
              HasSubstr("history.options.bin"));
  EXPECT_THAT(refusal([](auto& h) { h.mutable_options()->mutable_bin()->set_seconds(0); }),
              HasSubstr("history.options.bin"));
  EXPECT_THAT(refusal([](auto& h) { h.mutable_samples()->mutable_tasks(7)->set_busy_ms(std::nan("")); }),
              HasSubstr("history.samples.tasks[7].busy_ms = nan"));
  EXPECT_THAT(refusal([](auto& h) { h.mutable_samples()->mutable_tasks(7)->set_busy_ms(-2); }),
              HasSubstr("history.samples.tasks[7]."));
  EXPECT_THAT(refusal([](auto& h) { h.mutable_samples()->mutable_tasks(7)->set_vertex(99); }),
              HasSubstr("history.samples.tasks[7].vertex = 99"));
}

TEST(PolicyChoices, AreShippedOnesOrAMessageWithFieldsSetOverThem) {
  v1::PolicyChoice choice;
  EXPECT_EQ(ReadPolicy(choice)->name, "balanced");
  choice.set_name("careful");
  choice.add_sets("target_busy_fraction=0.7");
  EXPECT_EQ(ReadPolicy(choice)->name, "careful with target_busy_fraction=0.7");
  EXPECT_EQ(ReadPolicy(choice)->target_busy_fraction, 0.7);
  choice.clear_name();
  choice.mutable_policy()->set_name("ours");
  choice.mutable_policy()->set_lower_ratio(2);
  EXPECT_EQ(ReadPolicy(choice)->lower_ratio, 2);
  EXPECT_EQ(ReadPolicy(choice)->target_busy_fraction, 0.7);
}

TEST(PolicyChoices, AreRefusedWithTheirField) {
  v1::PolicyChoice choice;
  choice.set_name("name: 'a text' lag_goal {}");
  EXPECT_THAT(ReadPolicy(choice).status().message(), HasSubstr("; allowed: balanced, thrifty, careful, classic"));
  choice.set_name("balanced");
  choice.mutable_policy()->set_name("ours");
  EXPECT_EQ(ReadPolicy(choice).status().message(), "policy.name = \"balanced\"; allowed: empty beside a policy");
  choice.clear_name();
  choice.mutable_policy()->set_target_busy_fraction(1.5);
  EXPECT_EQ(ReadPolicy(choice).status().message(), "policy.policy.target_busy_fraction = 1.5; allowed: (0, 1]");
  choice.clear_policy();
  choice.add_sets("target_busy=0.5");
  EXPECT_EQ(ReadPolicy(choice).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tune
