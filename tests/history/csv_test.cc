#include "libtune/history/csv.h"

#include <rapidcheck.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/csv_writer.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kHeader = "time_ms,scope,id,subtask,metric,value\n";

Everything ReadRows(const std::string& rows) {
  auto reader = MakeCsvReader(ByteSource::Memory("history.csv", kHeader + rows), std::nullopt, {});
  return ReadEverything(*reader);
}

TEST(CsvTest, WarnsOfAClockThatWasSetBackAndRefusesAFileWrittenBackwards) {
  const auto read = [](std::initializer_list<int> times) {
    std::string rows;
    for (const int time : times) absl::StrAppend(&rows, time, ",task,a,0,records_in,", time, "\n");
    return ReadRows(rows);
  };
  EXPECT_THAT(read({1, 2, 3, 3}).outline.warnings, IsEmpty());
  EXPECT_THAT(read({5, 6, 4, 7, 8}).outline.warnings,
              ElementsAre(HasSubstr("times go back 1 times, first from 6 to 4 ms")));
  EXPECT_THAT(std::string(read({5, 4, 3, 6}).status.message()),
              HasSubstr("history.csv: times go back 2 times, first from 5 to 4 ms; allowed: samples in the order"));
}

TEST(CsvTest, RefusesSeconds) {
  EXPECT_THAT(std::string(ReadRows("1795249917,task,a,0,records_in,1\n").status.message()),
              HasSubstr("history.csv line 2: time_ms = \"1795249917\"; allowed: milliseconds since 1970, not seconds"));
}

TEST(CsvTest, ShowsControlCharactersAsText) {
  EXPECT_THAT(std::string(ReadRows("1,task,a,0,\x1b[31m\xC2\x9B\x07 \xC3\xA4,1\n").status.message()),
              HasSubstr("metric = \"\\x1b[31m\\x9b\\x07 \xC3\xA4\""));
}

TEST(CsvTest, PutsConsecutiveRowsOfOneSubjectTogether) {
  const Everything all = ReadRows(
      "1000,parallelism,v1,,parallelism,2\n"
      "1000,job,,,state,running\n1000,job,,,restarts,1\n1000,job,,,last_checkpoint_ms,185\n"
      "1000,task_manager,\"tm,\"\"1\"\"\",,cpu_time_ns,2.652e10\n1000,task_manager,\"tm,\"\"1\"\"\",,slots,4\n"
      "1000,task,v1,0,records_in,10\n1000,task,v1,0,busy_ms,1.5\n1000,task,v1,1,records_in,11\n"
      "1000,source,v1,,end_offset,7\r\n1000,source,v1,,committed_offset,5\n"
      "2000,task,v2,-1,records_out,3");
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(all.samples.all, ElementsAre("1000 parallelism 0 2", "1000 job 1 restarts=1 checkpoints=-/- 185",
                                           "1000 tm tm,\"1\" cpu_time_ns=2.652e+10 slots=4",
                                           "1000 task 0[0] records_in=10 busy_ms=1.5", "1000 task 0[1] records_in=11",
                                           "1000 source 0 end=7 done=5", "2000 task 1[-1] records_out=3"));
  EXPECT_EQ(all.outline.first_ms, 1000);
  EXPECT_EQ(all.outline.last_ms, 2000);
  EXPECT_EQ(all.outline.samples, 3);
}

TEST(CsvTest, StartsANewSampleWhereAMetricComesAgain) {
  const Everything all = ReadRows("1,task,v,0,records_in,1\n1,task,v,0,records_in,2\n1,task,v,0,busy_ms,3\n");
  EXPECT_THAT(all.samples.all, ElementsAre("1 task 0[0] records_in=1", "1 task 0[0] records_in=2 busy_ms=3"));
}

TEST(CsvTest, TakesParallelismFromTheSubtasksWhereNothingSaysIt) {
  const Everything all = ReadRows(
      "1,task,v,0,records_in,1\n1,task,v,3,records_in,1\n1,task,w,0,records_in,1\n"
      "2,parallelism,w,,parallelism,7\n");
  EXPECT_EQ(all.outline.graph.vertices[0].parallelism, 4);
  EXPECT_EQ(all.outline.graph.vertices[1].parallelism, 7);
}

TEST(CsvTest, MeasuresTraffic) {
  const Everything all = ReadRows("1,task,v,0,records_in,100\n2,task,v,0,records_in,150\n3,task,v,0,records_in,20\n");
  EXPECT_EQ(all.outline.traffic[0].records_in, 170);  // 150, and 20 after the restart
  EXPECT_EQ(all.outline.traffic[0].records_out, -1);
}

TEST(CsvTest, NamesFileLineColumnValueAndWhatIsAllowed) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "history.csv has no rows"},
      {"abc,task,v,0,records_in,1\n", "history.csv line 2: time_ms = \"abc\"; allowed: milliseconds since 1970"},
      {"1.5,task,v,0,records_in,1\n", "time_ms = \"1.5\""},
      {"1795249913396000,task,v,0,records_in,1\n", "time_ms = \"1795249913396000\""},
      {"1,task,v,0,records_in,1\n1,vertex,v,0,records_in,1\n",
       "line 3: scope = \"vertex\"; allowed: task, task_manager"},
      {"1,task,v,0,numRecordsIn,1\n", "metric = \"numRecordsIn\"; allowed: records_in, records_out, busy_ms"},
      {"1,source,v,,lag,1\n", "metric = \"lag\"; allowed: end_offset, committed_offset"},
      {"1,job,,,status,1\n", "metric = \"status\"; allowed: state, restarts"},
      {"1,task_manager,t,,cpu,1\n", "metric = \"cpu\"; allowed: cpu_time_ns"},
      {"1,parallelism,v,,p,1\n", "metric = \"p\"; allowed: parallelism"},
      {"1,task,v,0,records_in,abc\n", "value = \"abc\"; allowed: a number >= 0"},
      {"1,task,v,0,records_in,\n", "value = \"\""},
      {"1,task,v,0,records_in,NaN\n", "value = \"NaN\""},
      {"1,task,v,0,records_in,-1\n", "value = \"-1\""},
      {"1,task,v,0,records_in,1e999\n", "value = \"1e999\""},
      {"1,job,,,state,1\n", "value = \"1\"; allowed: running, not_running, unknown"},
      {"1,parallelism,v,,parallelism,0\n", "value = \"0\"; allowed: a whole number in [1, 32768]"},
      {"1,parallelism,v,,parallelism,2.5\n", "value = \"2.5\""},
      {"1,task,v,,records_in,1\n", "subtask = \"\""},
      {"1,task,v,-2,records_in,1\n", "subtask = \"-2\""},
      {"1,task,v,32768,records_in,1\n", "subtask = \"32768\""},
      {"1,source,v,0,end_offset,1\n", "subtask = \"0\"; allowed: nothing"},
      {"1,task,,0,records_in,1\n", "id = \"\""},
      {"1,job,x,,state,running\n", "id = \"x\""},
      {"1,task,v,0,records_in\n", "row = "},
      {"1,task,v,0,records_in,1,2\n", "row = "},
      {"1,task,v,0,records_in,1,\n", "row = "},
      {"1,task,\"v,0,records_in,1\n", "row = "},
      {"1,task,\"v\"x,0,records_in,1\n", "row = "},
      {"1,task,v,0,\"records_in\",1\n", "quotes around the id only"},
  };
  for (const auto& [rows, message] : cases) {
    const absl::Status status = ReadRows(rows).status;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << rows;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message)) << rows;
  }
  auto other = MakeCsvReader(ByteSource::Memory("history.csv", "a,b\n"), std::nullopt, {});
  EXPECT_THAT(std::string(other->Outline(nullptr).status().message()),
              HasSubstr("history.csv line 1: header = \"a,b\""));
}

TEST(CsvTest, TakesVerticesFromGraphJson) {
  const Folder folder;
  JobGraph graph;
  graph.vertices.resize(2);
  graph.vertices[0].id = "v2";
  graph.vertices[1].id = "v1";
  graph.vertices[1].parallelism = 5;
  graph.edges.push_back({0, 1, ShipStrategy::kHash});
  JobFacts facts;
  facts.job_name = "orders";
  ASSERT_TRUE(WriteGraphJson(folder.Path("graph.json"), graph, facts).ok());
  const std::string rows = "1,task,v1,0,records_in,1\n1,task,gone,0,records_in,2\n1,task,gone,0,records_in,3\n";
  const std::string path = folder.Write("history.csv", kHeader + rows);
  const auto graph_json = FindGraphJson(path);
  ASSERT_TRUE(graph_json.has_value());
  auto reader = MakeCsvReader(ByteSource::File(path), graph_json, {});
  const Everything all = ReadEverything(*reader);
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_THAT(all.samples.all, ElementsAre("1 task 1[0] records_in=1"));
  EXPECT_EQ(all.outline.graph.edges.size(), 1u);
  EXPECT_EQ(all.outline.graph.vertices[1].parallelism, 5);
  EXPECT_EQ(all.outline.facts.job_name, "orders");
  EXPECT_THAT(all.outline.warnings,
              ElementsAre(HasSubstr("2 samples left out: their vertices are not in graph.json: gone")));
}

JobGraph GraphOf(const std::vector<std::string>& ids) {
  JobGraph graph;
  for (const std::string& id : ids) graph.vertices.emplace_back().id = id;
  return graph;
}

TEST(CsvWriterTest, RefusesWhatCannotBeReadBack) {
  const Folder folder;
  auto writer = CsvWriter::Create(folder.Path("h.csv.gz"), GraphOf({"v", "two\nlines"}));
  ASSERT_TRUE(writer.ok());
  TaskSample sample{};
  sample.Set(TaskMetric::kRecordsIn, std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE((*writer)->Add(sample).ok());
  sample.vertex = 7;
  EXPECT_THAT(std::string((*writer)->Add(sample).message()), HasSubstr("vertex = 7; allowed: [0, 2)"));
  sample.vertex = 1;
  EXPECT_THAT(std::string((*writer)->Add(sample).message()), HasSubstr("without line breaks"));
  EXPECT_TRUE((*writer)->Close().ok());
  EXPECT_EQ((*writer)->Close().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(CsvWriter::Create("/no/such/folder/h.csv.gz", JobGraph()).ok());
}

TEST(CsvWriterTest, WritesGzipOnlyWhereTheNameSaysSo) {
  const Folder folder;
  for (const char* name : {"h.csv", "h.csv.gz"}) {
    auto writer = CsvWriter::Create(folder.Path(name), GraphOf({"v"}));
    ASSERT_TRUE((*writer)->Add(ParallelismSample{1, 0, 3}).ok());
    ASSERT_TRUE((*writer)->Close().ok());
  }
  std::ifstream plain(folder.Path("h.csv"));
  const std::string text((std::istreambuf_iterator<char>(plain)), {});
  EXPECT_EQ(text, std::string(kHeader) + "1,parallelism,v,,parallelism,3\n");
  std::ifstream gz(folder.Path("h.csv.gz"));
  EXPECT_EQ(gz.get(), 0x1f);
}

TEST(CsvWriterProperty, WhatIsWrittenReadsBackTheSame) {
  const Folder folder;
  const std::string path = folder.Path("history.csv.gz");
  EXPECT_TRUE(rc::check([&] {
    const JobGraph graph = GraphOf({"a", "with,comma", "with \"quotes\"", "ä"});
    auto writer = CsvWriter::Create(path, graph);
    CollectSink want;
    // The first sample of every vertex, so that the read graph lists them in this order.
    for (int i = 0; i < 4; ++i) {
      const ParallelismSample first{1, i, 1};
      RC_ASSERT(want.Add(first).ok() && (*writer)->Add(first).ok());
    }
    int64_t time_ms = 1'700'000'000'000;
    const int count = *rc::gen::inRange(0, 40);
    for (int i = 0; i < count; ++i) {
      TaskSample sample{};
      sample.time_ms = time_ms += *rc::gen::inRange<int64_t>(0, 1'000'000'000);
      sample.vertex = *rc::gen::inRange(0, 4);
      sample.subtask = *rc::gen::inRange(-1, kMaxParallelism);
      sample.Set(static_cast<TaskMetric>(i % kTaskMetricCount), std::abs(*rc::gen::arbitrary<double>()));
      sample.Set(static_cast<TaskMetric>(*rc::gen::inRange(0, kTaskMetricCount)), 0.1 * i);
      ProcessSample machine{};
      machine.time_ms = sample.time_ms;
      machine.id = *rc::gen::element<std::string>("tm1", "10.0.0.1:6122-a,b", "\"");
      machine.Set(ProcessMetric::kHeapUsed, i * 1e9);
      JobSample job;
      job.time_ms = sample.time_ms;
      job.state = *rc::gen::element(JobState::kUnknown, JobState::kRunning, JobState::kNotRunning);
      if (i % 2 == 0) job.restarts = i;
      RC_ASSERT(want.Add(sample).ok() && (*writer)->Add(sample).ok());
      RC_ASSERT(want.Add(machine).ok() && (*writer)->Add(machine).ok());
      RC_ASSERT(want.Add(job).ok() && (*writer)->Add(job).ok());
    }
    RC_ASSERT((*writer)->Close().ok());
    auto reader = MakeCsvReader(ByteSource::File(path), std::nullopt, {});
    const Everything got = ReadEverything(*reader);
    RC_ASSERT(got.status.ok());
    RC_ASSERT(got.samples.all == want.all);
  }));
}

}  // namespace
}  // namespace tune
