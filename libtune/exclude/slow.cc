// Slow operators: each record takes so long that more subtasks only spread the waiting.
#include "libtune/exclude/exclusions.h"
#include "libtune/internal/amount.h"

namespace tune {
namespace {

// A thread that computes uses most of its busy time as CPU; one that waits for others, little.
constexpr double kComputingFraction = 0.5;

double ThresholdOf(const JobSizing& job, int vertex) {
  for (const auto& [name, threshold] : job.policy.slow_record_of) {
    if (FindVertex(job.window.graph, name) == vertex) return absl::ToDoubleSeconds(threshold);
  }
  return job.seconds.slow_record;
}

// CPU seconds over busy seconds of the vertex; nullopt when any subtask's CPU is unknown.
std::optional<double> ComputingFraction(const JobSizing& job, int vertex) {
  double cpu_s = 0, busy_s = 0;
  for (const SubtaskWindow& subtask : job.window.vertices[static_cast<size_t>(vertex)].subtasks) {
    if (!subtask.cpu_s) return std::nullopt;
    cpu_s += *subtask.cpu_s;
    busy_s += subtask.busy_s;
  }
  return busy_s >= kLeastBusySeconds ? std::optional(cpu_s / busy_s) : std::nullopt;
}

FindingKind KindOf(const std::optional<double>& computing) {
  if (!computing) return FindingKind::kSlowUnknown;
  return *computing > kComputingFraction ? FindingKind::kSlowComputing : FindingKind::kSlowBlocking;
}

}  // namespace

void ExcludeSlow(JobSizing& job, int vertex) {
  const double per_record = job.vertices[static_cast<size_t>(vertex)].service.per_record;
  const double threshold = ThresholdOf(job, vertex);
  if (per_record <= threshold) return;
  const std::optional<double> computing = ComputingFraction(job, vertex);
  Finding& finding = job.Add(KindOf(computing), vertex);
  if (computing) finding.share = std::min(1.0, *computing);
  finding.evidence =
      job.out.evidence.Add("exclude.slow", vertex,
                           {{"service_time", per_record, "s/record", "service"},
                            {"slow_record", threshold, "s/record", "policy"},
                            {"cpu_over_busy", computing.value_or(-1), "1", computing ? "window" : "not measured"}},
                           {"excluded", 1, "1", "exclude.slow"});
  job.out.vertices[static_cast<size_t>(vertex)].verdict = Verdict::kExcluded;
}

}  // namespace tune
