#include "libtune/history/flink_rest.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/flink_snapshot.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::unique_ptr<HistoryReader> Reader(const std::string& text, const HistoryOptions& options = {}) {
  return MakeFlinkRestReader(ByteSource::Memory("rest.jsonl", text), std::nullopt, options);
}

Everything ReadText(const std::string& text) { return ReadEverything(*Reader(text)); }

absl::Status ErrorOf(const std::string& text) {
  Everything result = ReadText(text);
  EXPECT_EQ(result.status.code(), absl::StatusCode::kInvalidArgument) << text;
  return result.status;
}

std::string Metrics(const std::vector<std::pair<std::string, std::string>>& metrics) {
  std::string out = "[";
  for (const auto& [id, value] : metrics) {
    absl::StrAppend(&out, out.size() > 1 ? "," : "", "{\"id\":\"", id, "\",\"value\":\"", value, "\"}");
  }
  return out + "]";
}

std::string VertexText(const std::string& id, const std::string& name, int parallelism, const std::string& status,
                       const std::string& subtasks, const std::string& io = "{}") {
  return absl::StrCat("\"", id, "\":{\"name\":\"", name, "\",\"parallelism\":", parallelism,
                      ",\"maxParallelism\":120,\"status\":\"", status, "\",\"io\":", io,
                      ",\"agg\":[],\"subtasks\":", subtasks, "}");
}

std::string Line(int64_t t, const std::string& state, const std::string& vertices, const std::string& more = "") {
  return absl::StrCat("{\"t\":", t, ",\"job\":{\"state\":\"", state, "\",\"plan\":{}},\"vertices\":{", vertices, "}",
                      more, "}\n");
}

TEST(FlinkRestTest, ReadsSubtasksOneSampleEach) {
  const Everything all = ReadText(Line(1000, "RUNNING",
                                       VertexText("a", "Source: k", 2, "RUNNING",
                                                  Metrics({{"0.numRecordsOut", "10"},
                                                           {"1.numRecordsOut", "20"},
                                                           {"0.accumulateBusyTimeMs", "1.5"},
                                                           {"1.Source__k.pendingRecords", "7"},
                                                           {"1.Source__k.numRecordsIn", "20"},
                                                           {"0.isBackPressured", "false"},
                                                           {"1.buffers.outPoolUsage", "0.25"}}))));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(all.samples.all, ElementsAre("1000 parallelism 0 2", "1000 job 1 restarts=- checkpoints=-/- -",
                                           "1000 task 0[0] records_out=10 busy_ms=1.5",
                                           "1000 task 0[1] records_in=20 records_out=20 pending_records=7 "
                                           "out_pool_usage=0.25"));
  EXPECT_EQ(all.outline.samples, 2);
  EXPECT_EQ(all.outline.graph.vertices[0].name, "Source: k");
  EXPECT_EQ(all.outline.graph.vertices[0].parallelism, 2);
  EXPECT_EQ(all.outline.graph.vertices[0].max_parallelism, 120);
  EXPECT_THAT(all.outline.metrics_seen,
              UnorderedElementsAre("numRecordsOut", "accumulateBusyTimeMs", "Source__k.pendingRecords",
                                   "Source__k.numRecordsIn", "isBackPressured", "buffers.outPoolUsage"));
}

// The samples of a source of two subtasks that has these metrics, instant after instant.
std::vector<std::string> TasksOf(const std::vector<std::vector<std::pair<std::string, std::string>>>& instants) {
  std::string text;
  int64_t t = 0;
  for (const auto& metrics : instants) {
    text += Line(++t, "RUNNING", VertexText("a", "Source: k -> Filter", 2, "RUNNING", Metrics(metrics)));
  }
  const Everything all = ReadText(text);
  EXPECT_TRUE(all.status.ok()) << all.status;
  std::vector<std::string> tasks;
  for (const TaskSample& sample : all.samples.tasks) tasks.push_back(Text(sample));
  return tasks;
}

TEST(FlinkRestTest, TakesWhatTheSourceOperatorReadForATaskThatCountsNothing) {
  EXPECT_THAT(TasksOf({{{"0.numRecordsIn", "0"},
                        {"0.numRecordsOut", "5"},
                        {"0.Source__k.numRecordsIn", "20"},
                        {"0.Filter.numRecordsIn", "20"},
                        {"1.Source__k.numRecordsIn", "30"},
                        {"1.numRecordsOut", "6"},
                        {"1.Source__k.Reader.numRecordsIn", "99"}}}),
              ElementsAre("1 task 0[0] records_in=20 records_out=5", "1 task 0[1] records_in=30 records_out=6"));
}

TEST(FlinkRestTest, CountsARecordOnceThoughTaskAndOperatorTellIt) {
  EXPECT_THAT(TasksOf({{{"0.Source__k.numRecordsIn", "21"}, {"0.numRecordsIn", "20"}}}),
              ElementsAre("1 task 0[0] records_in=20"));
  // Two answers in one list.
  EXPECT_THAT(TasksOf({{{"0.numRecordsIn", "0"},
                        {"0.Source__k.numRecordsIn", "20"},
                        {"0.Source__k.numRecordsIn", "20"},
                        {"0.Source__k.pendingRecords", "3"},
                        {"0.Source__k.pendingRecords", "3"}}}),
              ElementsAre("1 task 0[0] records_in=20 pending_records=3"));
}

TEST(FlinkRestTest, AddsUpTheSourcesOfOneTask) {
  EXPECT_THAT(TasksOf({{{"0.numRecordsOut", "9"},
                        {"0.Source__k.numRecordsIn", "20"},
                        {"0.Source__other_k.numRecordsIn", "7"},
                        {"0.Source__none.numRecordsIn", "NaN"}}}),
              ElementsAre("1 task 0[0] records_in=27 records_out=9"));
}

TEST(FlinkRestTest, TakesNoZeroOfTheTaskForARestartOfTheSourcesCounter) {
  const std::pair<std::string, std::string> task = {"0.numRecordsIn", "0"}, out = {"0.numRecordsOut", "9"};
  EXPECT_THAT(TasksOf({{task, out}, {task, out, {"0.Source__k.numRecordsIn", "20"}}, {task, out}}),
              ElementsAre("1 task 0[0] records_in=0 records_out=9", "2 task 0[0] records_in=20 records_out=9",
                          "3 task 0[0] records_out=9"));
  EXPECT_THAT(TasksOf({{task, {"0.Source__k.numRecordsIn", "0"}}}), ElementsAre("1 task 0[0] records_in=0"));
}

TEST(FlinkRestTest, TakesNoSourceChainedIntoAVertexThatOthersFeed) {
  const char* const plan = R"({"nodes":[{"id":"a"},{"id":"b","inputs":[{"id":"a","ship_strategy":"HASH"}]}]})";
  const Everything all =
      ReadText(absl::StrCat(R"({"t":1,"job":{"state":"RUNNING","plan":)", plan, R"(},"vertices":{)",
                            VertexText("a", "Source: a", 1, "RUNNING", Metrics({{"0.numRecordsIn", "0"}})), ",",
                            VertexText("b", "join", 1, "RUNNING",
                                       Metrics({{"0.numRecordsIn", "0"}, {"0.Source__side.numRecordsIn", "1000"}})),
                            "}}"));
  ASSERT_TRUE(all.status.ok()) << all.status;
  ASSERT_EQ(all.outline.graph.edges.size(), 1u);
  EXPECT_EQ(all.samples.all.back(), "1 task 1[0] records_in=0");
}

TEST(FlinkRestTest, NeverReadsGroundTruth) {
  const Everything all = ReadText(
      Line(1, "RUNNING",
           VertexText("a", "A", 1, "RUNNING", Metrics({{"0.A.gt_records", "x"}, {"0.gt_y.pendingRecords", "5"}}))));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(all.outline.metrics_seen, IsEmpty());
  EXPECT_THAT(all.samples.tasks, IsEmpty());
}

TEST(FlinkRestTest, TakesMissingAnswersAsMissingData) {
  const Everything all = ReadText(
      "{\"t\":5,\"job\":{\"error\":\"timed out\"},\"vertices\":{},\"job_metrics\":{\"errors\":[\"x\"]},"
      "\"checkpoints\":{\"counts\":null,\"latest\":null},\"taskmanagers\":{\"tm1\":{\"slots\":4,\"metrics\":[]},"
      "\"tm2\":{\"error\":\"gone\"}},\"overview\":{\"error\":\"x\"},\"resource_requirements\":{\"error\":\"x\"}}\n"
      "\n" +
      Line(6, "RUNNING",
           VertexText("a", "A", 1, "RUNNING", "[]") + "," +
               VertexText("b", "B", 1, "RUNNING", "{\"error\":\"HTTP 500\"}") + ",\"c\":{\"error\":\"x\"}"));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(all.samples.tasks, IsEmpty());
  EXPECT_EQ(all.samples.jobs[0].state, JobState::kUnknown);
  EXPECT_THAT(all.samples.all[1], testing::StartsWith("5 tm tm1 slots=4"));
  EXPECT_EQ(all.outline.graph.vertices.size(), 2u);
  EXPECT_FALSE(all.outline.facts.adaptive_scheduler.has_value());
}

TEST(FlinkRestTest, LeavesNaNAndSentinelsAbsent) {
  const Everything all = ReadText(Line(
      1, "RUNNING",
      VertexText("a", "A", 1, "RUNNING",
                 Metrics({{"0.accumulateBusyTimeMs", "NaN"}, {"0.numRecordsIn", "3"}, {"0.A.pendingRecords", "-1"}})),
      ",\"job_metrics\":" + Metrics({{"lastCheckpointDuration", "-1"}, {"numRestarts", "2"}})));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(all.samples.all,
              ElementsAre("1 parallelism 0 1", "1 job 1 restarts=2 checkpoints=-/- -", "1 task 0[0] records_in=3"));
}

TEST(FlinkRestTest, ReadsBareNaNAsPythonWritesIt) {
  const Everything all = ReadText(
      "{\"t\":1,\"job\":{\"state\":\"RUNNING\"},\"vertices\":{\"a\":{\"name\":\"NaN \\\" x\",\"parallelism\":1,"
      "\"agg\":[{\"id\":\"z\",\"min\":NaN,\"max\":-Infinity,\"sum\":Infinity}],"
      "\"subtasks\":[{\"id\":\"0.numRecordsIn\",\"value\":NaN},{\"id\":\"0.numRecordsOut\",\"value\":4}]}}}");
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(all.outline.graph.vertices[0].name, "NaN \" x");
  EXPECT_EQ(all.samples.all.back(), "1 task 0[0] records_out=4");
}

TEST(FlinkRestTest, CountsAJobWithWaitingTasksAsNotRunning) {
  const auto state = [](const std::string& job, const std::string& task) {
    return ReadText(Line(1, job, VertexText("a", "A", 1, "RUNNING", "[]") + "," + VertexText("b", "B", 1, task, "[]")))
        .samples.jobs[0]
        .state;
  };
  EXPECT_EQ(state("RUNNING", "RUNNING"), JobState::kRunning);
  EXPECT_EQ(state("RUNNING", "FINISHED"), JobState::kRunning);  // a bounded source that is done
  EXPECT_EQ(state("RUNNING", "INITIALIZING"), JobState::kNotRunning);
  EXPECT_EQ(state("RUNNING", "CREATED"), JobState::kNotRunning);
  EXPECT_EQ(state("RESTARTING", "RUNNING"), JobState::kNotRunning);
}

TEST(FlinkRestTest, DropsMetricsOfTasksThatDoNotExistYet) {
  const std::string metrics = Metrics({{"0.numRecordsIn", "4866"}});
  EXPECT_THAT(ReadText(Line(1, "CREATED", VertexText("a", "A", 1, "CREATED", metrics))).samples.tasks, IsEmpty());
  EXPECT_EQ(ReadText(Line(1, "RUNNING", VertexText("a", "A", 1, "INITIALIZING", metrics))).samples.tasks.size(), 1u);
}

TEST(FlinkRestTest, OrdersVerticesAsTheRunningJobListsThem) {
  const auto list = [](const std::string& first, const std::string& second, const std::string& status) {
    return VertexText(first, first, 1, status, "[]") + "," + VertexText(second, second, 1, status, "[]");
  };
  const Everything all = ReadText(Line(1, "CREATED", list("sink", "source", "CREATED")) +
                                  Line(2, "RUNNING", list("source", "sink", "RUNNING")) +
                                  Line(3, "CREATED", list("sink", "source", "CREATED")));
  EXPECT_EQ(all.outline.graph.vertices[0].id, "source");
  EXPECT_EQ(all.outline.graph.vertices[1].id, "sink");
}

TEST(FlinkRestTest, TellsChangesOfParallelismBeforeTheSamplesOfThatInstant) {
  const auto line = [](int64_t t, int parallelism, const std::string& state) {
    return Line(t, state, VertexText("a", "A", parallelism, state, Metrics({{"0.numRecordsIn", "1"}})));
  };
  const Everything all =
      ReadText(line(1, 1, "RUNNING") + line(2, 1, "RUNNING") + line(3, 4, "RUNNING") + line(4, 9, "CREATED"));
  ASSERT_EQ(all.samples.parallelisms.size(), 2u);  // what a waiting job wishes for is no change
  EXPECT_EQ(Text(all.samples.parallelisms[1]), "3 parallelism 0 4");
  const auto change = std::find(all.samples.all.begin(), all.samples.all.end(), "3 parallelism 0 4");
  EXPECT_LT(change, std::find(all.samples.all.begin(), all.samples.all.end(), "3 task 0[0] records_in=1"));
  EXPECT_EQ(all.outline.graph.vertices[0].parallelism, 4);
}

TEST(FlinkRestTest, MeasuresTrafficWhileTheJobRuns) {
  const auto io = [](int64_t in, int64_t bytes, bool complete) {
    return absl::StrCat("{\"read-records\":", in, ",\"read-records-complete\":", complete ? "true" : "false",
                        ",\"read-bytes\":", bytes, ",\"read-bytes-complete\":true}");
  };
  const auto line = [&](int64_t t, const std::string& state, const std::string& counters) {
    return Line(t, state, VertexText("a", "A", 1, state, "[]", counters));
  };
  const Everything all = ReadText(line(1, "CREATED", io(0, 0, true)) + line(2, "RUNNING", io(100, 1000, true)) +
                                  line(3, "RUNNING", io(0, 1500, false)) + line(4, "RUNNING", io(180, 2000, true)) +
                                  line(5, "RESTARTING", io(0, 0, true)) + line(6, "RUNNING", io(30, 400, true)));
  EXPECT_EQ(all.outline.traffic[0].records_in, 210);  // 180, then 30 after the restart
  EXPECT_EQ(all.outline.traffic[0].bytes_in, 2400);   // 2000, then 400
  EXPECT_EQ(all.outline.traffic[0].records_out, -1);
}

TEST(FlinkRestTest, ReadsFactsAndCheckpoints) {
  const Everything all = ReadText(Line(
      1, "RUNNING", VertexText("a", "A", 1, "RUNNING", "[]"),
      ",\"overview\":{\"flink-version\":\"1.20.5\"},\"resource_requirements\":{\"a\":{\"parallelism\":"
      "{\"lowerBound\":1,\"upperBound\":4}}},\"checkpoints\":{\"counts\":{\"completed\":12,\"failed\":2},"
      "\"latest\":{\"end_to_end_duration\":185}},\"job_metrics\":" +
          Metrics({{"numRestarts", "1"}, {"numberOfCompletedCheckpoints", "11"}, {"lastCheckpointDuration", "9"}}) +
          ",\"taskmanagers\":{\"tm1\":{\"slots\":4,\"free\":0,\"metrics\":" +
          Metrics({{"Status.JVM.CPU.Time", "11200000000"},
                   {"Status.JVM.GarbageCollector.All.Time", "326"},
                   {"Status.JVM.GarbageCollector.All.Count", "7"},
                   {"Status.JVM.Memory.Heap.Used", "83547136"},
                   {"Status.JVM.Memory.Heap.Max", "-1"}}) +
          "}}"));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(all.outline.facts.flink_major, 1);
  EXPECT_EQ(all.outline.facts.flink_minor, 20);
  EXPECT_EQ(all.outline.facts.adaptive_scheduler, true);
  EXPECT_EQ(all.outline.facts.slots_per_task_manager, 4);
  EXPECT_EQ(Text(all.samples.jobs[0]), "1 job 1 restarts=1 checkpoints=12/2 185");
  EXPECT_EQ(Text(all.samples.processes[0]),
            "1 tm tm1 cpu_time_ns=1.12e+10 gc_time_ms=326 gc_count=7 heap_used_bytes=83547136 slots=4");
}

// Two subtasks, the one's answer older, and a third that the vertex does not have. Of two TaskManagers it would not be
// known whose it is.
TEST(FlinkRestTest, TakesAGaugeOfTheJobForItsOnlyTaskManager) {
  const auto line = [](const std::string& status, const std::string& task_managers) {
    return Line(1, "RUNNING",
                VertexText("a", "A", 2, status,
                           Metrics({{"0.enrich.jvmOldGenUsedAfterGc", "300000000"},
                                    {"1.enrich.jvmOldGenUsedAfterGc", "310000000"},
                                    {"2.enrich.jvmOldGenUsedAfterGc", "900000000"},
                                    {"0.enrich.jvmOldGenUsed", "320000000"}})),
                ",\"taskmanagers\":{" + task_managers + "}");
  };
  const std::string one = "\"tm1\":{\"metrics\":" + Metrics({{"Status.JVM.Memory.Heap.OldGenUsed", "7"}}) + "}";
  Everything all = ReadText(line("RUNNING", one));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(Text(all.samples.processes.at(0)), "1 tm tm1 old_gen_used_bytes=7 old_gen_after_gc_bytes=3.1e+08");
  all = ReadText(line("DEPLOYING", one));
  EXPECT_EQ(Text(all.samples.processes.at(0)), "1 tm tm1 old_gen_used_bytes=7");
  for (const std::string& second : {std::string("{}"), std::string("null")}) {
    all = ReadText(line("RUNNING", absl::StrCat(one, ",\"tm2\":", second)));
    EXPECT_EQ(Text(all.samples.processes.at(0)), "1 tm tm1 old_gen_used_bytes=7") << second;
  }
}

TEST(FlinkRestTest, PrefersThePlanForEdges) {
  const std::string vertices =
      VertexText("a", "A", 1, "RUNNING", "[]") + "," + VertexText("b", "B", 2, "RUNNING", "[]");
  const auto with_plan = [&](const std::string& plan) {
    return ReadText("{\"t\":1,\"job\":{\"state\":\"RUNNING\",\"plan\":" + plan + "},\"vertices\":{" + vertices + "}}");
  };
  const Everything all = with_plan(R"({"nodes":[{"id":"b","inputs":[{"id":"a","ship_strategy":"HASH"}]},{"id":"a"}]})");
  ASSERT_EQ(all.outline.graph.edges.size(), 1u);
  EXPECT_EQ(all.outline.graph.edges[0].from, 0);
  EXPECT_EQ(all.outline.graph.edges[0].ship, ShipStrategy::kHash);
  const Everything other = with_plan(R"({"nodes":[{"id":"x"}]})");
  EXPECT_TRUE(other.outline.graph.edges.empty());
  EXPECT_THAT(other.outline.warnings, ElementsAre(HasSubstr("plan was left out")));
}

TEST(FlinkRestTest, LeavesOutSubtasksBeyondTheParallelism) {
  const Everything all = ReadText(Line(
      1, "RUNNING", VertexText("a", "A", 1, "RUNNING", Metrics({{"0.numRecordsIn", "1"}, {"3.numRecordsIn", "1"}}))));
  EXPECT_EQ(all.samples.tasks.size(), 1u);
  EXPECT_THAT(all.outline.warnings, ElementsAre(HasSubstr("1 subtasks left out")));
}

TEST(FlinkRestTest, ChecksTheJobsNameWhereTheHistoryHasIt) {
  const std::string named = "{\"t\":1,\"job\":{\"state\":\"RUNNING\",\"name\":\"orders\",\"jid\":\"j1\"}}";
  EXPECT_TRUE(Reader(named, {.format = {}, .graph_file = {}, .job = "j1", .gc_logs = {}})->Outline(nullptr).ok());
  EXPECT_THAT(std::string(Reader(named, {.format = {}, .graph_file = {}, .job = "x", .gc_logs = {}})
                              ->Outline(nullptr)
                              .status()
                              .message()),
              HasSubstr("job = x; allowed: j1, orders"));
  const auto unnamed =
      Reader(Line(1, "RUNNING", ""), {.format = {}, .graph_file = {}, .job = "x", .gc_logs = {}})->Outline(nullptr);
  ASSERT_TRUE(unnamed.ok());
  EXPECT_EQ(unnamed->warnings.size(), 1u);
}

TEST(FlinkRestTest, NamesFileLineAndField) {
  const std::string good = Line(1, "RUNNING", "");
  const std::pair<std::string, const char*> cases[] = {
      {"", "rest.jsonl is empty"},
      {good + "{\"t\":2", "rest.jsonl line 2: not JSON"},
      {good + "\n[1]\n", "rest.jsonl line 3: line = [1]; allowed: a JSON object"},
      {"{}", "line 1: t = missing"},
      {"{\"t\":\"1\"}", "t = \"1\"; allowed: a whole number"},
      {"{\"t\":-1}", "t = -1"},
      {"{\"t\":1e3}", "t = 1000"},
      {"{\"t\":1795249913396000}", "t = 1795249913396000"},  // microseconds
      {"{\"t\":1,\"job\":7}", "job = 7; allowed: an object"},
      {"{\"t\":1,\"vertices\":[]}", "vertices = []; allowed: an object"},
      {"{\"t\":1,\"vertices\":{\"a\":3}}", "vertices[\"a\"]. = 3"},
      {"{\"t\":1,\"vertices\":{\"a\":{},\"a\":{}}}", "vertices = a; allowed: each id once"},
      {"{\"t\":1,\"vertices\":{\"\":{}}}", "ids that are not empty"},
      {"{\"t\":1,\"vertices\":{\"a\":{\"parallelism\":\"2\"}}}", "vertices[\"a\"].parallelism = \"2\""},
      {"{\"t\":1,\"vertices\":{\"a\":{\"parallelism\":99999}}}", "vertices[\"a\"].parallelism = 99999"},
      {"{\"t\":1,\"vertices\":{\"a\":{\"parallelism\":9,\"maxParallelism\":8}}}", "at most maxParallelism, 8"},
      {"{\"t\":1,\"vertices\":{\"a\":{\"subtasks\":\"x\"}}}", "vertices[\"a\"].subtasks = \"x\"; allowed: a list"},
      {"{\"t\":1,\"vertices\":{\"a\":{\"subtasks\":[4]}}}", "vertices[\"a\"].subtasks[0] = 4"},
      {"{\"t\":1,\"vertices\":{\"a\":{\"subtasks\":[{\"id\":\"0.numRecordsIn\",\"value\":\"abc\"}]}}}",
       "vertices[\"a\"].subtasks[0] 0.numRecordsIn = \"abc\"; allowed: a number"},
      {"{\"t\":1,\"taskmanagers\":{\"tm\":[]}}", "taskmanagers[\"tm\"]. = []"},
      {"{\"t\":1,\"checkpoints\":4}", "checkpoints = 4"},
      {"{\"t\":1,\"job\":{\"state\":\"RUNNING\",\"plan\":{\"nodes\":3}}}", "job.plan: nodes = 3"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(std::string(ErrorOf(text).message()), HasSubstr(message)) << text;
  }
}

TEST(FlinkRestTest, RefusesHostileJson) {
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  EXPECT_THAT(std::string(ErrorOf("{\"t\":1,\"job\":" + deep + "}").message()), HasSubstr("line 1: not JSON"));
  for (const char* text :
       {"{\"t\":123456789012345678901234567890}", "{\"t\":1,\"x\":1e99999}", "{\"t\":1,\"x\":\"\xff\xfe\"}"}) {
    EXPECT_THAT(std::string(ErrorOf(text).message()), HasSubstr("line 1: not JSON")) << text;
  }
  EXPECT_THAT(std::string(ErrorOf(std::string("{\"t\":1,\0}", 9)).message()), HasSubstr("NUL byte"));
}

TEST(FlinkRestTest, LeavesOutVerticesThatTheGraphDoesNotHave) {
  const std::string text = Line(1, "RUNNING",
                                VertexText("a", "A", 1, "RUNNING", Metrics({{"0.numRecordsIn", "1"}})) + "," +
                                    VertexText("b", "B", 1, "RUNNING", Metrics({{"0.numRecordsIn", "2"}})));
  JobGraph graph;
  graph.vertices.emplace_back().id = "b";
  CollectSink sink;
  ASSERT_TRUE(Reader(text)->Read(graph, sink, nullptr).ok());
  ASSERT_EQ(sink.tasks.size(), 1u);
  EXPECT_EQ(Text(sink.tasks[0]), "1 task 0[0] records_in=2");
}

TEST(FlinkRestTest, StopsAtTheSinksErrorAndSaysWhere) {
  class Refusing : public CollectSink {
   public:
    using CollectSink::Add;
    absl::Status Add(const JobSample& sample) override {
      return sample.time_ms < 2 ? absl::OkStatus() : absl::AbortedError("enough");
    }
  } sink;
  const absl::Status status = Reader(Line(1, "RUNNING", "") + Line(2, "RUNNING", ""))->Read(JobGraph(), sink, nullptr);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(std::string(status.message()), "rest.jsonl line 2: enough");
}

}  // namespace
}  // namespace tune
