#include "bench/streambed/table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

#include "absl/strings/str_format.h"

namespace streambed {
namespace {

using Value = std::function<double(const Prediction&)>;

std::vector<double> Errors(const std::vector<Prediction>& predictions, const Value& predicted) {
  std::vector<double> errors;
  for (const Prediction& p : predictions) errors.push_back(predicted(p) / p.measured - 1);
  return errors;
}

// Quantile with linear interpolation between order statistics. `values` is not empty.
double Quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double at = q * static_cast<double>(values.size() - 1);
  const size_t below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - std::floor(at)) * (values[above] - values[below]);
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

std::vector<double> Absolute(std::vector<double> values) {
  for (double& v : values) v = std::abs(v);
  return values;
}

// Share of the predictions whose interval holds the truth.
double Coverage(const std::vector<Prediction>& predictions) {
  const auto held = std::count_if(predictions.begin(), predictions.end(), [](const Prediction& p) {
    return p.ours.low <= p.measured && p.measured <= p.ours.high;
  });
  return static_cast<double>(held) / static_cast<double>(predictions.size());
}

struct Figures {
  double median = 0, p90 = 0;   // of the absolute error
  double mean = 0, middle = 0;  // of the signed error: mean and median
};

Figures FiguresOf(const std::vector<double>& errors) {
  return {.median = Quantile(Absolute(errors), 0.5),
          .p90 = Quantile(Absolute(errors), 0.9),
          .mean = Mean(errors),
          .middle = Quantile(errors, 0.5)};
}

void PrintRow(const std::string& name, const std::vector<Prediction>& predictions) {
  const Figures linear = FiguresOf(Errors(predictions, [](const Prediction& p) { return p.linear; }));
  const Figures ours = FiguresOf(Errors(predictions, [](const Prediction& p) { return p.ours.estimate; }));
  absl::PrintF("| %-4s | %3d | %5.1f | %5.1f | %+6.1f | %+6.1f | %5.1f | %5.1f | %+6.1f | %+6.1f | %5.1f |\n", name,
               predictions.size(), 100 * linear.median, 100 * linear.p90, 100 * linear.mean, 100 * linear.middle,
               100 * ours.median, 100 * ours.p90, 100 * ours.mean, 100 * ours.middle, 100 * Coverage(predictions));
}

const char* Verdict(bool met) { return met ? "met" : "MISSED"; }

void PrintBars(const std::vector<Prediction>& predictions, Bar bar) {
  const Figures ours = FiguresOf(Errors(predictions, [](const Prediction& p) { return p.ours.estimate; }));
  const double coverage = Coverage(predictions);
  if (bar == Bar::kSeen) {
    absl::PrintF("bars: median <= 10 %%: %s; p90 <= 25 %%: %s\n", Verdict(ours.median <= 0.10),
                 Verdict(ours.p90 <= 0.25));
    return;
  }
  absl::PrintF("bars: mean bias within 10 %%: %s; median bias within 10 %%: %s; 90 %% interval holds 85-95 %%: %s\n",
               Verdict(std::abs(ours.mean) <= 0.10), Verdict(std::abs(ours.middle) <= 0.10),
               Verdict(coverage >= 0.85 && coverage <= 0.95));
}

}  // namespace

void PrintTable(const std::string& title, const std::vector<Prediction>& predictions, Bar bar) {
  absl::PrintF("\n## %s\n\n", title);
  if (predictions.empty()) {
    absl::PrintF("no such runs\n");
    return;
  }
  absl::PrintF(
      "|      |     | linear: |err| %% || bias %% || libtune: |err| %% || bias %% || 90 %% interval |\n"
      "| job  |   n |   med |   p90 |   mean | median |   med |   p90 |   mean | median | holds |\n"
      "|------|-----|-------|-------|--------|--------|-------|-------|--------|--------|-------|\n");
  std::map<std::string, std::vector<Prediction>> by_query;
  for (const Prediction& p : predictions) by_query[p.query].push_back(p);
  for (const auto& [query, of_query] : by_query) PrintRow(query, of_query);
  PrintRow("all", predictions);
  PrintBars(predictions, bar);
}

void PrintLine(const std::string& name, const std::vector<Prediction>& predictions) {
  const Figures ours = FiguresOf(Errors(predictions, [](const Prediction& p) { return p.ours.estimate; }));
  absl::PrintF("  %-34s |err| median %4.1f, p90 %4.1f; bias mean %+5.1f, median %+5.1f; interval holds %5.1f\n", name,
               100 * ours.median, 100 * ours.p90, 100 * ours.mean, 100 * ours.middle, 100 * Coverage(predictions));
}

void PrintSteps(const std::vector<Prediction>& predictions) {
  std::map<std::string, std::vector<Prediction>> by_query;
  for (const Prediction& p : predictions) by_query[p.query].push_back(p);
  for (const auto& [query, of_query] : by_query) {
    const auto geometric = [&](const Value& value) {
      double sum = 0;
      for (const Prediction& p : of_query) sum += std::log(value(p));
      return std::exp(sum / static_cast<double>(of_query.size()));
    };
    absl::PrintF("  %s: linear / measured %.2f; busiest key groups x%.2f, contention x%.2f, correction x%.2f -> %.2f\n",
                 query, geometric([](const Prediction& p) { return p.linear / p.measured; }),
                 geometric([](const Prediction& p) { return p.shared / p.linear; }),
                 geometric([](const Prediction& p) { return p.contended / p.shared; }),
                 geometric([](const Prediction& p) { return p.ours.correction; }),
                 geometric([](const Prediction& p) { return p.ours.estimate / p.measured; }));
  }
}

void PrintWorstOfLinear(std::vector<Prediction> predictions, size_t count) {
  std::sort(predictions.begin(), predictions.end(),
            [](const Prediction& a, const Prediction& b) { return a.linear / a.measured > b.linear / b.measured; });
  predictions.resize(std::min(count, predictions.size()));
  for (const Prediction& p : predictions) {
    absl::PrintF("  linear x%.2f, libtune x%.2f of measured %.3g/s: %s %s\n", p.linear / p.measured,
                 p.ours.estimate / p.measured, p.measured, p.query, p.what);
  }
}

}  // namespace streambed
