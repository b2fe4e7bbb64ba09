#include "libtune/history/flink_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libtune/ingest/check_sample.h"

namespace tune {
namespace {

std::optional<double> NotNegative(double value) {
  return std::isfinite(value) && value >= 0 ? std::optional(value) : std::nullopt;
}

constexpr double kLeastBytes = 1 << 20;                          // in use in an old generation: Flink alone fills more
constexpr double kLargest = std::numeric_limits<double>::max();  // a sum must stay finite

void AddTo(std::optional<double>& sum, std::optional<double> value) {
  if (value) sum = std::min(sum.value_or(0) + *value, kLargest);
}

bool IsPoolUsage(TaskMetric metric) {
  return metric == TaskMetric::kInPoolUsage || metric == TaskMetric::kOutPoolUsage;
}

bool IsTimeRate(TaskMetric metric) {
  return metric == TaskMetric::kBusyRate || metric == TaskMetric::kBackPressuredRate;
}

void AddWarning(int64_t count, const std::string& what, std::vector<std::string>& warnings) {
  if (count > 0) warnings.push_back(absl::StrCat(count, " ", what));
}

}  // namespace

std::vector<std::string> ValueCounts::Warnings() const {
  std::vector<std::string> warnings;
  AddWarning(negative, "negative values left out", warnings);
  AddWarning(too_large, "values above their metric's range left out", warnings);
  AddWarning(over_full, "pool usages above 1 (overdraft buffers) taken as 1", warnings);
  AddWarning(not_bytes, "values of the job's own jvmOldGen… gauges left out: below 1 MiB, so not in bytes", warnings);
  return warnings;
}

void TakeTaskValue(TaskMetric metric, double value, TaskSample& sample, ValueCounts& counts) {
  if (!std::isfinite(value) || value == -1) return;
  if (value < 0) {
    ++counts.negative;
    return;
  }
  if (IsTimeRate(metric) && value > kLargestMsPerSecond) {
    ++counts.too_large;
    return;
  }
  if (IsPoolUsage(metric) && value > 1) {
    ++counts.over_full;
    value = 1;
  }
  if (metric == TaskMetric::kPendingRecords) value = std::min(value + sample.Get(metric).value_or(0), kLargest);
  sample.Set(metric, value);
}

void AddSourceRead(double value, std::optional<double>& sum) { AddTo(sum, NotNegative(value)); }

void JvmValues::Add(const ProcessName& name, double value) {
  const std::optional<double> amount = NotNegative(value);
  if (!amount) return;
  if (!name.of_collector) {
    values_.Set(name.metric, *amount);
    return;
  }
  AddTo(name.metric == ProcessMetric::kGcTimeMs ? collectors_time_ : collectors_count_, amount);
  if (name.part) values_.Set(*name.part, std::min(values_.Get(*name.part).value_or(0) + *amount, kLargest));
}

void JvmValues::AddOfJob(ProcessMetric gauge, double value, ValueCounts& counts) {
  const std::optional<double> amount = NotNegative(value);
  if (!amount) return;
  if (*amount > 0 && *amount < kLeastBytes) {
    ++counts.not_bytes;
    return;
  }
  of_job_.Set(gauge, std::max(*amount, of_job_.Get(gauge).value_or(0)));
}

void JvmValues::Fill(ProcessSample& sample) const {
  for (int i = 0; i < kProcessMetricCount; ++i) {
    const auto metric = static_cast<ProcessMetric>(i);
    if (const auto value = values_.Get(metric)) sample.Set(metric, *value);
    const auto of_job = of_job_.Get(metric);
    if (of_job && !sample.Has(metric)) sample.Set(metric, *of_job);
  }
  if (collectors_time_ && !sample.Has(ProcessMetric::kGcTimeMs)) {
    sample.Set(ProcessMetric::kGcTimeMs, *collectors_time_);
  }
  if (collectors_count_ && !sample.Has(ProcessMetric::kGcCount)) {
    sample.Set(ProcessMetric::kGcCount, *collectors_count_);
  }
}

void TakeJobValue(JobMetric metric, double value, JobSample& sample) {
  const std::optional<double> amount = NotNegative(value);
  switch (metric) {
    case JobMetric::kRestarts:
      sample.restarts = amount;
      break;
    case JobMetric::kCompletedCheckpoints:
      sample.completed_checkpoints = amount;
      break;
    case JobMetric::kFailedCheckpoints:
      sample.failed_checkpoints = amount;
      break;
    case JobMetric::kLastCheckpointMs:
      sample.last_checkpoint_ms = amount;
      break;
    case JobMetric::kRunningTime:
      if (amount) sample.state = *amount > 0 ? JobState::kRunning : JobState::kNotRunning;
      break;
    case JobMetric::kUptime:
      if (sample.state == JobState::kUnknown && std::isfinite(value)) {
        sample.state = value > 0 ? JobState::kRunning : JobState::kNotRunning;
      }
      break;
  }
}

bool ParseFlinkVersion(std::string_view text, JobFacts& facts) {
  int major = 0, minor = 0;
  const char* end = text.data() + text.size();
  const auto [dot, major_error] = std::from_chars(text.data(), end, major);
  if (major_error != std::errc() || dot == end || *dot != '.' || major <= 0) return false;
  const auto [rest, minor_error] = std::from_chars(dot + 1, end, minor);
  if (minor_error != std::errc() || minor < 0) return false;
  facts.flink_major = major;
  facts.flink_minor = minor;
  return true;
}

}  // namespace tune
