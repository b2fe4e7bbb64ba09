#include "libtune/window/check_vertex.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libtune/window/bin_sums.h"

namespace tune {
namespace {

// A bin's seconds are sums of parts, each rounded.
constexpr double kForgiven = 1e-6;
// Busy time is derived and steps back by itself: by so many seconds, and this share of the time (ingest/task_delta.h).
constexpr double kBusyJitterSeconds = 5, kBusyJitter = 0.005;
// Seconds: from far below what a processor does in one step to thirty years.
constexpr double kShortestLatency = 1e-12, kLongestLatency = 1e9;
constexpr double kLargestSquare = kLargestAmount * kLargestAmount;

class VertexCheck {
 public:
  VertexCheck(const Path& path, Violations& violations) : path_(path), violations_(violations) {}

  void CheckBins(const std::vector<Bin>& bins, double bin_s) {
    const double longest_s = bin_s * (1 + kForgiven);
    if (AllBinsWithin(bins, longest_s, -kBusyJitterSeconds)) return;
    const Path list = path_.Field("bins");
    for (size_t i = 0; i < bins.size(); ++i) CheckBin(bins[i], longest_s, list.At(static_cast<int64_t>(i)));
  }

  void CheckSubtasks(const VertexWindow& window, int parallelism) {
    const Path list = path_.Field("subtasks");
    if (window.subtasks.size() > static_cast<size_t>(parallelism)) {
      violations_.Add(list.Render(), static_cast<double>(window.subtasks.size()),
                      absl::StrCat("at most parallelism = ", parallelism));
    }
    for (size_t i = 0; i < window.subtasks.size(); ++i) {
      CheckSubtask(window.subtasks[i], list.At(static_cast<int64_t>(i)));
    }
  }

  void CheckService(const ServiceMoments& m) {
    const Path at = path_.Field("service");
    Amount(at, "blocks", m.blocks);
    Amount(at, "x", m.x);
    NearlyAmount(at, "y", m.y, m.blocks);
    CheckRange(at.Field("xx"), m.xx, 0, kLargestSquare, violations_);
    CheckRange(at.Field("xy"), m.xy, -kLargestSquare, kLargestSquare, violations_);
    CheckRange(at.Field("yy"), m.yy, 0, kLargestSquare, violations_);
  }

  void CheckRuns(const std::vector<ParallelismRun>& runs) {
    const Path list = path_.Field("runs");
    for (size_t i = 0; i < runs.size(); ++i) {
      const Path at = list.At(static_cast<int64_t>(i));
      CheckRange(at.Field("parallelism"), int64_t{runs[i].parallelism}, 1, kMaxParallelism, violations_);
      if (i > 0 && runs[i].parallelism <= runs[i - 1].parallelism) {
        violations_.Add(at.Field("parallelism").Render(), runs[i].parallelism,
                        absl::StrCat("more than the run before, ", runs[i - 1].parallelism));
      }
      Amount(at, "task_s", runs[i].task_s);
      Amount(at, "records", runs[i].records);
      NearlyAmount(at, "busy_s", runs[i].busy_s, runs[i].task_s);
    }
  }

  void CheckCoverage(const Coverage& c) {
    const Path at = path_.Field("coverage");
    Amount(at, "covered_s", c.covered_s);
    Amount(at, "longest_gap_s", c.longest_gap_s);
    Count(at, "samples", c.samples);
    Count(at, "gaps", c.gaps);
    Count(at, "counter_resets", c.counter_resets);
    Count(at, "duplicates", c.duplicates);
    Count(at, "out_of_order", c.out_of_order);
    Count(at, "stale", c.stale);
  }

 private:
  void Amount(const Path& at, const char* field, double value) { CheckAmount(at.Field(field), value, violations_); }
  void NearlyAmount(const Path& at, const char* field, double value, double of_s) {
    if (value < 0 && value >= -kBusyJitterSeconds - kBusyJitter * of_s) return;
    CheckAmount(at.Field(field), value, violations_);
  }
  void Seconds(const Path& at, const char* field, double value, double longest_s) {
    if (!(value >= 0 && value <= longest_s)) {
      violations_.Add(at.Field(field).Render(), value, absl::StrCat(">= 0 and at most the bin, ", longest_s, " s"));
    }
  }
  void Count(const Path& at, const char* field, int64_t value) {
    CheckRange(at.Field(field), value, 0, std::numeric_limits<int64_t>::max(), violations_);
  }

  void CheckBin(const Bin& bin, double longest_s, const Path& at) {
    Seconds(at, "covered_s", bin.covered_s, longest_s);
    Amount(at, "records_in", bin.records_in);
    Amount(at, "records_out", bin.records_out);
    Amount(at, "task_s", bin.task_s);
    NearlyAmount(at, "busy_s", bin.busy_s, bin.task_s);
    Amount(at, "backpressured_s", bin.backpressured_s);
    Seconds(at, "warm_s", bin.warm_s, longest_s);
  }

  void CheckSubtask(const SubtaskWindow& s, const Path& at) {
    Amount(at, "covered_s", s.covered_s);
    Amount(at, "records_in", s.records_in);
    NearlyAmount(at, "busy_s", s.busy_s, s.covered_s);
    Amount(at, "backpressured_s", s.backpressured_s);
    Amount(at, "saturated_s", s.saturated_s);
    if (s.cpu_s) Amount(at, "cpu_s", *s.cpu_s);
  }

  const Path& path_;
  Violations& violations_;
};

}  // namespace

void CheckVertexWindow(const VertexWindow& window, const Vertex& vertex, size_t bins, double bin_s, const Path& path,
                       Violations& violations) {
  if (window.bins.size() != bins) {
    violations.Add(path.Field("bins").Render(), static_cast<double>(window.bins.size()),
                   absl::StrCat(bins, " bins, as the first vertex has"));
  }
  VertexCheck check(path, violations);
  check.CheckBins(window.bins, bin_s);
  check.CheckSubtasks(window, vertex.parallelism);
  check.CheckService(window.service);
  check.CheckRuns(window.runs);
  check.CheckCoverage(window.coverage);
  if (window.latency) {
    CheckRange(path.Field("latency"), window.latency->value(), kShortestLatency, kLongestLatency, violations);
  }
}

}  // namespace tune
