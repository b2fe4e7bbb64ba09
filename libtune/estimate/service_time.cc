#include "libtune/estimate/service_time.h"

#include <algorithm>
#include <cmath>

#include "libtune/estimate/contention.h"
#include "libtune/estimate/line_fit.h"
#include "libtune/internal/amount.h"

namespace tune {
namespace {

// A straight line is tried only on enough points, spread enough: else its intercept is noise.
constexpr double kLeastBlocks = 12;
constexpr double kLeastSpread = 0.2;      // standard deviation over mean of the rate
constexpr double kLeastSlope = 1e-3;      // of the ratio: a flatter line says nothing of a record's time
constexpr double kLeastFixedBusy = 0.01;  // a fixed cost below 1 % of a subtask is not worth a term

// Flink counts busy time in whole milliseconds: of a block of 10 s, less than this busy share is not seen.
constexpr double kSmallestBusy = 1e-4;

// A parallelism counts for contention when it was seen this long.
constexpr double kLeastRunSeconds = 30;   // subtask-seconds
constexpr double kUsualRunSeconds = 600;  // subtask-seconds that weigh as one run of usual length

// The quantile of Student's t with `freedom` degrees, from the normal one: Cornish and Fisher's expansion.
double StudentQuantile(double z, double freedom) {
  const double z2 = z * z;
  return z + z * (z2 + 1) / (4 * freedom) + z * ((5 * z2 + 16) * z2 + 3) / (96 * freedom * freedom);
}

struct Ratio {
  double per_record = 0;
  double standard_error = 0;  // 0: one block, not known
  double t = 0;
};

// L = sum of busy shares over sum of rates; its error from what the blocks leave over.
Ratio RatioOf(const ServiceMoments& m, double z) {
  Ratio r;
  r.per_record = m.y / m.x;
  if (m.blocks < 2) return r;
  const double left = std::max(0.0, m.yy - 2 * r.per_record * m.xy + r.per_record * r.per_record * m.xx);
  r.standard_error = std::sqrt(left / (m.blocks - 1) / m.blocks) / (m.x / m.blocks);
  r.t = StudentQuantile(z, m.blocks - 1);
  return r;
}

// Half the interval's width: what chance and Flink's timers may be off by.
double HalfWidth(const Ratio& r) { return std::hypot(r.t * r.standard_error, kSystematicError * r.per_record); }

void SetInterval(JobSizing& job, int vertex, const Ratio& r, ServiceTime& service) {
  const double half = HalfWidth(r);
  service.low = std::max(0.0, service.per_record - half);
  service.high = service.per_record + half;
  job.out.evidence.Add("service.interval", vertex,
                       {{"service_time", service.per_record, "s/record", "service"},
                        {"standard_error", r.standard_error, "s/record", "window"},
                        {"student_t", r.t, "1", "policy.confidence"},
                        {"systematic_error", kSystematicError, "1", "DESIGN.md"}},
                       {"service_time_high", service.high, "s/record", "service.interval"});
}

// Does the least-squares line have an intercept that is neither noise nor negligible?
bool HasFixedCost(const ServiceMoments& m, double z) {
  if (m.blocks < kLeastBlocks) return false;
  const double n = m.blocks, mean_x = m.x / n, mean_y = m.y / n;
  const double sxx = m.xx - n * mean_x * mean_x;
  if (!(sxx > kLeastSpread * kLeastSpread * mean_x * mean_x * n)) return false;
  const double slope = (m.xy - n * mean_x * mean_y) / sxx;
  const double intercept = mean_y - slope * mean_x;
  if (!(slope > 0) || intercept < kLeastFixedBusy) return false;
  const double left = std::max(0.0, m.yy - n * mean_y * mean_y - slope * slope * sxx) / (n - 2);
  const double error = std::sqrt(left * (1 / n + mean_x * mean_x / sxx));
  return intercept > StudentQuantile(z, n - 2) * error;
}

// Rate and busy share of one subtask, by bin past the warm-up.
std::vector<Point> Points(const JobSizing& job, int vertex) {
  const std::vector<Bin>& bins = job.window.vertices[static_cast<size_t>(vertex)].bins;
  const bool source = job.vertices[static_cast<size_t>(vertex)].is_source;
  std::vector<Point> points;
  for (size_t i = job.first_bin; i < bins.size(); ++i) {
    const Bin& bin = bins[i];
    if (!IsSome(bin.task_s) || bin.warm_s < bin.covered_s * 0.99) continue;
    points.push_back({(source ? bin.records_out : bin.records_in) / bin.task_s, bin.busy_s / bin.task_s});
  }
  return points;
}

// busy = fixed + L * rate, robustly. False: the robust line does not confirm the fixed cost.
bool FromLine(JobSizing& job, int vertex, const Ratio& ratio, ServiceTime& service) {
  const std::vector<Point> points = Points(job, vertex);
  const Line line = FitTheilSen(points);
  if (static_cast<double>(points.size()) < kLeastBlocks || line.intercept < kLeastFixedBusy ||
      !(line.slope > kLeastSlope * ratio.per_record))
    return false;
  service.method = ServiceMethod::kLine;
  service.per_record = line.slope;
  service.fixed_busy = line.intercept;
  job.out.evidence.Add("service.line", vertex,
                       {{"slope", line.slope, "s/record", "window: Theil-Sen over bins"},
                        {"intercept", line.intercept, "1", "window: Theil-Sen over bins"},
                        {"points", static_cast<double>(points.size()), "bins", "window"},
                        {"ratio_without_intercept", ratio.per_record, "s/record", "window"}},
                       {"service_time", service.per_record, "s/record", "service.line"});
  return true;
}

// No busy time (legacy sources): while a source always has records waiting, it is busy whenever it is not held back.
void FromHeldBack(JobSizing& job, int vertex, ServiceTime& service) {
  const SourceDemand* demand = nullptr;
  for (const SourceDemand& d : job.sources) {
    if (d.vertex == vertex) demand = &d;
  }
  if (demand == nullptr || !demand->lag_known || !(demand->lag_records > 0)) return;
  const VertexSums& sum = job.sums[static_cast<size_t>(vertex)];
  const double records = sum.records_out;
  const double task_s = sum.covered_s * job.window.graph.vertices[static_cast<size_t>(vertex)].parallelism;
  const double free = 1 - demand->throttled_fraction;
  if (!IsSome(records) || !(free > 0)) return;
  service.method = ServiceMethod::kHeldBack;
  service.per_record = task_s * free / records;
  job.out.evidence.Add("service.held_back", vertex,
                       {{"subtask_seconds", task_s, "s", "window"},
                        {"throttled_fraction", demand->throttled_fraction, "1", "window"},
                        {"records", records, "records", "window"}},
                       {"service_time", service.per_record, "s/record", "service.held_back"});
  SetInterval(job, vertex, Ratio{service.per_record, 0, 0}, service);
}

// Busy time below what Flink's counters resolve: the record takes at most what they would have shown.
void FromFloor(JobSizing& job, int vertex, const ServiceMoments& m, ServiceTime& service) {
  service.method = ServiceMethod::kFloor;
  service.per_record = kSmallestBusy * m.blocks / m.x;
  job.out.evidence.Add("service.floor", vertex,
                       {{"smallest_busy_fraction", kSmallestBusy, "1", "DESIGN.md"},
                        {"blocks", m.blocks, "blocks", "window"},
                        {"rate_sum", m.x, "records/s", "window: 10 s blocks of one subtask"}},
                       {"service_time", service.per_record, "s/record", "service.floor"});
  SetInterval(job, vertex, Ratio{service.per_record, 0, 0}, service);
}

// History at several parallelisms tells how much subtasks get in each other's way.
void FitExponent(JobSizing& job, int vertex, ServiceTime& service) {
  const VertexWindow& v = job.window.vertices[static_cast<size_t>(vertex)];
  service.measured_at = job.window.graph.vertices[static_cast<size_t>(vertex)].parallelism;
  if (v.runs.size() < 2) return;
  std::vector<CapacityObservation> seen;
  for (const ParallelismRun& run : v.runs) {
    if (run.task_s < kLeastRunSeconds || run.records < job.policy.min_records || run.busy_s < kLeastBusySeconds)
      continue;
    seen.push_back({run.parallelism, run.records / run.busy_s, run.task_s / kUsualRunSeconds});
  }
  if (seen.size() < 2) return;
  const absl::StatusOr<ContentionCurve> curve = FitContention(seen);
  if (!curve.ok() || curve->assumed()) return;
  service.exponent = curve->exponent();
  job.out.evidence.Add("service.contention", vertex,
                       {{"parallelisms_seen", static_cast<double>(seen.size()), "1", "window"},
                        {"smallest_seen", static_cast<double>(seen.front().parallelism), "subtasks", "window"},
                        {"largest_seen", static_cast<double>(seen.back().parallelism), "subtasks", "window"},
                        {"standard_deviation", curve->exponent_sd(), "1", "contention fit"}},
                       {"exponent", service.exponent, "1", "service.contention"});
}

}  // namespace

void EstimateServiceTime(JobSizing& job, int vertex) {
  ServiceTime& service = job.vertices[static_cast<size_t>(vertex)].service;
  const VertexWindow& v = job.window.vertices[static_cast<size_t>(vertex)];
  if (v.latency) {
    service.method = ServiceMethod::kLatency;
    service.per_record = v.latency->value();
    job.out.evidence.Add("service.latency", vertex,
                         {{"latency", service.per_record, "s/record", "window: latency metric"}},
                         {"service_time", service.per_record, "s/record", "service.latency"});
    SetInterval(job, vertex, Ratio{service.per_record, 0, 0}, service);
    return;
  }
  const ServiceMoments& m = v.service;
  if (!v.busy_measured || !IsSome(m.blocks) || !IsSome(m.x / m.blocks)) {
    if (!v.busy_measured) FromHeldBack(job, vertex, service);
    return;
  }
  if (m.y < kSmallestBusy * m.blocks) {
    FromFloor(job, vertex, m, service);
    return;
  }
  FitExponent(job, vertex, service);
  const Ratio ratio = RatioOf(m, job.z);
  if (!(HasFixedCost(m, job.z) && FromLine(job, vertex, ratio, service))) {
    service.method = ServiceMethod::kRatio;
    service.per_record = ratio.per_record;
    job.out.evidence.Add("service.ratio", vertex,
                         {{"busy_fraction_sum", m.y, "1", "window: 10 s blocks of one subtask"},
                          {"rate_sum", m.x, "records/s", "window: 10 s blocks of one subtask"},
                          {"blocks", m.blocks, "blocks", "window"}},
                         {"service_time", service.per_record, "s/record", "service.ratio"});
  }
  SetInterval(job, vertex, ratio, service);
}

}  // namespace tune
