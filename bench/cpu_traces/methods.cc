#include "bench/cpu_traces/methods.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/window/quantile.h"

namespace cpu_traces {
namespace {

constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;

std::vector<double> Measured(const Past& past, double seconds) {
  const double steps = std::min(static_cast<double>(past.cores.size()), std::ceil(seconds / past.step_s));
  std::vector<double> kept;
  for (double cores : past.cores.last(static_cast<size_t>(steps))) {
    if (cores >= 0) kept.push_back(cores);
  }
  return kept;
}

double QuantileOf(const Past& past, double seconds, double q) {
  std::vector<double> kept = Measured(past, seconds);
  return tune::Quantile(kept, q).value_or(0);
}

double Vpa(const Past& past) {
  constexpr double kFirstBucket = 0.01, kGrowth = 1.05, kMargin = 1.15;
  std::vector<double> weights;
  double total = 0;
  for (size_t i = 0; i < past.cores.size(); ++i) {
    if (past.cores[i] < 0) continue;
    const double bucket = std::floor(std::log(past.cores[i] / kFirstBucket * (kGrowth - 1) + 1) / std::log(kGrowth));
    const double weight = std::exp2(-static_cast<double>(past.cores.size() - 1 - i) * past.step_s / kDay);
    weights.resize(std::max(weights.size(), static_cast<size_t>(bucket) + 1), 0);
    weights[static_cast<size_t>(bucket)] += weight;
    total += weight;
  }
  double below = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    below += weights[i];
    if (below < 0.9 * total) continue;
    return kMargin * kFirstBucket * (std::pow(kGrowth, static_cast<double>(i) + 1) - 1) / (kGrowth - 1);
  }
  return 0;
}

tune::CpuHistory ToHistory(const Past& past) {
  tune::CpuHistory history{.bin = absl::Seconds(past.step_s), .bins = {}};
  history.bins.reserve(past.cores.size());
  for (double cores : past.cores) {
    tune::CpuUseBin bin;
    if (cores >= 0) {
      bin.covered_s = past.step_s;
      bin.cores = cores;
    }
    history.bins.push_back(bin);
  }
  return history;
}

double Libtune(const Past& past, tune::CpuPolicy policy, bool keeps) {
  policy.min_request = tune::MilliCores(1);
  policy.max_request = tune::MilliCores(1'000'000'000);
  if (past.hold_s.has_value() && *past.hold_s < kDay) policy.weighting.ahead = absl::Seconds(*past.hold_s);
  tune::CpuSpec now;
  if (keeps && past.request.has_value()) now.request = tune::MilliCores(std::llround(*past.request * 1000));
  const absl::StatusOr<tune::CpuRequest> answer = tune::EstimateCpuRequest(ToHistory(past), now, policy);
  if (!answer.ok() || !answer->request.has_value()) {
    absl::FPrintF(stderr, "no request: %s\n", answer.status().ToString());
    std::exit(1);
  }
  return static_cast<double>(answer->request->value()) / 1000;
}

}  // namespace

std::vector<Method> Rivals() {
  constexpr double kAll = 1e18;
  return {
      {"VPA", Vpa},
      {"KRR", [](const Past& past) { return QuantileOf(past, 14 * kDay, 0.95); }},
      {"Crane 24 h", [](const Past& past) { return 1.15 * QuantileOf(past, kDay, 0.99); }},
      {"Crane all", [](const Past& past) { return 1.15 * QuantileOf(past, kAll, 0.99); }},
      {"plain p90", [](const Past& past) { return QuantileOf(past, kAll, 0.9); }},
  };
}

Method ClassicBand() {
  tune::CpuPolicy policy;
  policy.over_price = std::nullopt;
  return {"libtune, middle of band", [policy](const Past& past) { return Libtune(past, policy, false); }};
}

Method PriceInBand(double price, bool keeps) {
  tune::CpuPolicy policy;
  policy.over_price = price;
  const std::string name = absl::StrFormat("libtune, band, price %.3g%s", price, keeps ? ", keeps" : "");
  return {name, [policy, keeps](const Past& past) { return Libtune(past, policy, keeps); }};
}

Method PriceAlone(double price, const tune::CpuPolicy& policy) {
  tune::CpuPolicy alone = policy;
  alone.over_price = price;
  alone.inside_band = false;
  return {absl::StrFormat("libtune, price %.3g", price),
          [alone](const Past& past) { return Libtune(past, alone, false); }};
}

}  // namespace cpu_traces
