#include "libtune/history/prometheus_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/prometheus_line.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::unique_ptr<HistoryReader> Reader(const std::string& text, const std::string& job = "") {
  HistoryOptions options;
  if (!job.empty()) options.job = job;
  return MakePrometheusTextReader(ByteSource::Memory("prometheus.txt", text), std::nullopt, options);
}

Everything ReadText(const std::string& text, const std::string& job = "") { return ReadEverything(*Reader(text, job)); }

struct TaskLabels {
  std::string vertex = "v1";
  int subtask = 0;
  std::string task_manager = "tm1";
  std::string job = "j1";
  std::string job_name = "orders";
  int attempt = 0;
};

std::string Task(const std::string& metric, const std::string& value, const TaskLabels& labels) {
  return absl::StrCat("flink_taskmanager_job_task_", metric, "{job_id=\"", labels.job, "\",task_id=\"", labels.vertex,
                      "\",task_attempt_id=\"", labels.vertex, labels.attempt, "\",host=\"h\",task_name=\"n_",
                      labels.vertex, "\",task_attempt_num=\"", labels.attempt, "\",job_name=\"", labels.job_name,
                      "\",tm_id=\"", labels.task_manager, "\",subtask_index=\"", labels.subtask, "\",} ", value, "\n");
}

TaskLabels At(const std::string& vertex, int subtask, const std::string& task_manager = "tm1") {
  TaskLabels labels;
  labels.vertex = vertex;
  labels.subtask = subtask;
  labels.task_manager = task_manager;
  return labels;
}

std::string Scrape(int64_t time, const std::string& lines) {
  return absl::StrCat("# scrape ", time, " endpoint tm\n", lines);
}

TEST(PrometheusLineTest, ReadsLabelsAndUndoesEscapes) {
  PrometheusLine line;
  ASSERT_TRUE(ParsePrometheusLine(R"(a:b_1 { x="1\"2\\3\n4" , y="é" ,} 2.5E3 1700000000000 )", line).ok());
  EXPECT_EQ(line.name, "a:b_1");
  EXPECT_EQ(*line.Label("x"), "1\"2\\3\n4");
  EXPECT_EQ(*line.Label("y"), "é");
  EXPECT_EQ(line.Label("z"), nullptr);
  EXPECT_EQ(line.value, 2500);
  ASSERT_TRUE(ParsePrometheusLine("a +Inf", line).ok());
  EXPECT_TRUE(std::isinf(line.value));
  ASSERT_TRUE(ParsePrometheusLine("a{} NaN", line).ok());
  EXPECT_TRUE(std::isnan(line.value));
}

TEST(PrometheusLineTest, RefusesWhatIsNoLineOfTheFormat) {
  PrometheusLine line;
  for (const char* wrong : {"", "1a 2", "a", "a{", "a{x}", "a{x=1} 2", "a{x=\"1} 2", "a{x=\"1\" y=\"2\"} 3", "a b",
                            "a 1 b", "a 1 2 3", "a{x=\"1\\", "a{=\"1\"} 2", "a{} "}) {
    EXPECT_FALSE(ParsePrometheusLine(wrong, line).ok()) << wrong;
  }
}

TEST(PrometheusTextTest, GroupsAScrapeByVertexAndSubtask) {
  const Everything all = ReadText(Scrape(
      1000, "# HELP x y\n# TYPE x gauge\n" + Task("numRecordsIn", "10.0", At("v1", 1)) +
                Task("numRecordsIn", "5.0", At("v1", 0)) + Task("numRecordsOut", "7", At("v2", 0)) +
                Task("accumulateBusyTimeMs", "2.5E3", At("v1", 0)) + Task("accumulateBusyTimeMs", "NaN", At("v1", 1)) +
                Task("operator_pendingRecords", "3", At("v2", 0)) + Task("operator_numRecordsIn", "99", At("v2", 0)) +
                Task("operator_gt_records", "99", At("v2", 0)) + Task("buffers_outPoolUsage", "1.1", At("v2", 0)) +
                "flink_taskmanager_Status_JVM_CPU_Time{host=\"h\",tm_id=\"tm1\",} 2.652E10\n"
                "flink_taskmanager_Status_JVM_Memory_Heap_Max{host=\"h\",tm_id=\"tm1\",} -1.0\n"
                "flink_jobmanager_job_runningTime{job_id=\"j1\",host=\"h\",job_name=\"orders\",} 160787.0\n"
                "flink_jobmanager_job_numRestarts{job_id=\"j1\",host=\"h\",job_name=\"orders\",} 2.0\n"
                "flink_jobmanager_job_lastCheckpointDuration{job_id=\"j1\",host=\"h\",job_name=\"orders\",} -1.0\n"));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(
      all.samples.all,
      ElementsAre("1000 parallelism 0 2", "1000 parallelism 1 1", "1000 job 1 restarts=2 checkpoints=-/- -",
                  "1000 tm tm1 cpu_time_ns=2.652e+10", "1000 task 0[0] records_in=5 busy_ms=2500",
                  "1000 task 0[1] records_in=10", "1000 task 1[0] records_out=7 pending_records=3 out_pool_usage=1"));
  EXPECT_EQ(all.outline.facts.job_name, "orders");
  EXPECT_EQ(all.outline.graph.vertices[0].name, "n_v1");
  EXPECT_EQ(all.outline.graph.vertices[0].parallelism, 2);
  EXPECT_EQ(all.outline.graph.vertices[0].max_parallelism, kMaxParallelism);
  EXPECT_THAT(all.outline.warnings, ElementsAre(HasSubstr("1 pool usages above 1")));
  EXPECT_FALSE(all.outline.metrics_seen.contains("flink_taskmanager_job_task_operator_gt_records"));
  EXPECT_TRUE(all.outline.metrics_seen.contains("flink_taskmanager_job_task_operator_numRecordsIn"));
}

TEST(PrometheusTextTest, TakesWhatSourceOperatorsReadOncePerOperator) {
  const auto operator_line = [](const std::string& id, const std::string& name, const std::string& value) {
    return "flink_taskmanager_job_task_operator_numRecordsIn{job_id=\"j1\",task_id=\"v1\",task_attempt_id=\"v10\","
           "operator_id=\"" +
           id + "\",operator_name=\"" + name +
           "\",task_name=\"n_v1\",task_attempt_num=\"0\",job_name=\"orders\","
           "tm_id=\"tm1\",subtask_index=\"0\",} " +
           value + "\n";
  };
  const Everything all =
      ReadText(Scrape(1000, operator_line("s1", "Source:_k", "20") + Task("numRecordsIn", "0", At("v1", 0)) +
                                Task("numRecordsOut", "5", At("v1", 0)) + operator_line("s2", "Source:_other", "7") +
                                operator_line("s1", "Source:_k", "20") + operator_line("f", "Filter", "27")));
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(all.samples.all.back(), "1000 task 0[0] records_in=27 records_out=5");
  EXPECT_EQ(all.outline.traffic[0].records_in, 0);  // over the vertex's border
}

TEST(PrometheusTextTest, TakesAGaugeOfTheJobForTheTaskManagerOfItsSubtask) {
  const auto gauge = [](const std::string& labels, const std::string& value) {
    return "flink_taskmanager_job_task_operator_jvmOldGenUsedAfterGc{job_id=\"j1\",operator_name=\"enrich\"" + labels +
           ",} " + value + "\n";
  };
  const Everything all = ReadText(Scrape(
      1000, Task("numRecordsIn", "5", At("v1", 0)) + gauge(",tm_id=\"tm1\",subtask_index=\"0\"", "3.0E8") +
                gauge(",tm_id=\"tm2\",subtask_index=\"1\"", "4.0E8") + gauge(",subtask_index=\"2\"", "9.0E8") +
                "flink_taskmanager_Status_JVM_Memory_Heap_OldGenUsedAfterGc{host=\"h\",tm_id=\"tm2\",} 4.1E8\n"));
  ASSERT_TRUE(all.status.ok()) << all.status;
  ASSERT_EQ(all.samples.processes.size(), 2u);
  EXPECT_EQ(Text(all.samples.processes[0]), "1000 tm tm1 old_gen_after_gc_bytes=3e+08");
  EXPECT_EQ(Text(all.samples.processes[1]), "1000 tm tm2 old_gen_after_gc_bytes=4.1e+08");
}

TEST(PrometheusTextTest, CountsSubtasksOverAllTaskManagersOfARound) {
  std::string text;
  for (const int64_t t : {1000, 16'000}) {
    text += Scrape(t, Task("numRecordsIn", "1", At("v1", 0, "tm1"))) +
            Scrape(t + 10, Task("numRecordsIn", "1", At("v1", 1, "tm2"))) +
            Scrape(t + 20, "flink_jobmanager_job_uptime{job_id=\"j1\",job_name=\"orders\"} 5\n");
  }
  const Everything all = ReadText(text);
  ASSERT_EQ(all.samples.parallelisms.size(), 1u);
  EXPECT_EQ(Text(all.samples.parallelisms[0]), "1000 parallelism 0 2");
  EXPECT_EQ(all.samples.tasks.size(), 4u);
}

TEST(PrometheusTextTest, DoesNotTakeASilentTaskManagerForARescale) {
  const auto round = [](int64_t t, bool both) {
    return Scrape(t, Task("numRecordsIn", "1", At("v1", 0, "tm1"))) +
           Scrape(t + 10, both ? Task("numRecordsIn", "1", At("v1", 1, "tm2")) : "# error timed out\n");
  };
  EXPECT_EQ(ReadText(round(1000, true) + round(16'000, false) + round(31'000, false) + round(46'000, true))
                .samples.parallelisms.size(),
            1u);
  // Silent for three rounds: gone.
  const Everything gone =
      ReadText(round(1000, true) + round(16'000, false) + round(31'000, false) + round(46'000, false));
  ASSERT_EQ(gone.samples.parallelisms.size(), 2u);
  EXPECT_EQ(Text(gone.samples.parallelisms[1]), "46000 parallelism 0 1");
}

TEST(PrometheusTextTest, SeesARescaleAtOnceWhereAllWereHeard) {
  const auto round = [](int64_t t, int subtasks) {
    std::string lines;
    for (int i = 0; i < subtasks; ++i) lines += Task("numRecordsIn", "1", At("v1", i));
    return Scrape(t, lines);
  };
  const Everything all = ReadText(round(1000, 4) + round(16'000, 2) + round(31'000, 3));
  std::vector<std::string> changes;
  for (const ParallelismSample& sample : all.samples.parallelisms) changes.push_back(Text(sample));
  EXPECT_THAT(changes, ElementsAre("1000 parallelism 0 4", "16000 parallelism 0 2", "31000 parallelism 0 3"));
  EXPECT_EQ(all.outline.graph.vertices[0].parallelism, 3);
}

TEST(PrometheusTextTest, KeepsTheLaterOfTwoAttempts) {
  TaskLabels old_attempt = At("v1", 0), new_attempt = At("v1", 0);
  new_attempt.attempt = 1;
  const std::string old_lines = Task("numRecordsIn", "900", old_attempt) + Task("numRecordsOut", "800", old_attempt);
  const std::string new_lines = Task("numRecordsIn", "9", new_attempt);
  EXPECT_EQ(ReadText(Scrape(1, old_lines + new_lines)).samples.all.back(), "1 task 0[0] records_in=9");
  EXPECT_EQ(ReadText(Scrape(1, new_lines + old_lines)).samples.all.back(), "1 task 0[0] records_in=9");
}

TEST(PrometheusTextTest, MeasuresTrafficOverRestarts) {
  const auto round = [](int64_t t, const std::string& in) { return Scrape(t, Task("numRecordsIn", in, At("v1", 0))); };
  const Everything all = ReadText(round(1000, "100") + round(16'000, "150") + round(31'000, "20"));
  EXPECT_EQ(all.outline.traffic[0].records_in, 170);  // 150 + 20
}

TEST(PrometheusTextTest, AsksWhichOfSeveralJobs) {
  TaskLabels other = At("v9", 0, "tm2");
  other.job = "j2";
  other.job_name = "other_job";
  const std::string text = Scrape(1000, Task("numRecordsIn", "1", At("v1", 0)) + Task("numRecordsIn", "2", other) +
                                            "flink_taskmanager_Status_JVM_CPU_Time{tm_id=\"tm1\"} 1\n"
                                            "flink_taskmanager_Status_JVM_CPU_Time{tm_id=\"tm2\"} 2\n");
  const Everything none = ReadText(text);
  EXPECT_THAT(std::string(none.status.message()), HasSubstr("one of orders (j1), other_job (j2)"));
  for (const char* job : {"j2", "other_job", "other-job"}) {
    const Everything one = ReadText(text, job);
    ASSERT_TRUE(one.status.ok()) << one.status;
    EXPECT_EQ(one.outline.graph.vertices.size(), 1u);
    EXPECT_EQ(one.outline.graph.vertices[0].id, "v9");
    ASSERT_EQ(one.samples.processes.size(), 1u);  // the other one works for the other job
    EXPECT_EQ(one.samples.processes[0].id, "tm2");
  }
  EXPECT_THAT(std::string(ReadText(text, "none").status.message()), HasSubstr("job = none; allowed: orders (j1)"));
}

TEST(PrometheusTextTest, TakesAResubmittedJobAsOne) {
  TaskLabels again = At("v1", 0);
  again.job = "j2";
  const std::string first = Task("numRecordsIn", "1", At("v1", 0)), second = Task("numRecordsIn", "2", again);
  EXPECT_TRUE(ReadText(Scrape(1000, first) + Scrape(16'000, second)).status.ok());
  EXPECT_FALSE(ReadText(Scrape(1000, first) + Scrape(16'000, first + second)).status.ok());  // two at a time
}

TEST(PrometheusTextTest, NamesFileLineAndWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "prometheus.txt has no metrics of Flink"},
      {"# scrape 1000 endpoint tm\nup 1\n", "has no metrics of Flink"},
      {Task("numRecordsIn", "1", {}), "prometheus.txt line 1: line before the first scrape"},
      {"# scrape abc endpoint tm\n", "prometheus.txt line 1: # scrape = \"abc\""},
      {"# scrape 1795249917168000000 x\n", "# scrape = \"1795249917168000000\""},
      {Scrape(1, "<html>\n"), "prometheus.txt line 2: line = \"<html>\""},
      {Scrape(1, Task("numRecordsIn", "many", {})), "flink_taskmanager_job_task_numRecordsIn = \"many\""},
      {Scrape(1, Task("numRecordsIn", "1", At("", 0))), "label task_id = missing"},
      {Scrape(1, Task("numRecordsIn", "1", At("v1", 99999))), "label subtask_index = \"99999\""},
      {Scrape(1, Task("numRecordsIn", "1", At("v1", -1))), "label subtask_index = \"-1\""},
      {Scrape(1, "flink_taskmanager_Status_JVM_CPU_Time 1\n"), "label tm_id = missing"},
      {std::string("\0\1\2", 3), "NUL byte"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(std::string(ReadText(text).status.message()), HasSubstr(message)) << text;
  }
}

}  // namespace
}  // namespace tune
