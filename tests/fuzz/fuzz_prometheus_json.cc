// Any bytes as a Prometheus answer: an error or samples in time order, never more.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

#include "libtune/history/prometheus_json.h"

namespace {

class OrderSink : public tune::SampleSink {
 public:
  absl::Status Add(const tune::TaskSample& sample) override {
    for (int i = 0; i < tune::kTaskMetricCount; ++i) {
      const auto value = sample.Get(static_cast<tune::TaskMetric>(i));
      if (value && !(std::isfinite(*value) && *value >= 0)) std::abort();
    }
    ++tasks;
    return See(sample.time_ms);
  }
  absl::Status Add(const tune::ProcessSample& sample) override { return See(sample.time_ms); }
  absl::Status Add(const tune::SourceSample& sample) override { return See(sample.time_ms); }
  absl::Status Add(const tune::CollectionSample&) override { return absl::OkStatus(); }
  absl::Status Add(const tune::JobSample& sample) override { return See(sample.time_ms); }
  absl::Status Add(const tune::ParallelismSample& sample) override {
    if (sample.parallelism < 1 || sample.parallelism > tune::kMaxParallelism) std::abort();
    return absl::OkStatus();
  }
  int64_t tasks = 0;

 private:
  absl::Status See(int64_t time_ms) {
    if (time_ms < last_ms_) std::abort();
    last_ms_ = time_ms;
    return absl::OkStatus();
  }
  int64_t last_ms_ = std::numeric_limits<int64_t>::min();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto source = tune::ByteSource::Memory("input", std::string(reinterpret_cast<const char*>(data), size));
  const auto reader = tune::MakePrometheusJsonReader(source, {});
  const auto outline = reader->Outline(nullptr);
  if (!outline.ok()) return 0;
  OrderSink sink;
  if (!reader->Read(outline->graph, sink, nullptr).ok() || sink.tasks != outline->samples) std::abort();
  return 0;
}
