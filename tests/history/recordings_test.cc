// Recordings of a real Flink cluster, in $LIBTUNE_SHARED/recordings (default: ../shared beside the project).
#include <cmath>
#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/csv.h"
#include "libtune/history/csv_writer.h"
#include "libtune/history/gc_log/beside_history.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

fs::path Recordings() {
  const char* shared = std::getenv("LIBTUNE_SHARED");
  return fs::path(shared != nullptr ? shared : "../shared") / "recordings";
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(Recordings(), error)) {
    if (entry.path().filename() == "rest.jsonl.gz") {
      names.push_back(entry.path().parent_path().lexically_relative(Recordings()).string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Everything ReadRecording(const std::string& name, const std::string& format) {
  HistoryOptions options;
  options.format = format;
  const auto reader = OpenHistory((Recordings() / name).string(), options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!reader.ok()) return {};
  Everything all = ReadEverything(**reader);
  EXPECT_TRUE(all.status.ok()) << name << ": " << all.status;
  return all;
}

class RecordingsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (Names().empty()) GTEST_SKIP() << "no recordings in " << fs::absolute(Recordings());
  }
};

int Find(const HistoryOutline& outline, const std::string& id) {
  for (size_t i = 0; i < outline.graph.vertices.size(); ++i) {
    if (outline.graph.vertices[i].id == id) return static_cast<int>(i);
  }
  return -1;
}

constexpr const char* kSource = "f362c87ffabe89c8a91fa7d0a523ba6c";
constexpr const char* kEnrich = "9c32e3838cee893dbb2fc90ccad79598";

// Records a second into (or out of) a vertex over its last `seconds`, summed over the subtasks.
double Rate(const Everything& all, const std::string& id, TaskMetric metric, double seconds) {
  const int vertex = Find(all.outline, id);
  std::map<int, std::pair<const TaskSample*, const TaskSample*>> ends;
  int64_t last = 0;
  for (const TaskSample& sample : all.samples.tasks) last = std::max(last, sample.time_ms);
  for (const TaskSample& sample : all.samples.tasks) {
    if (sample.vertex != vertex || !sample.Has(metric) || static_cast<double>(last - sample.time_ms) > seconds * 1000)
      continue;
    auto& [first, second] = ends[sample.subtask];
    if (first == nullptr) first = &sample;
    second = &sample;
  }
  double rate = 0;
  for (const auto& [subtask, pair] : ends) {
    const auto& [from, to] = pair;
    if (to->time_ms == from->time_ms) continue;
    rate += (*to->Get(metric) - *from->Get(metric)) * 1000 / static_cast<double>(to->time_ms - from->time_ms);
  }
  return rate;
}

TEST_F(RecordingsTest, EveryOneReadsThroughRestAndPrometheus) {
  for (const std::string& name : Names()) {
    for (const char* format : {"flink-rest", "prometheus-text"}) {
      SCOPED_TRACE(absl::StrCat(name, " ", format));
      const Everything all = ReadRecording(name, format);
      EXPECT_EQ(all.outline.graph.vertices.size(), 4u);
      EXPECT_GT(all.samples.tasks.size(), 4u);
      EXPECT_EQ(all.outline.samples, static_cast<int64_t>(all.samples.tasks.size()));
      EXPECT_GT(all.samples.processes.size(), 1u);
      EXPECT_GT(all.samples.jobs.size(), 1u);
      EXPECT_GT(all.outline.last_ms, all.outline.first_ms);
      for (const std::string& metric : all.outline.metrics_seen)
        EXPECT_EQ(metric.find("gt_"), std::string::npos) << metric;
      int64_t last = 0;
      for (const TaskSample& sample : all.samples.tasks) {
        EXPECT_GE(sample.time_ms, last);
        last = sample.time_ms;
        EXPECT_TRUE(CheckSample(sample, all.outline.graph).ok()) << Text(sample);
      }
      for (const auto& sample : all.samples.parallelisms) EXPECT_TRUE(CheckSample(sample, all.outline.graph).ok());
      EXPECT_EQ(!all.samples.sources.empty(), fs::exists(Recordings() / name / "producer.csv"));
    }
  }
}

TEST_F(RecordingsTest, RestTellsVerticesInTopologicalOrderAndFacts) {
  for (const std::string& name : Names()) {
    const Everything all = ReadRecording(name, "flink-rest");
    const auto& vertices = all.outline.graph.vertices;
    ASSERT_EQ(vertices.size(), 4u);
    EXPECT_TRUE(vertices[0].name.starts_with("Source: ")) << name;
    EXPECT_EQ(vertices[1].name, "parse");
    EXPECT_EQ(vertices[2].name, "enrich");
    EXPECT_EQ(vertices[3].name, "format -> sink: Writer");
    EXPECT_EQ(vertices[2].max_parallelism, 120);
    EXPECT_EQ(all.outline.facts.flink_major, 1);
    EXPECT_EQ(all.outline.facts.flink_minor, 20);
    EXPECT_EQ(all.outline.facts.adaptive_scheduler, true);
    EXPECT_EQ(all.outline.facts.slots_per_task_manager, 4);
  }
}

TEST_F(RecordingsTest, RatesAreThoseOfTheRecording) {
  // "enrich in /s" of the recordings' table, a least-squares rate over the last 90 s.
  const std::pair<const char*, double> rates[] = {{"uniform900-p4", 900}, {"uniform900-p1", 384},
                                                  {"uniform900-p2", 774}, {"skew35-800-p4", 800},
                                                  {"idle50-p4", 50},      {"kafka900-p2", 779}};
  for (const auto& [name, want] : rates) {
    for (const char* format : {"flink-rest", "prometheus-text"}) {
      const Everything all = ReadRecording(name, format);
      EXPECT_NEAR(Rate(all, kEnrich, TaskMetric::kRecordsIn, 90), want, want * 0.03) << name << " " << format;
    }
  }
}

TEST_F(RecordingsTest, KafkaSourcesCountWhatTheyRead) {
  for (const char* format : {"flink-rest", "prometheus-text"}) {
    for (const char* name : {"kafka900-p2", "kafka900-p3", "kafka-catchup-1to4"}) {
      const Everything all = ReadRecording(name, format);
      const double out = Rate(all, kSource, TaskMetric::kRecordsOut, 60);
      EXPECT_GT(out, 700) << name << " " << format;
      EXPECT_NEAR(Rate(all, kSource, TaskMetric::kRecordsIn, 60), out, 0.001 * out) << name << " " << format;
    }
    // A generator's operator counts nothing either.
    EXPECT_EQ(Rate(ReadRecording("uniform900-p4", format), kSource, TaskMetric::kRecordsIn, 60), 0) << format;
  }
}

TEST_F(RecordingsTest, TrafficOverTheWholeOfARecordingAgreesBetweenVertices) {
  for (const std::string& name : Names()) {
    for (const char* format : {"flink-rest", "prometheus-text"}) {
      if (name == "oom-parallel-256" && std::string(format) == "prometheus-text")
        continue;  // it died after two scrapes
      const Everything all = ReadRecording(name, format);
      const auto traffic = [&](const char* id) {
        return all.outline.traffic[static_cast<size_t>(Find(all.outline, id))];
      };
      const double out = traffic(kSource).records_out, in = traffic(kEnrich).records_in;
      EXPECT_GT(in, 1000) << name << " " << format;
      // What stands in buffers between them is at most some 27,000 records (kafka900-p2).
      EXPECT_NEAR(in, out, 27'000) << name << " " << format;
      EXPECT_EQ(traffic(kSource).records_in, 0) << name << " " << format;
      EXPECT_GT(traffic(kEnrich).bytes_in, in) << name << " " << format;
    }
  }
}

TEST_F(RecordingsTest, RescalesAreSeen) {
  const auto changes = [](const char* name, const char* format) {
    const Everything all = ReadRecording(name, format);
    std::vector<int> list;
    for (const auto& sample : all.samples.parallelisms) {
      if (sample.vertex == Find(all.outline, kEnrich)) list.push_back(sample.parallelism);
    }
    EXPECT_EQ(all.outline.graph.vertices[static_cast<size_t>(Find(all.outline, kEnrich))].parallelism, list.back());
    return list;
  };
  for (const char* format : {"flink-rest", "prometheus-text"}) {
    EXPECT_THAT(changes("rescale900-1to3", format), testing::ElementsAre(1, 3)) << format;
    EXPECT_THAT(changes("kafka-catchup-1to4", format), testing::ElementsAre(1, 4)) << format;
    EXPECT_THAT(changes("rival/over200", format), testing::ElementsAre(4, 2, 1)) << format;
    EXPECT_THAT(changes("uniform900-p2", format), testing::ElementsAre(2)) << format;
  }
}

TEST_F(RecordingsTest, ADeadTaskManagerIsAJobThatDoesNotRun) {
  const Everything all = ReadRecording("oom-parallel-256", "flink-rest");
  EXPECT_EQ(all.samples.jobs.front().state, JobState::kNotRunning);
  EXPECT_EQ(all.samples.jobs.back().state, JobState::kNotRunning);
  EXPECT_EQ(std::count_if(all.samples.jobs.begin(), all.samples.jobs.end(),
                          [](const JobSample& sample) { return sample.state == JobState::kRunning; }),
            11);  // lines 2 to 12 of 24
  // Flink goes on answering the dead tasks' last values; they are none of the job's.
  EXPECT_LT(all.samples.tasks.back().time_ms, all.outline.last_ms - 30'000);
}

TEST_F(RecordingsTest, ProducerOffsetsGrowAtTheOfferedRate) {
  const Everything all = ReadRecording("kafka900-p3", "flink-rest");
  const SourceSample &first = all.samples.sources.front(), &last = all.samples.sources.back();
  EXPECT_EQ(first.vertex, Find(all.outline, kSource));
  const double seconds = static_cast<double>(last.time_ms - first.time_ms) / 1000;
  EXPECT_NEAR((*last.end_offset - *first.end_offset) / seconds, 900, 9);
}

TEST_F(RecordingsTest, ConvertedToCsvTheyReadTheSame) {
  const Folder folder;
  for (const std::string& name : Names()) {
    const Everything want = ReadRecording(name, "flink-rest");
    auto writer = CsvWriter::Create(folder.Path("history.csv.gz"), want.outline.graph);
    ASSERT_TRUE(writer.ok()) << writer.status();
    HistoryOptions options;
    options.format = "flink-rest";
    auto rest = OpenHistory((Recordings() / name).string(), options);
    ASSERT_TRUE((*rest)->Read(want.outline.graph, **writer, nullptr).ok());
    ASSERT_TRUE((*writer)->Close().ok());
    ASSERT_TRUE(WriteGraphJson(folder.Path("graph.json"), want.outline.graph, want.outline.facts).ok());

    for (const ProcessGcLog& log : FindGcLogs((Recordings() / name).string())) {
      for (const std::string& path : log.paths) {
        std::filesystem::copy_file(path, folder.Path(std::filesystem::path(path).filename().string()),
                                   std::filesystem::copy_options::overwrite_existing);
      }
    }

    auto csv = OpenHistory(folder.path(), {});
    ASSERT_TRUE(csv.ok()) << csv.status();
    EXPECT_EQ((*csv)->format(), "csv");
    const Everything got = ReadEverything(**csv);
    ASSERT_TRUE(got.status.ok()) << got.status;
    EXPECT_EQ(got.samples.all, want.samples.all) << name;
    EXPECT_EQ(FormatGraphJson(got.outline.graph, got.outline.facts),
              FormatGraphJson(want.outline.graph, want.outline.facts));
    EXPECT_EQ(got.outline.samples, want.outline.samples);
  }
}

TEST_F(RecordingsTest, CutOffGzipIsAnError) {
  const Folder folder;
  std::ifstream file(Recordings() / "uniform900-p4" / "rest.jsonl.gz", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  folder.Write("rest.jsonl.gz", bytes.substr(0, bytes.size() / 2));
  const auto outline = (*OpenHistory(folder.path(), {}))->Outline(nullptr);
  EXPECT_EQ(outline.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(outline.status().message()), testing::HasSubstr("gzip data is cut off after"));
}

// The job registers gauges of its own: both formats give them to its TaskManager. 200 MiB are alive and 20 to 30 of
// Flink; G1 leaves at most a half more behind.
TEST_F(RecordingsTest, TheJobsOwnGaugeTellsTheOldGeneration) {
  for (const char* format : {"flink-rest", "prometheus-text"}) {
    const Everything all = ReadRecording("mem200-g1-512", format);
    std::optional<double> last;
    for (const ProcessSample& sample : all.samples.processes) {
      if (sample.Get(ProcessMetric::kOldGenAfterGc).value_or(0) > 0) last = sample.Get(ProcessMetric::kOldGenAfterGc);
    }
    ASSERT_TRUE(last.has_value()) << format;
    EXPECT_GT(*last, 220.0 * (1 << 20)) << format;
    EXPECT_LT(*last, 1.5 * 240 * (1 << 20)) << format;
  }
}

}  // namespace
}  // namespace tune
