#include "libtune/history/prometheus_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// A sink that writes down what it gets, one line each.
class Notes : public SampleSink {
 public:
  explicit Notes(const JobGraph& graph) : graph_(graph) {}
  absl::Status Add(const TaskSample& sample) override {
    std::string line = absl::StrCat(sample.time_ms, " ", Name(sample.vertex), "/", sample.subtask);
    for (int i = 0; i < kTaskMetricCount; ++i) {
      if (const auto v = sample.Get(static_cast<TaskMetric>(i))) absl::StrAppend(&line, " ", i, "=", *v);
    }
    return Note(line);
  }
  absl::Status Add(const ProcessSample& s) override {
    const auto text = [&](ProcessMetric metric) { return Text(s.Get(metric)); };
    return Note(absl::StrCat(s.time_ms, s.role == ProcessRole::kTaskManager ? " tm " : " jm ", s.id, " cpu ",
                             text(ProcessMetric::kCpuTimeNs), " gc ", text(ProcessMetric::kGcTimeMs), " heap ",
                             text(ProcessMetric::kHeapUsed)));
  }
  absl::Status Add(const SourceSample& s) override {
    return Note(absl::StrCat(s.time_ms, " log ", Name(s.vertex), " end ", Text(s.end_offset), " committed ",
                             Text(s.committed_offset)));
  }
  absl::Status Add(const JobSample& s) override {
    return Note(absl::StrCat(s.time_ms, " job state ", static_cast<int>(s.state), " restarts ", Text(s.restarts)));
  }
  absl::Status Add(const ParallelismSample& s) override {
    return Note(absl::StrCat(s.time_ms, " p ", Name(s.vertex), "=", s.parallelism));
  }
  absl::Status Add(const CollectionSample&) override { return absl::OkStatus(); }
  std::vector<std::string> lines;

 private:
  std::string Name(int vertex) const { return graph_.vertices[static_cast<size_t>(vertex)].id; }
  static std::string Text(const std::optional<double>& v) { return v ? absl::StrCat(*v) : "-"; }
  absl::Status Note(const std::string& line) {
    lines.push_back(line);
    return absl::OkStatus();
  }
  JobGraph graph_;
};

std::unique_ptr<HistoryReader> Reader(const std::string& text, std::optional<std::string> job = std::nullopt) {
  HistoryOptions options;
  options.job = std::move(job);
  return MakePrometheusJsonReader(ByteSource::Memory("answer.json", text), options);
}

// All samples, or the error of either pass in one line.
std::vector<std::string> ReadAll(const std::string& text, std::optional<std::string> job = std::nullopt) {
  const auto reader = Reader(text, std::move(job));
  const auto outline = reader->Outline(nullptr);
  if (!outline.ok()) return {Message(outline.status())};
  Notes notes(outline->graph);
  const absl::Status status = reader->Read(outline->graph, notes, nullptr);
  if (!status.ok()) return {Message(status)};
  return notes.lines;
}

using Labels = std::map<std::string, std::string>;
std::string Metric(const std::string& name, Labels labels) {
  labels["__name__"] = name;
  return absl::StrCat("{",
                      absl::StrJoin(labels, ",",
                                    [](std::string* out, const auto& label) {
                                      absl::StrAppend(out, "\"", label.first, "\":\"", label.second, "\"");
                                    }),
                      "}");
}
std::string Series(const std::string& name, const Labels& labels, const std::string& values) {
  return absl::StrCat("{\"metric\":", Metric(name, labels), ",\"values\":[", values, "]}");
}
std::string Task(const std::string& metric, int subtask, const std::string& values, Labels labels = {}) {
  labels.try_emplace("task_id", "v");
  labels["subtask_index"] = absl::StrCat(subtask);
  return Series("flink_taskmanager_job_task_" + metric, labels, values);
}
std::string Answer(const std::vector<std::string>& series) {
  return absl::StrCat("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[",
                      absl::StrJoin(series, ","), "]}}");
}

TEST(PrometheusJsonTest, MergesSeriesByTimeIntoOneSampleForAnInstant) {
  EXPECT_THAT(ReadAll(Answer({Task("numRecordsIn", 1, R"([10,"5"],[25,"6"])"),
                              Task("numRecordsIn", 0, R"([10,"1"],[25,"2"],[40,"3"])"),
                              Task("numRecordsOut", 0, R"([10,"7"],[40,"8"])")})),
              ElementsAre("10000 p v=2", "10000 v/0 0=1 1=7", "10000 v/1 0=5", "25000 v/0 0=2", "25000 v/1 0=6",
                          "40000 v/0 0=3 1=8"));
}

TEST(PrometheusJsonTest, TakesEveryShapeOfAnswer) {
  const std::string series = Task("numRecordsIn", 0, R"([1.5,"2"])");
  const std::vector<std::string> expected = {"1500 p v=1", "1500 v/0 0=2"};
  EXPECT_EQ(ReadAll(Answer({series})), expected);
  EXPECT_EQ(ReadAll("[" + series + "]"), expected);
  EXPECT_EQ(ReadAll(" { \"data\" : { \"result\" : [ " + series +
                    " ] , \"resultType\" : \"matrix\" } , \"warnings\": [\"x]}\"],"
                    " \"status\" : \"success\" } \n"),
            expected);
  const std::string metric =
      Metric("flink_taskmanager_job_task_numRecordsIn", {{"task_id", "v"}, {"subtask_index", "0"}});
  EXPECT_EQ(
      ReadAll("{\"data\":{\"resultType\":\"vector\",\"result\":[{\"value\":[1.5,\"2\"],\"metric\":" + metric + "}]}}"),
      expected);
  // Several answers, one after the other: one of each metric.
  EXPECT_THAT(ReadAll(Answer({series}) + "\n" + Answer({Task("numRecordsOut", 0, R"([1.5,"3"])")})),
              ElementsAre("1500 p v=1", "1500 v/0 0=2 1=3"));
}

TEST(PrometheusJsonTest, LeavesNotANumberAbsent) {
  EXPECT_THAT(ReadAll(Answer({Task("busyTimeMsPerSecond", 0, R"([1,"NaN"],[2,"500"],[3,"+Inf"],[4,"-Inf"])"),
                              Task("numRecordsOut", 0, R"([1,"1e+06"],[2,"-1"])")})),
              ElementsAre("1000 p v=1", "1000 v/0 1=1e+06", "2000 v/0 8=500"));
}

TEST(PrometheusJsonTest, RoundsDecimalsOfTimesToMilliseconds) {
  EXPECT_THAT(ReadAll(Answer({Task("numRecordsIn", 0, R"([1700000000.0004,"1"],[1700000000.781,"2"],[1.7e9,"3"])")})),
              ElementsAre(HasSubstr("1700000000000 ms after 1700000000781 ms; allowed: ascending times")));
  EXPECT_THAT(ReadAll(Answer({Task("numRecordsIn", 0, R"([1700000000.0004,"1"],[1700000000.781,"2"])")})),
              ElementsAre("1700000000000 p v=1", "1700000000000 v/0 0=1", "1700000000781 v/0 0=2"));
}

TEST(PrometheusJsonTest, ReadsTaskManagersAndTheJob) {
  const Labels tm = {{"tm_id", "tm1"}};
  EXPECT_THAT(
      ReadAll(Answer(
          {Task("numRecordsIn", 0, R"([1,"2"])"), Series("flink_taskmanager_Status_JVM_CPU_Time", tm, R"([1,"3e9"])"),
           Series("flink_taskmanager_Status_JVM_GarbageCollector_G1_Old_Generation_Time", tm, R"([1,"30"])"),
           Series("flink_taskmanager_Status_JVM_GarbageCollector_G1_Young_Generation_Time", tm, R"([1,"4"])"),
           Series("flink_taskmanager_Status_JVM_Memory_Heap_Used", tm, R"([1,"7"])"),
           Series("flink_jobmanager_job_numRestarts", {}, R"([1,"3"])"),
           Series("flink_jobmanager_job_runningTime", {}, R"([1,"77"])")})),
      ElementsAre("1000 p v=1", "1000 job state 1 restarts 3", "1000 tm tm1 cpu 3e+09 gc 34 heap 7", "1000 v/0 0=2"));
}

TEST(PrometheusJsonTest, TakesAGaugeOfTheJobForTheTaskManagerOfItsSubtask) {
  const auto gauge = [](int subtask, const Labels& labels, const char* values) {
    return Task("operator_jvmOldGenUsedAfterGc", subtask, values, labels);
  };
  const auto reader = Reader(
      Answer({Task("numRecordsIn", 0, R"([1,"2"],[2,"3"])"), gauge(0, {{"tm_id", "tm1"}}, R"([1,"3e8"],[2,"NaN"])"),
              gauge(1, {{"tm_id", "tm1"}}, R"([1,"3e8"])"), gauge(2, {{"tm_id", "tm2"}}, R"([1,"4e8"])"),
              gauge(3, {}, R"([1,"9e8"])"),
              Series("flink_taskmanager_Status_JVM_Memory_Heap_OldGenUsedAfterGc", {{"tm_id", "tm2"}}, R"([1,"5"])")}));
  const Everything all = ReadEverything(*reader);
  ASSERT_TRUE(all.status.ok()) << all.status;
  ASSERT_EQ(all.samples.processes.size(), 3u);
  EXPECT_EQ(Text(all.samples.processes[0]), "1000 tm tm1 old_gen_after_gc_bytes=3e+08");
  EXPECT_EQ(Text(all.samples.processes[1]), "1000 tm tm2 old_gen_after_gc_bytes=5");
  EXPECT_EQ(Text(all.samples.processes[2]), "2000 tm tm1");
}

TEST(PrometheusJsonTest, AddsUpPendingRecordsOfSeveralOperators) {
  const auto pending = [](const char* id, const char* values) {
    return Task("operator_pendingRecords", 0, values, {{"operator_id", id}});
  };
  EXPECT_THAT(ReadAll(Answer({pending("a", R"([1,"10"])"), pending("b", R"([1,"5"])")})),
              ElementsAre("1000 p v=1", "1000 v/0 12=15"));
}

TEST(PrometheusJsonTest, TakesWhatSourceOperatorsRead) {
  const auto read = [](const char* id, const char* name, const char* values) {
    return Task("operator_numRecordsIn", 0, values, {{"operator_id", id}, {"operator_name", name}});
  };
  const std::string text =
      Answer({read("a", "Source:_k", R"([1,"20"],[2,"30"])"), read("b", "Source:_other", R"([1,"7"],[2,"8"])"),
              read("c", "Filter", R"([1,"27"],[2,"38"])"), Task("numRecordsIn", 0, R"([1,"0"],[2,"0"],[3,"0"])"),
              Task("numRecordsOut", 0, R"([1,"5"],[2,"6"],[3,"7"])")});
  EXPECT_THAT(ReadAll(text), ElementsAre("1000 p v=1", "1000 v/0 0=27 1=5", "2000 v/0 0=38 1=6", "3000 v/0 1=7"));
  const auto outline = Reader(text)->Outline(nullptr);
  ASSERT_TRUE(outline.ok()) << outline.status();
  EXPECT_EQ(outline->traffic[0].records_in, 0);  // over the vertex's border
}

TEST(PrometheusJsonTest, PrefersTheLaterAttemptWhereTwoOverlap) {
  const auto attempt = [](const char* number, const char* values) {
    return Task("numRecordsIn", 0, values, {{"task_attempt_num", number}, {"task_attempt_id", number}});
  };
  EXPECT_THAT(ReadAll(Answer({attempt("0", R"([1,"100"],[2,"200"],[3,"200"])"), attempt("1", R"([2,"5"],[3,"6"])")})),
              ElementsAre("1000 p v=1", "1000 v/0 0=100", "2000 v/0 0=5", "3000 v/0 0=6"));
  // Both begin with the query: the number tells.
  EXPECT_THAT(ReadAll(Answer({attempt("3", R"([1,"5"])"), attempt("2", R"([1,"100"])")})),
              ElementsAre("1000 p v=1", "1000 v/0 0=5"));
}

std::string Grid(int from, int to, int step) {
  std::string values;
  for (int t = from; t < to; t += step) absl::StrAppend(&values, t > from ? "," : "", "[", t, ",\"", t, "\"]");
  return values;
}

TEST(PrometheusJsonTest, TellsParallelismFromTheSubtasksThatLive) {
  // 2 subtasks up to 300 s; after a restart 3, the third scraped 5 s later. That one says its last at 590 s and is
  // gone a step later, when only subtask 0 is left.
  const auto reader =
      Reader(Answer({Task("numRecordsIn", 0, Grid(0, 301, 15)), Task("numRecordsIn", 1, Grid(0, 301, 15)),
                     Task("numRecordsIn", 0, Grid(315, 2000, 15), {{"task_attempt_id", "b"}}),
                     Task("numRecordsIn", 1, Grid(315, 600, 15), {{"task_attempt_id", "b"}}),
                     Task("numRecordsIn", 2, Grid(320, 600, 15), {{"task_attempt_id", "b"}})}));
  const auto outline = reader->Outline(nullptr);
  ASSERT_TRUE(outline.ok()) << outline.status();
  EXPECT_EQ(outline->graph.vertices[0].parallelism, 1);
  Notes notes(outline->graph);
  ASSERT_TRUE(reader->Read(outline->graph, notes, nullptr).ok());
  std::vector<std::string> changes;
  for (const std::string& line : notes.lines) {
    if (line.find(" p ") != std::string::npos) changes.push_back(line);
  }
  EXPECT_THAT(changes, ElementsAre("0 p v=2", "320000 p v=3", "605000 p v=1"));
}

std::string Partition(const std::string& name, int partition, const std::string& values, const Labels& more = {}) {
  Labels labels = more;
  labels["topic"] = labels.contains("topic") ? labels["topic"] : "orders";
  labels["partition"] = absl::StrCat(partition);
  return Series(name, labels, values);
}
constexpr char kEnd[] = "kafka_topic_partition_current_offset";
constexpr char kCommitted[] = "kafka_consumergroup_current_offset";

TEST(PrometheusJsonTest, SumsLogOffsetsOverPartitionsWhenAllSayOne) {
  const auto reader =
      Reader(Answer({Task("numRecordsOut", 0, R"([1,"2"])", {{"task_name", "Source: in"}}),
                     Partition(kEnd, 0, R"([1,"10"],[2,"20"],[3,"30"])"), Partition(kEnd, 1, R"([1,"1"],[3,"3"])"),
                     Partition(kCommitted, 0, R"([1,"8"])", {{"consumergroup", "g"}})}));
  const auto outline = reader->Outline(nullptr);
  ASSERT_TRUE(outline.ok()) << outline.status();
  EXPECT_EQ(outline->graph.vertices[0].source_partitions, 2);
  Notes notes(outline->graph);
  ASSERT_TRUE(reader->Read(outline->graph, notes, nullptr).ok());
  EXPECT_THAT(notes.lines, ElementsAre("1000 p v=1", "1000 log v end 11 committed 8", "1000 v/0 1=2",
                                       "3000 log v end 33 committed -"));
}

TEST(PrometheusJsonTest, LeavesOutOffsetsOfSeveralTopicsAndSaysSo) {
  const auto outline =
      Reader(Answer({Task("numRecordsOut", 0, R"([1,"2"])", {{"task_name", "Source: in"}}),
                     Partition(kEnd, 0, R"([1,"10"])"), Partition(kEnd, 0, R"([1,"10"])", {{"topic", "other"}})}))
          ->Outline(nullptr);
  ASSERT_TRUE(outline.ok());
  EXPECT_THAT(outline->warnings, ElementsAre(HasSubstr("of several topics, orders, other")));
  EXPECT_EQ(outline->graph.vertices[0].source_partitions, std::nullopt);
}

TEST(PrometheusJsonTest, TakesOffsetsThatNameTheirSource) {
  EXPECT_THAT(ReadAll(Answer({Task("numRecordsOut", 0, R"([1,"2"])", {{"task_name", "Source: in"}}),
                              Series("libtune_source_end_offset", {{"task_name", "in"}}, R"([1,"10"])"),
                              Series("libtune_source_committed_offset", {{"task_name", "in"}}, R"([1,"9"])"),
                              Series("libtune_source_end_offset", {{"task_name", "stranger"}}, R"([1,"10"])")})),
              ElementsAre("1000 p v=1", "1000 log v end 10 committed 9", "1000 v/0 1=2"));
}

TEST(PrometheusJsonTest, ReadsOneJobOfSeveral) {
  const auto of = [](const char* id, const char* name, const char* vertex, const char* tm) {
    return Task("numRecordsIn", 0, R"([1,"2"],[2,"2"])",
                {{"job_id", id}, {"job_name", name}, {"task_id", vertex}, {"tm_id", tm}});
  };
  const std::string text = Answer({of("i1", "first", "a", "t1"), of("i2", "second", "b", "t2"),
                                   Series("flink_taskmanager_Status_JVM_CPU_Time", {{"tm_id", "t1"}}, R"([1,"1"])"),
                                   Series("flink_taskmanager_Status_JVM_CPU_Time", {{"tm_id", "t2"}}, R"([1,"2"])")});
  EXPECT_THAT(ReadAll(text), ElementsAre("answer.json job = not given; allowed: one of first (i1), second (i2)"));
  EXPECT_THAT(ReadAll(text, "third"), ElementsAre("answer.json job = third; allowed: first (i1), second (i2)"));
  EXPECT_THAT(ReadAll(text, "second"),
              ElementsAre("1000 p b=1", "1000 tm t2 cpu 2 gc - heap -", "1000 b/0 0=2", "2000 b/0 0=2"));
  EXPECT_EQ(ReadAll(text, "i2"), ReadAll(text, "second"));
}

TEST(PrometheusJsonTest, TakesAJobThatWasSubmittedAgainAsOne) {
  const auto of = [](const char* id, int from) {
    return Task("numRecordsIn", 0, Grid(from, from + 60, 15), {{"job_id", id}, {"job_name", "n"}});
  };
  const auto outline = Reader(Answer({of("i2", 10000), of("i1", 0)}))->Outline(nullptr);
  ASSERT_TRUE(outline.ok()) << outline.status();
  EXPECT_EQ(outline->samples, 8);
  EXPECT_EQ(outline->facts.job_name, "n");
}

TEST(PrometheusJsonTest, TakesSeriesWithoutSubtaskAsWholeVertices) {
  const std::string whole = Series("flink_taskmanager_job_task_numRecordsIn", {{"task_name", "map"}}, R"([1,"5"])");
  EXPECT_THAT(ReadAll(Answer({whole})), ElementsAre("1000 map/-1 0=5"));
  EXPECT_THAT(ReadAll(Answer({whole, Task("numRecordsIn", 0, R"([1,"2"])", {{"task_id", "map"}})})),
              ElementsAre("1000 p map=1", "1000 map/0 0=2"));
}

TEST(PrometheusJsonTest, OutlineTellsSpanTrafficAndNames) {
  // In: up to 160, then restarted and counted 40 more.
  const auto outline =
      Reader(Answer({Task("numRecordsIn", 0, R"([10,"100"],[25,"160"],[40,"40"])"), Series("up", {}, R"([1,"1"])"),
                     Task("operator_gt_serviceNanos", 0, R"([1,"1"])")}))
          ->Outline(nullptr);
  ASSERT_TRUE(outline.ok()) << outline.status();
  EXPECT_EQ(outline->first_ms, 10000);
  EXPECT_EQ(outline->last_ms, 40000);
  EXPECT_EQ(outline->samples, 3);
  EXPECT_EQ(outline->traffic[0].records_in, 200);  // 160 + 40
  EXPECT_EQ(outline->traffic[0].records_out, -1);
  EXPECT_THAT(outline->metrics_seen, ElementsAre("flink_taskmanager_job_task_numRecordsIn", "up"));
}

TEST(PrometheusJsonTest, LeavesOutVerticesThatTheGraphDoesNotHave) {
  const auto reader = Reader(Answer({Task("numRecordsIn", 0, R"([1,"2"])", {{"task_id", "a"}}),
                                     Task("numRecordsIn", 0, R"([1,"3"])", {{"task_id", "b"}})}));
  JobGraph graph;
  graph.vertices.resize(1);
  graph.vertices[0].id = "b";
  Notes notes(graph);
  ASSERT_TRUE(reader->Read(graph, notes, nullptr).ok());
  EXPECT_THAT(notes.lines, ElementsAre("1000 p b=1", "1000 b/0 0=3"));
}

TEST(PrometheusJsonTest, NamesWhatIsWrong) {
  struct Case {
    std::string text, message;
  };
  const auto values = [](const std::string& v) { return Answer({Task("numRecordsIn", 0, v)}); };
  const std::vector<Case> cases = {
      {"", "answer.json byte 0: empty; allowed: a query's answer"},
      {std::string("\0", 1), "answer.json byte 0: not JSON as expected, \\x00; allowed: {"},
      {"[]", "series of tasks = 0; allowed: at least one"},
      {R"({"status":"error","errorType":"bad_data","error":"parse error"})", "the query failed: parse error"},
      {R"({"status":"success"})", "an answer without data"},
      {R"({"data":{"resultType":"scalar","result":[1,"2"]}})", "resultType = scalar; allowed: matrix, vector"},
      {R"([{"values":[]}])", "a series without metric"},
      {R"([{"metric":{"__name__":3},"values":[[1,"2"]]}])", "metric.__name__ = 3; allowed: a text"},
      {"nonsense", "byte 0: not JSON as expected, n; allowed: {"},
      {values(R"([1,"abc"])"), "value = \"abc\"; allowed: a number in quotes"},
      {values(R"([1,2])"), "value = 2; allowed: a number in quotes"},
      {values(R"(["1","2"])"), "time = \"1\"; allowed: seconds since 1970"},
      {values(R"([-1,"2"])"), "time = -1; allowed: seconds since 1970"},
      {values(R"([1700000000000,"2"])"), "time = 1700000000000; allowed: seconds since 1970"},
      {values(R"([1,"2",3])"), "sample = 3 values; allowed: [time, \"value\"]"},
      {values(R"([1])"), "sample = 1 values"},
      {values(R"([1,"2"],[1,"3"])"), "time 1000 ms after 1000 ms; allowed: ascending times"},
      {values(R"([1,"2"],)"), "no sample"},
      {values(R"([1,"2"] [2,"3"])"), "no sample ends here"},
      {values(R"(7)"), "no sample ends here"},
      {Answer({Task("numRecordsIn", -3, R"([1,"2"])")}),
       "label subtask_index = \"-3\"; allowed: a whole number in [0, 32768)"},
      {Answer({Series("flink_taskmanager_job_task_numRecordsIn", {}, R"([1,"2"])")}), "label task_id"},
  };
  for (const Case& c : cases) EXPECT_THAT(ReadAll(c.text), ElementsAre(HasSubstr(c.message))) << c.text;
}

TEST(PrometheusJsonTest, RefusesEveryTruncation) {
  const std::string text = Answer({Task("numRecordsIn", 0, R"([1,"2"],[2,"3"])", {{"task_name", "a\\\"]}b"}})});
  ASSERT_EQ(ReadAll(text).size(), 3u);
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_THAT(ReadAll(text.substr(0, size)), ElementsAre(HasSubstr("answer.json byte "))) << size;
  }
}

// Block borders fall anywhere: the text has spaces at random.
TEST(PrometheusJsonProperty, ReadsEverySampleOfLongSeries) {
  EXPECT_TRUE(rc::check([] {
    const int count = *rc::gen::inRange(1, 2000);
    const std::string space(*rc::gen::inRange<size_t>(0, 40), ' ');
    std::string values;
    for (int i = 0; i < count; ++i) {
      absl::StrAppend(&values, i > 0 ? "," : "", space, "[", i, ".25 ,\"", i * 7, "\" ] ");
    }
    const std::vector<std::string> lines = ReadAll(Answer({Task("numRecordsIn", 3, values)}));
    RC_ASSERT(lines.size() == static_cast<size_t>(count) + 1);
    for (int i = 0; i < count; ++i) RC_ASSERT(lines[i + 1] == absl::StrCat(i * 1000 + 250, " v/3 0=", i * 7));
  }));
}

TEST(PrometheusJsonProperty, DeliversInTimeOrderWhateverTheOrderOfSeries) {
  EXPECT_TRUE(rc::check([] {
    std::vector<std::string> series;
    size_t points = 0;
    for (int subtask = 0; subtask < 5; ++subtask) {
      const int from = *rc::gen::inRange(0, 50), step = *rc::gen::inRange(1, 9), size = *rc::gen::inRange(1, 30);
      series.insert(series.begin() + *rc::gen::inRange<size_t>(0, series.size() + 1),
                    Task("numRecordsIn", subtask, Grid(from, from + size * step, step)));
      points += size;
    }
    int64_t last = -1;
    size_t samples = 0;
    for (const std::string& line : ReadAll(Answer(series))) {
      const int64_t time = std::stoll(line);
      RC_ASSERT(time >= last);
      last = time;
      samples += line.find(" v/") != std::string::npos;
    }
    RC_ASSERT(samples == points);
  }));
}

TEST(PrometheusJsonTest, ReadsPlainAndCompressedFilesAlike) {
  const std::string text = Answer({Task("numRecordsIn", 0, Grid(0, 40000, 2))});
  const Folder folder;
  const std::string plain = folder.Write("a.json", text), packed = folder.Write("a.json.gz", Gzip(text));
  for (const std::string& path : {plain, packed}) {
    int64_t done = 0, total = 0;
    const auto outline =
        MakePrometheusJsonReader(path, {})->Outline([&](int64_t d, int64_t t) { done = d, total = t; });
    ASSERT_TRUE(outline.ok()) << outline.status();
    EXPECT_EQ(outline->samples, 20000);
    EXPECT_EQ(done, total);
    EXPECT_EQ(total, static_cast<int64_t>(text.size()));
  }
  EXPECT_THAT(Message(MakePrometheusJsonReader(folder.Write("empty", ""), {})->Outline(nullptr).status()),
              HasSubstr("empty"));
  EXPECT_THAT(
      Message(MakePrometheusJsonReader(folder.Write("cut", Gzip(text).substr(0, 99)), {})->Outline(nullptr).status()),
      HasSubstr("gzip data is cut off"));
  EXPECT_TRUE(absl::IsNotFound(MakePrometheusJsonReader(folder.Path("none"), {})->Outline(nullptr).status()));
  EXPECT_FALSE(MakePrometheusJsonReader(folder.path(), {})->Outline(nullptr).ok());
}

TEST(PrometheusJsonRealData, ReadsAnExportOfBusyTimes) {
  const char* const set = std::getenv("LIBTUNE_SHARED_DATA");
  const std::string path =
      std::string(set != nullptr ? set : "../shared/data") + "/flink-runs/streambed-q11-busytime-prometheus.json.gz";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
  // Two jobs of one name ran side by side: the one measured, and the one that made its input.
  EXPECT_THAT(Message(MakePrometheusJsonReader(path, {})->Outline(nullptr).status()), HasSubstr("job = not given"));
  HistoryOptions options;
  options.job = "6e52fd9b63659e47eb63632b0ded07b2";
  const auto reader = MakePrometheusJsonReader(path, options);
  const auto outline = reader->Outline(nullptr);
  ASSERT_TRUE(outline.ok()) << outline.status();
  std::vector<int> parallelisms;
  for (const Vertex& vertex : outline->graph.vertices) parallelisms.push_back(vertex.parallelism);
  EXPECT_THAT(parallelisms, testing::UnorderedElementsAre(42, 4, 64, 1, 1));
  Notes notes(outline->graph);
  ASSERT_TRUE(reader->Read(outline->graph, notes, nullptr).ok());
  EXPECT_EQ(notes.lines.size(), static_cast<size_t>(outline->samples) + 5);  // and five parallelisms
  EXPECT_EQ(outline->last_ms - outline->first_ms, 600'000);
  EXPECT_THAT(outline->warnings, testing::IsEmpty());
}

}  // namespace
}  // namespace tune
