#include "libtune/size/role_cpu.h"

#include <algorithm>

#include "libtune/internal/amount.h"
#include "libtune/size/present.h"
#include "libtune/window/quantile.h"

namespace tune {
namespace {

constexpr double kNoTimeLeft = 0.95;  // busy share
constexpr double kHalf = 0.5;         // of a bin, or of the longest coverage

bool IsExcludedAndFull(const JobSizing& job, size_t bin) {
  for (const VertexRecommendation& r : job.out.vertices) {
    if (r.verdict != Verdict::kExcluded) continue;
    const Bin& b = job.window.vertices[static_cast<size_t>(r.vertex)].bins[bin];
    if (IsSome(b.task_s) && b.busy_s >= kNoTimeLeft * b.task_s) return true;
  }
  return false;
}

// Records that a vertex took in, or a source gave, at the policy's quantile; records/s.
double SeenRate(const JobSizing& job, size_t vertex) {
  std::vector<Weighted> rates;
  const std::vector<Bin>& bins = job.window.vertices[vertex].bins;
  for (size_t i = job.first_bin; i < bins.size(); ++i) {
    if (!IsSome(bins[i].covered_s)) continue;
    const double records = job.vertices[vertex].is_source ? bins[i].records_out : bins[i].records_in;
    rates.push_back({records / bins[i].covered_s, bins[i].covered_s});
  }
  return WeightedQuantile(rates, job.policy.demand_quantile).value_or(0);
}

// A job that falls behind uses less than its demand would take: by as much as its operators' work would grow.
double DemandOverSeen(const JobSizing& job) {
  if (job.out.timeliness != Timeliness::kDelayed) return 1;
  double wanted = 0, seen = 0;
  for (size_t v = 0; v < job.vertices.size(); ++v) {
    const VertexSizing& vertex = job.vertices[v];
    if (!vertex.demand_known || vertex.service.method == ServiceMethod::kNone) continue;
    wanted += vertex.demand.value() * vertex.service.per_record;
    seen += SeenRate(job, v) * vertex.service.per_record;
  }
  return IsSome(seen) ? std::max(1.0, wanted / seen) : 1;
}

// Of the processes seen for half as long as the one seen longest.
double BusiestOverMean(const RoleWindow& role) {
  double longest_s = 0, sum = 0, most = 0;
  int count = 0;
  for (const ProcessWindow& p : role.processes) longest_s = std::max(longest_s, p.covered_s);
  for (const ProcessWindow& p : role.processes) {
    if (!p.cpu_cores_p90 || p.covered_s < kHalf * longest_s) continue;
    sum += p.cpu_cores_p90->value;
    most = std::max(most, p.cpu_cores_p90->value);
    ++count;
  }
  return IsSome(sum) ? most * count / sum : 1;
}

// The busiest process from the mean one: what each takes for itself apart.
double Busiest(double mean, double over_mean) {
  const double fixed = FixedCores(mean);
  return fixed + (mean - fixed) * over_mean;
}

CpuHistory HistoryOf(const JobSizing& job, const RoleWindow& role, ProcessRole which, const RoleCpu& cpu) {
  const double bin_s = absl::ToDoubleSeconds(job.window.bin);
  CpuHistory history;
  history.bin = job.window.bin;
  for (size_t i = job.first_bin; i < role.cpu.size(); ++i) {
    const CpuBin& seen = role.cpu[i];
    CpuUseBin& bin = history.bins.emplace_back();
    if (seen.processes < 1 || !IsSome(seen.covered_s)) continue;
    bin.covered_s = std::min(bin_s, seen.covered_s / seen.processes);
    const double mean = seen.cpu_s / seen.covered_s * cpu.demand_over_seen;
    bin.cores =
        which == ProcessRole::kJobManager ? std::max(mean, seen.busiest_cores) : Busiest(mean, cpu.busiest_over_mean);
    bin.cores = std::min(bin.cores, kMostCores);
    if (IsSome(seen.throttle_seen_s)) {
      bin.throttled_fraction = std::min(1.0, seen.throttled_s / seen.throttle_seen_s);
      bin.limit_cores = seen.limit_cores;
      if (bin.limit_cores && !(*bin.limit_cores > 0)) bin.limit_cores.reset();
    }
    bin.left_out = seen.warm_s < kHalf * seen.covered_s;
  }
  return history;
}

// Leaves out what excluded operators did, where enough is left without it.
void LeaveOutExcluded(const JobSizing& job, CpuHistory& history, RoleCpu& cpu) {
  std::vector<size_t> full;
  double left_s = 0, full_s = 0;
  for (size_t i = 0; i < history.bins.size(); ++i) {
    if (history.bins[i].left_out) continue;
    const bool is_full = IsExcludedAndFull(job, job.first_bin + i);
    (is_full ? full_s : left_s) += history.bins[i].covered_s;
    if (is_full) full.push_back(i);
  }
  if (left_s < absl::ToDoubleSeconds(job.policy.min_process_coverage)) return;
  for (const size_t i : full) history.bins[i].left_out = true;
  cpu.left_out_s = full_s;
}

CpuPolicy PolicyOf(const JobSizing& job) {
  const TuningPolicy& p = job.policy;
  CpuPolicy policy;
  policy.weighting.horizon = p.horizon;
  policy.quantile = p.cpu_quantile;
  policy.band_low = p.cpu_band_low;
  policy.band_high = p.cpu_band_high;
  policy.over_price = p.cpu_over_price > 0 ? std::optional(p.cpu_over_price) : std::nullopt;
  policy.min_covered = p.min_process_coverage;
  policy.min_request = p.min_cpu_request;
  policy.max_request = std::max(policy.max_request, p.min_cpu_request);
  policy.start_up_floor = p.cpu_start_up;
  policy.max_limit_ratio = job.window.facts.limits.range.max_cpu_ratio;
  return policy;
}

void TakeThrottling(const RoleWindow& role, size_t first_bin, RoleCpu& cpu) {
  double seen_s = 0, held_s = 0;
  for (size_t i = first_bin; i < role.cpu.size(); ++i) {
    seen_s += role.cpu[i].throttle_seen_s;
    held_s += role.cpu[i].throttled_s;
  }
  if (IsSome(seen_s)) cpu.throttled_fraction = std::min(1.0, held_s / seen_s);
}

}  // namespace

double FixedCores(double cores) { return std::min(kFixedCores, cores); }

RoleCpu ReadRoleCpu(const JobSizing& job, const RoleWindow& role, ProcessRole which, const ProcessSize& now,
                    int slots_on_fullest, int slots) {
  RoleCpu cpu;
  cpu.known = std::any_of(role.cpu.begin(), role.cpu.end(), [](const CpuBin& bin) { return IsSome(bin.covered_s); });
  if (!cpu.known) return cpu;
  cpu.processes = std::max(1, ProcessesAtEnd(role));
  TakeThrottling(role, job.first_bin, cpu);
  if (which == ProcessRole::kTaskManager) {
    cpu.demand_over_seen = DemandOverSeen(job);
    const double uneven = static_cast<double>(slots_on_fullest) * cpu.processes / slots;
    cpu.busiest_over_mean = std::max({1.0, BusiestOverMean(role), uneven});
  }
  CpuHistory history = HistoryOf(job, role, which, cpu);
  LeaveOutExcluded(job, history, cpu);
  CpuSpec spec{.request = now.cpu, .limit = std::nullopt};
  if (now.cpu) {
    spec.limit = MilliCores(static_cast<int64_t>(static_cast<double>(now.cpu->value()) * now.cpu_limit_factor));
  }
  const absl::StatusOr<CpuRequest> request = EstimateCpuRequest(history, spec, PolicyOf(job));
  cpu.known = request.ok() && IsSome(request->covered_s);  // nothing but start-ups is not known
  if (!cpu.known) return cpu;
  cpu.request = *request;
  // Back from the busiest to the mean: the model of layouts is about all of them.
  const double fixed = FixedCores(request->quantile_cores);
  cpu.mean_cores = fixed + (request->quantile_cores - fixed) / cpu.busiest_over_mean;
  return cpu;
}

}  // namespace tune
