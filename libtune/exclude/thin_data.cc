// Too little was seen of a vertex, or only its warm-up.
#include "libtune/exclude/exclusions.h"

namespace tune {
namespace {

// Few records in a long time are a slow stream, not thin data.
constexpr double kLongCoverages = 30;
// Of the coverage asked for, the part that must lie past the warm-up.
constexpr double kWarmPart = 0.5;
// Seconds of data from which an answer is more than a first guess, and from which it has seen a whole day.
constexpr double kMediumConfidence = 600;
constexpr double kHighConfidence = 86400;

double RecordsOf(const JobSizing& job, int vertex) {
  const VertexSums& sum = job.sums[static_cast<size_t>(vertex)];
  return job.view.is_source(vertex) ? sum.records_out : sum.records_in;
}

void Exclude(JobSizing& job, int vertex, FindingKind kind) {
  const VertexSums& sum = job.sums[static_cast<size_t>(vertex)];
  Finding& finding = job.Add(kind, vertex);
  finding.evidence = job.out.evidence.Add("exclude.thin_data", vertex,
                                          {{"covered", sum.covered_s, "s", "window"},
                                           {"past_warm_up", sum.warm_s, "s", "window"},
                                           {"records", RecordsOf(job, vertex), "records", "window"},
                                           {"min_coverage", job.seconds.min_coverage, "s", "policy"},
                                           {"min_records", job.policy.min_records, "records", "policy"}},
                                          {"excluded", 1, "1", "exclude.thin_data"});
  job.out.vertices[static_cast<size_t>(vertex)].verdict = Verdict::kThinData;
}

}  // namespace

void ExcludeThinData(JobSizing& job, int vertex) {
  const VertexSums& sum = job.sums[static_cast<size_t>(vertex)];
  const double records = RecordsOf(job, vertex), need_s = job.seconds.min_coverage;
  VertexRecommendation& r = job.out.vertices[static_cast<size_t>(vertex)];
  r.confidence = sum.covered_s >= kHighConfidence     ? Confidence::kHigh
                 : sum.covered_s >= kMediumConfidence ? Confidence::kMedium
                                                      : Confidence::kLow;
  if (sum.covered_s < need_s) {
    Exclude(job, vertex, FindingKind::kThinData);
  } else if (sum.warm_s < kWarmPart * need_s) {
    Exclude(job, vertex, FindingKind::kWarmingUp);
  } else if (!(records > 0) || (records < job.policy.min_records && sum.covered_s < kLongCoverages * need_s)) {
    Exclude(job, vertex, FindingKind::kThinData);
  }
}

}  // namespace tune
