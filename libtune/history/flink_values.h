// Values as Flink reports them -> samples. Absent means absent: NaN, infinities and Flink's -1 are never a zero.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libtune/history/flink_names.h"
#include "tune/sample.h"
#include "tune/window.h"

namespace tune {

// How many values were not taken as they stood. One line each for HistoryOutline::warnings.
struct ValueCounts {
  int64_t negative = 0;   // below zero and not -1: left out
  int64_t too_large = 0;  // above what the metric can be: left out
  int64_t over_full = 0;  // pool usage above 1, taken as 1
  int64_t not_bytes = 0;  // gauges of a job's own that are too small to be bytes: left out

  std::vector<std::string> Warnings() const;
};

// Sets `metric` of `sample`, or leaves it absent. Flink counts overdraft buffers in a pool's usage, which then reads
// above 1: all of the pool is in use, so 1. pendingRecords of several operators are added up.
void TakeTaskValue(TaskMetric metric, double value, TaskSample& sample, ValueCounts& counts);

// Adds what one source operator has read to those before it; sentinels are left out.
void AddSourceRead(double value, std::optional<double>& sum);

// Gathers one process's metrics, in any order.
class JvmValues {
 public:
  void Add(const ProcessName& name, double value);
  // A gauge that the job registers, from any of the subtasks in this process: the largest counts, as some may be older.
  // Between 0 and 1 MiB it can't be bytes.
  void AddOfJob(ProcessMetric gauge, double value, ValueCounts& counts);
  // Garbage collection: Flink's own total where it has one, else the sum over the collectors. What the sample or Flink
  // has stands before a gauge of the job.
  void Fill(ProcessSample& sample) const;

 private:
  ProcessSample values_{}, of_job_{};
  std::optional<double> collectors_time_, collectors_count_;
};

// Sets the field of `sample` that `metric` stands for. kRunningTime and kUptime tell the state, where it is unknown.
void TakeJobValue(JobMetric metric, double value, JobSample& sample);

// "1.20.5", "2.0-SNAPSHOT" -> major and minor version. False, and nothing set: another text.
bool ParseFlinkVersion(std::string_view text, JobFacts& facts);

}  // namespace tune
