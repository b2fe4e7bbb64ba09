#include "bench/cpu_traces/scoring.h"

#include <algorithm>
#include <cmath>

namespace cpu_traces {
namespace {

double WholeMilliCores(double cores) { return std::max(1.0, std::ceil(cores * 1000 - 1e-6)) / 1000; }

// Sums while minutes pass.
struct Tally {
  double minutes = 0, within = 0, slack = 0, over = 0;
  void Add(double request, double use) {
    if (use < 0) return;
    ++minutes;
    if (use < request) {
      ++within;
      slack += (request - use) / request;
    } else if (use > request) {
      ++over;
    }
  }
};

}  // namespace

Score ScoreOn(const Trace& trace, const Method& method, const Regime& regime) {
  const size_t size = trace.cores.size();
  const size_t half = size / 2;
  const size_t steps = regime.every_s.has_value()
                           ? static_cast<size_t>(std::max(1.0, std::round(*regime.every_s / trace.step_s)))
                           : size - half;
  Tally tally;
  Score score;
  std::optional<double> request;
  for (size_t at = half; at < size; at += steps) {
    const Past past{.cores = std::span(trace.cores).first(at),
                    .step_s = trace.step_s,
                    .hold_s = regime.every_s,
                    .request = request};
    const double decided = WholeMilliCores(method.request(past));
    if (request.has_value() && *request != decided) ++score.changes;
    request = decided;
    for (size_t i = at; i < std::min(at + steps, size); ++i) tally.Add(decided, trace.cores[i]);
  }
  score.slack = tally.slack / std::max(tally.minutes, 1.0);
  score.slack_within = tally.slack / std::max(tally.within, 1.0);
  score.over = tally.over / std::max(tally.minutes, 1.0);
  return score;
}

std::vector<Score> ScoreAll(const std::vector<Trace>& traces, const Method& method, const Regime& regime) {
  std::vector<Score> scores;
  for (const Trace& trace : traces) scores.push_back(ScoreOn(trace, method, regime));
  return scores;
}

Score Mean(const std::vector<Score>& scores) {
  Score mean;
  const double count = static_cast<double>(std::max<size_t>(scores.size(), 1));
  for (const Score& score : scores) {
    mean.slack += score.slack / count;
    mean.slack_within += score.slack_within / count;
    mean.over += score.over / count;
    mean.changes += score.changes / count;
  }
  return mean;
}

}  // namespace cpu_traces
