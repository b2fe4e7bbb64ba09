#include "libtune/pack/cpu_model.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr double kMostCores = 1e6;
constexpr int kMostTaskManagers = 1 << 20;

absl::Status Check(std::span<const CpuObservation> observations, double usual_fixed) {
  Violations violations;
  if (observations.empty()) violations.Add("cpu", "empty", "at least one observation");
  if (!(usual_fixed >= 0 && usual_fixed <= kMostCores)) violations.Add("usual_fixed", usual_fixed, "[0, 1e6]");
  for (size_t i = 0; i < observations.size(); ++i) {
    const CpuObservation& o = observations[i];
    const auto name = [i](const char* field) { return absl::StrCat("cpu[", i, "].", field); };
    if (!(o.total_cores >= 0 && o.total_cores <= kMostCores)) {
      violations.Add(name("total_cores"), o.total_cores, "[0, 1e6]");
    }
    if (o.task_managers < 1 || o.task_managers > kMostTaskManagers) {
      violations.Add(name("task_managers"), o.task_managers, "[1, 2^20]");
    }
    if (!(o.busiest_over_mean >= 1 && o.busiest_over_mean <= kMostTaskManagers)) {
      violations.Add(name("busiest_over_mean"), o.busiest_over_mean, "[1, 2^20]");
    }
    if (!(o.weight_s > 0 && std::isfinite(o.weight_s))) violations.Add(name("weight_s"), o.weight_s, "> 0");
  }
  return violations.ToStatus();
}

// Weighted sums of n = TaskManagers and y = cores.
struct Sums {
  double w = 0, n = 0, y = 0, nn = 0, ny = 0;
};

void FitSeveral(const Sums& sums, CpuModel& model) {
  const double spread = sums.nn - sums.n * sums.n / sums.w;
  model.fixed = (sums.ny - sums.n * sums.y / sums.w) / spread;
  model.work = (sums.y - model.fixed * sums.n) / sums.w;
  if (model.fixed < 0) {
    model.fixed = 0;
    model.work = sums.y / sums.w;
  } else if (model.work < 0) {
    model.work = 0;
    model.fixed = sums.ny / sums.nn;
  }
}

}  // namespace

absl::StatusOr<CpuModel> FitCpu(std::span<const CpuObservation> observations, double usual_fixed) {
  if (auto status = Check(observations, usual_fixed); !status.ok()) return status;
  CpuModel model;
  Sums sums;
  double total_weight = 0;
  for (const CpuObservation& o : observations) total_weight += o.weight_s;
  for (const CpuObservation& o : observations) {
    const double w = o.weight_s / total_weight, n = o.task_managers;
    sums.w += w;
    sums.n += w * n;
    sums.y += w * o.total_cores;
    sums.nn += w * n * n;
    sums.ny += w * n * o.total_cores;
    model.imbalance = std::max(model.imbalance, o.busiest_over_mean);
    if (o.task_managers != observations.front().task_managers) model.assumed = true;
  }
  model.assumed = !model.assumed;
  if (model.assumed) {
    model.fixed = std::min(usual_fixed, sums.y / sums.n);
    model.work = std::max(0.0, sums.y - model.fixed * sums.n);
  } else {
    FitSeveral(sums, model);
  }
  return model;
}

double CoresAt(const CpuModel& model, double share) {
  return model.fixed + model.work * std::min(1.0, share * model.imbalance);
}

CpuAsked AskCpu(double cores, const CpuWish& wish, const LimitRange& range) {
  constexpr double kForgiven = 1e-6;  // of a millicore
  double request = std::max(std::ceil(cores * wish.request_per_core * 1000 - kForgiven),
                            static_cast<double>(wish.min_request.value()));
  if (range.min_cpu) request = std::max(request, static_cast<double>(range.min_cpu->value()));
  const auto floor = static_cast<double>(wish.start_up_floor.value());
  if (range.max_cpu_ratio) request = std::max(request, std::ceil(floor / *range.max_cpu_ratio - kForgiven));
  CpuAsked asked{MilliCores(static_cast<int64_t>(request))};
  const double factor = std::max(wish.limit_factor, std::ceil(floor / request * 100 - kForgiven) / 100);
  asked.limit_factor = factor;
  if (!range.max_cpu_ratio) return asked;
  // The limit is rounded up to millicores, and is within the ratio after that.
  const double most = std::floor(request * *range.max_cpu_ratio + kForgiven);
  if (std::ceil(request * factor - kForgiven) <= most) return asked;
  asked.limit_factor = most > request ? (most - 0.5) / request : 1;
  asked.capped = most < std::max(floor, request * wish.limit_factor);
  return asked;
}

}  // namespace tune
