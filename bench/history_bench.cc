// Decoding a Prometheus answer of some 130 MB: 1000 series (5 vertices, 20 subtasks, 10 metrics), a sample every 15 s.
//
// BM_Outline finds the series and reads them once; BM_Read reads them again, merged by time into samples, as every
// reader does after its outline. BM_PlainIteration is the limit: simdjson's on-demand parser over the same bytes,
// every time and value decoded, in the file's order, put together to nothing; it needs an index as large as the file.
#include <benchmark/benchmark.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/history/prometheus_json.h"

namespace tune {
namespace {

constexpr const char* kCounters[] = {"numRecordsIn", "numRecordsOut", "accumulateBusyTimeMs", "accumulateIdleTimeMs",
                                     "accumulateBackPressuredTimeMs"};
constexpr const char* kGauges[] = {"busyTimeMsPerSecond", "backPressuredTimeMsPerSecond", "numRecordsInPerSecond",
                                   "numRecordsOutPerSecond", "buffers_inPoolUsage"};
constexpr int kVertices = 5, kSubtasks = 20, kPoints = 4800;

std::string Series(const std::string& metric, int vertex, int subtask, bool counter, std::mt19937_64& random) {
  std::string text = absl::StrCat("{\"metric\":{\"__name__\":\"flink_taskmanager_job_task_", metric,
                                  "\",\"host\":\"10_0_0_7\",\"instance\":\"10.0.0.7:9249\",\"job\":\"flink\",\"job_"
                                  "id\":\"00000000000000000000000000"
                                  "0000a1\",\"job_name\":\"bench\",\"subtask_index\":\"",
                                  subtask, "\",\"task_attempt_id\":\"a", vertex, "b", subtask,
                                  "\",\"task_attempt_num\":\"0\",\"task_id\":\"v", vertex, "\",\"task_name\":\"step_",
                                  vertex, "\",\"tm_id\":\"10_0_0_7:6122_870505\"},\"values\":[");
  std::uniform_real_distribution<double> share(0, 1);
  double sum = 0;
  for (int i = 0; i < kPoints; ++i) {
    sum += 15000 * share(random);
    const double value = counter ? std::floor(sum) : metric.ends_with("Usage") ? share(random) : 1000 * share(random);
    absl::StrAppend(&text, i > 0 ? "," : "", "[", 1700000000 + 15 * i, ".781,\"", value, "\"]");
  }
  return text + "]}";
}

// The file lasts as long as the program.
class Answer {
 public:
  Answer() : path_(std::filesystem::temp_directory_path() / absl::StrCat("libtune-bench-", getpid(), ".json")) {
    std::mt19937_64 random(1);
    std::ofstream out(path_, std::ios::binary);
    out << "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[";
    bool first = true;
    const auto add = [&](const char* metric, bool counter, int vertex, int subtask) {
      if (!first) out << ",";
      first = false;
      out << Series(metric, vertex, subtask, counter, random);
    };
    for (int vertex = 0; vertex < kVertices; ++vertex) {
      for (int subtask = 0; subtask < kSubtasks; ++subtask) {
        for (const char* metric : kCounters) add(metric, true, vertex, subtask);
        for (const char* metric : kGauges) add(metric, false, vertex, subtask);
      }
    }
    out << "]}}";
    out.close();
    bytes_ = static_cast<int64_t>(std::filesystem::file_size(path_));
  }
  ~Answer() { std::filesystem::remove(path_); }

  std::string path() const { return path_.string(); }
  int64_t bytes() const { return bytes_; }

 private:
  std::filesystem::path path_;
  int64_t bytes_ = 0;
};

const Answer& TheAnswer() {
  static const Answer answer;
  return answer;
}

class NullSink : public SampleSink {
 public:
  absl::Status Add(const TaskSample& sample) override {
    ++count;
    sum += sample.value[0];
    return absl::OkStatus();
  }
  absl::Status Add(const ProcessSample&) override { return absl::OkStatus(); }
  absl::Status Add(const SourceSample&) override { return absl::OkStatus(); }
  absl::Status Add(const JobSample&) override { return absl::OkStatus(); }
  absl::Status Add(const ParallelismSample&) override { return absl::OkStatus(); }
  absl::Status Add(const CollectionSample&) override { return absl::OkStatus(); }
  int64_t count = 0;
  double sum = 0;
};

void Finish(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * TheAnswer().bytes());
  state.counters["file_MB"] = static_cast<double>(TheAnswer().bytes()) / 1e6;
}

void BM_Outline(benchmark::State& state) {
  const std::string path = TheAnswer().path();
  for (auto _ : state) {
    const auto outline = MakePrometheusJsonReader(path, {})->Outline(nullptr);
    if (!outline.ok() || outline->samples != int64_t{kVertices} * kSubtasks * kPoints) state.SkipWithError("outline");
  }
  Finish(state);
}
BENCHMARK(BM_Outline)->Unit(benchmark::kMillisecond);

void BM_Read(benchmark::State& state) {
  const auto reader = MakePrometheusJsonReader(TheAnswer().path(), {});
  const auto outline = reader->Outline(nullptr);
  if (!outline.ok()) return state.SkipWithError("outline");
  for (auto _ : state) {
    NullSink sink;
    const absl::Status status = reader->Read(outline->graph, sink, nullptr);
    if (!status.ok() || sink.count != outline->samples) state.SkipWithError("read");
    benchmark::DoNotOptimize(sink.sum);
  }
  Finish(state);
}
BENCHMARK(BM_Read)->Unit(benchmark::kMillisecond);

void BM_PlainIteration(benchmark::State& state) {
  simdjson::padded_string text;
  if (simdjson::padded_string::load(TheAnswer().path()).get(text)) return state.SkipWithError("load");
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    simdjson::ondemand::document document;
    simdjson::ondemand::array series;
    bool failed = parser.iterate(text).get(document) || document["data"]["result"].get_array().get(series);
    double sum = 0;
    int64_t count = 0;
    for (auto one : series) {
      simdjson::ondemand::array values;
      failed |= one["values"].get_array().get(values) != simdjson::SUCCESS;
      for (auto pair : values) {
        size_t place = 0;
        for (auto item : pair) {
          double number = 0;
          failed |= (place++ == 0 ? item.get_double() : item.get_double_in_string()).get(number) != simdjson::SUCCESS;
          sum += number;
        }
        ++count;
      }
    }
    if (failed || count != int64_t{10} * kVertices * kSubtasks * kPoints) state.SkipWithError("iteration");
    benchmark::DoNotOptimize(sum);
  }
  Finish(state);
}
BENCHMARK(BM_PlainIteration)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tune
