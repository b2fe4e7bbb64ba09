#include "libtune/codec/window_codec.h"

#include <limits>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/wire.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

using testing::HasSubstr;

v1::JobWindow FullWindow() { return FromText<v1::JobWindow>(FullWindowText()); }
std::string ErrorOf(const v1::JobWindow& proto) { return std::string(FromProto(proto).status().message()); }

TEST(WindowCodecTest, EveryFieldArrivesAndLeavesAgain) {
  const v1::JobWindow proto = FullWindow();
  EXPECT_THAT(EmptyFields(proto), testing::ElementsAre("graph.edges[0].to"));  // vertex 0
  const auto window = FromProto(proto);
  ASSERT_TRUE(window.ok()) << window.status();
  EXPECT_EQ(ToProto(*window).DebugString(), proto.DebugString());
}

TEST(WindowCodecTest, FieldsArriveWhereTheyBelong) {
  const auto window = FromProto(FullWindow());
  ASSERT_TRUE(window.ok()) << window.status();
  const VertexWindow& v = window->vertices[0];
  EXPECT_EQ(v.bins[0].covered_s, 1);
  EXPECT_EQ(v.bins[0].records_in, 2);
  EXPECT_EQ(v.bins[0].records_out, 3);
  EXPECT_EQ(v.bins[0].task_s, 4);
  EXPECT_EQ(v.bins[0].busy_s, 5);
  EXPECT_EQ(v.bins[0].backpressured_s, 6);
  EXPECT_EQ(v.bins[0].warm_s, 7);
  EXPECT_EQ(v.service.blocks, 11);
  EXPECT_EQ(v.service.xx, 14);
  EXPECT_EQ(v.service.yy, 16);
  EXPECT_EQ(v.subtasks[0].cpu_s, 25);
  EXPECT_EQ(v.subtasks[0].saturated_s, 26);
  EXPECT_EQ(v.runs[0].parallelism, 31);
  EXPECT_EQ(v.runs[0].records, 33);
  EXPECT_EQ(v.coverage.longest_gap_s, 42);
  EXPECT_EQ(v.coverage.counter_resets, 45);
  EXPECT_EQ(v.coverage.out_of_order, 47);
  EXPECT_EQ(v.coverage.stale, 48);
  EXPECT_EQ(v.latency, SecondsPerRecord(0.051));
  EXPECT_EQ(window->sources[0].kind, DemandKind::kGiven);
  EXPECT_EQ(window->sources[0].bins[0].lag_records, 63);
  EXPECT_EQ(window->sources[0].lag_records, 65);
  EXPECT_EQ(window->task_managers.processes[0].cpu_cores_p90->relative_error, 0.01);
  EXPECT_EQ(window->task_managers.processes[0].heap_used_max, Bytes(1300));
  EXPECT_EQ(window->task_managers.processes[0].memory_limit, Bytes(1307));
  EXPECT_EQ(window->task_managers.processes[0].collector, Collector::kG1);
  EXPECT_EQ(window->task_managers.cpu[0].busiest_cores, 1003);
  EXPECT_EQ(window->task_managers.cpu[0].slots, 1008);
  EXPECT_EQ(window->task_managers.cpu[0].limit_cores, 1010);
  EXPECT_EQ(window->task_managers.memory[0].live[static_cast<size_t>(LiveRung::kCollection)], Bytes(1202));
  EXPECT_EQ(window->task_managers.memory[0].log_survived, 1218);
  EXPECT_EQ(window->task_managers.memory[0].log_futile_full_gcs, 1199);
  EXPECT_EQ(window->job_managers.memory[0].unreclaimable, Bytes(2227));
  EXPECT_EQ(window->task_managers.memory[0].dirty_file, Bytes(1229));
  EXPECT_EQ(window->task_managers.memory[0].native, Bytes(1230));
  EXPECT_EQ(window->task_managers.memory[0].killed_limit, Bytes(1231));
  EXPECT_EQ(window->facts.flink_minor, 20);
  EXPECT_EQ(window->facts.configuration.at("a.b"), "c");
  EXPECT_EQ(window->start, absl::FromUnixMillis(1'700'000'000'005));
  EXPECT_EQ(window->length, absl::Seconds(61) + absl::Nanoseconds(7));
  EXPECT_EQ(window->checkpoints.longest, absl::Seconds(83));
  EXPECT_EQ(window->stale_at_end_s, 93);
}

TEST(WindowCodecTest, AbsentPartsMeanNothingSeen) {
  const auto window = FromProto(FromText<v1::JobWindow>(R"(
    graph { vertices { id: "a" parallelism: 1 } } start {} bin { seconds: 60 } length {} vertices {}
    sources { vertex: 0 kind: DEMAND_KIND_CONSUMED })"));
  ASSERT_TRUE(window.ok()) << window.status();
  EXPECT_TRUE(window->running_at_end);
  EXPECT_EQ(window->facts.flink_major, 0);
  EXPECT_EQ(window->facts.adaptive_scheduler, std::nullopt);
  EXPECT_EQ(window->vertices[0].coverage.samples, 0);
  EXPECT_EQ(window->vertices[0].latency, std::nullopt);
  EXPECT_EQ(window->checkpoints.longest, std::nullopt);
}

TEST(WindowCodecTest, ListsEveryViolationOfDoorAndCheck) {
  v1::JobWindow proto = FullWindow();
  proto.mutable_vertices(1)->mutable_bins(0)->set_busy_s(-20);
  proto.mutable_vertices(1)->mutable_coverage()->set_gaps(-3);
  proto.mutable_sources(0)->set_kind(v1::DEMAND_KIND_UNSPECIFIED);
  proto.mutable_task_managers()->mutable_processes(0)->mutable_cpu_cores_p90()->clear_method();
  proto.mutable_facts()->clear_flink_major();
  proto.mutable_facts()->set_slots_per_task_manager(0);
  proto.mutable_length()->set_seconds(-61);
  proto.mutable_length()->set_nanos(0);
  const std::string error = ErrorOf(proto);
  EXPECT_THAT(error, HasSubstr("vertices[\"map\"].bins[0].busy_s = -20; allowed: >= 0"));
  EXPECT_THAT(error, HasSubstr("vertices[\"map\"].coverage.gaps = -3; allowed: [0, "));
  EXPECT_THAT(error, HasSubstr("sources[0].kind = DEMAND_KIND_UNSPECIFIED; allowed: DEMAND_KIND_CONSUMED, "));
  EXPECT_THAT(error, HasSubstr("task_managers.processes[0].cpu_cores_p90.method = STATISTIC_METHOD_UNSPECIFIED; "));
  EXPECT_THAT(error, HasSubstr("facts.flink_major = absent; "));
  EXPECT_THAT(error, HasSubstr("facts.slots_per_task_manager = 0; allowed: [1, "));
  EXPECT_THAT(error, HasSubstr("length = -1m1s; allowed: >= 0"));
}

TEST(WindowCodecTest, AWindowWithoutItsTimesIsRefused) {
  v1::JobWindow proto = FullWindow();
  proto.clear_start();
  proto.clear_bin();
  proto.clear_length();
  EXPECT_EQ(ErrorOf(proto),
            "start = absent; allowed: a time\nbin = absent; allowed: > 0\nlength = absent; allowed: >= 0");
}

TEST(WindowCodecTest, AnExactStatisticHasNoErrorAndASketchHasOne) {
  v1::JobWindow proto = FullWindow();
  v1::Statistic& cpu = *proto.mutable_task_managers()->mutable_processes(0)->mutable_cpu_cores_p90();
  cpu.set_relative_error(0);
  EXPECT_THAT(ErrorOf(proto), HasSubstr("cpu_cores_p90.relative_error = 0; allowed: (0, 1)"));
  cpu.set_method(v1::STATISTIC_METHOD_EXACT);
  EXPECT_EQ(ErrorOf(proto), "");
  cpu.set_relative_error(0.5);
  EXPECT_THAT(ErrorOf(proto), HasSubstr("cpu_cores_p90.relative_error = 0.5; allowed: 0, "));
}

TEST(WindowCodecTest, NoNumberMayBeNanOrInfinite) {
  v1::JobWindow proto = FullWindow();
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    int visited = 0;
    ForEachDouble(proto, value, [&](const std::string& path) {
      const std::string error = ErrorOf(proto);
      const std::string field = path.substr(path.rfind('.') + 1);
      EXPECT_TRUE(absl::StrContains(error, field)) << path << ": " << error;
      ++visited;
    });
    // Two vertices: 7 + 6 + 6 + 3 + 2 + 1 = 25 each. A source: 3 + 2. A TaskManager: 1 + 3 + 1. The job: 2 + 3. Facts:
    // 2 of cpu, 2 ratios.
    EXPECT_EQ(visited, 2 * 25 + 5 + 2 * (7 + 7 + 16) + 5 + 4);  // vertices, source, roles, job, facts
  }
}

TEST(WindowCodecTest, SizesBeyondTheLimitsAreNamedBeforeAnythingIsRead) {
  v1::JobWindow proto = FullWindow();
  for (int i = 0; i <= limits::kRunsPerVertex; ++i) proto.mutable_vertices(0)->add_runs();
  for (int i = 0; i <= limits::kBinsPerVertex; ++i) proto.mutable_vertices(1)->add_bins();
  EXPECT_EQ(ErrorOf(proto),
            "vertices[0].runs = 1002 entries; allowed: at most 1000\n"
            "vertices[1].bins = 100002 entries; allowed: at most 100000");
}

TEST(WindowCodecTest, BinsOverAllVerticesAreLimited) {
  v1::JobWindow proto;
  // 43 * 100000 = 4.3 million, above 2^22 = 4194304.
  for (int v = 0; v < 43; ++v) {
    v1::VertexWindow& vertex = *proto.add_vertices();
    for (int i = 0; i < limits::kBinsPerVertex; ++i) vertex.add_bins();
  }
  EXPECT_EQ(ErrorOf(proto), "bins over all vertices and sources = 4300000 entries; allowed: at most 4194304");
}

TEST(WindowCodecTest, VerticesMustBeAsManyAsTheGraphs) {
  v1::JobWindow proto = FullWindow();
  proto.mutable_vertices()->RemoveLast();
  EXPECT_THAT(ErrorOf(proto), HasSubstr("vertices = 1; allowed: 2"));
}

TEST(WindowOptionsCodecTest, AbsentFieldsHaveDefaultsAndAllRoundTrip) {
  const auto defaults = FromProto(v1::WindowOptions());
  ASSERT_TRUE(defaults.ok());
  EXPECT_EQ(defaults->bin, absl::Minutes(1));
  EXPECT_EQ(defaults->horizon, absl::Hours(168));
  EXPECT_EQ(defaults->warm_up, absl::Seconds(30));
  const WindowOptions own{absl::Seconds(10), absl::Hours(2), absl::Seconds(0)};
  const auto back = FromProto(ToProto(own));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->bin, own.bin);
  EXPECT_EQ(back->horizon, own.horizon);
  EXPECT_EQ(back->warm_up, own.warm_up);
}

RC_GTEST_PROP(WindowCodecProperty, RoundTripsOverTheWire, ()) {
  const v1::JobWindow proto = ToProto(AnyWindow());
  v1::JobWindow parsed;
  RC_ASSERT(ParseWire(SerializeDeterministic(proto), parsed).ok());
  const auto window = FromProto(parsed);
  if (!window.ok()) RC_FAIL(std::string(window.status().message()));
  RC_ASSERT(SerializeDeterministic(ToProto(*window)) == SerializeDeterministic(proto));
}

}  // namespace
}  // namespace tune
