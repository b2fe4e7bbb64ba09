#include "bench/cpu_traces/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "absl/strings/str_format.h"

namespace cpu_traces {
namespace {

constexpr double kLeastPrice = 0.5, kMostPrice = 128;

struct Scored {
  std::string name;
  std::vector<Score> scores;  // by trace
};

// The frontier: libtune at one price after another, ascending.
struct Frontier {
  std::vector<double> prices;
  std::vector<std::vector<Score>> scores;  // by price, by trace
};

Score MeanWithout(const std::vector<Score>& scores, size_t without) {
  std::vector<Score> kept;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (i != without) kept.push_back(scores[i]);
  }
  return Mean(kept);
}

constexpr size_t kNone = std::numeric_limits<size_t>::max();

// The price with the least slack that is over no more than `rival`, both in the mean without one trace; kNone: none.
size_t ThriftiestPrice(const Frontier& frontier, const std::vector<Score>& rival, size_t without) {
  const Score bar = MeanWithout(rival, without);
  size_t best = kNone;
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < frontier.prices.size(); ++i) {
    const Score mean = MeanWithout(frontier.scores[i], without);
    if (mean.over > bar.over || mean.slack >= least) continue;
    best = i;
    least = mean.slack;
  }
  return best;
}

// Least overrun with no more slack than `rival`; kNone: none.
size_t SafestPrice(const Frontier& frontier, const std::vector<Score>& rival) {
  const Score bar = Mean(rival);
  size_t best = kNone;
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < frontier.prices.size(); ++i) {
    const Score mean = Mean(frontier.scores[i]);
    if (mean.slack > bar.slack || mean.over >= least) continue;
    best = i;
    least = mean.over;
  }
  return best;
}

std::string Points(double share) { return absl::StrFormat("%5.1f", 100 * share); }
std::string Change(double share) { return absl::StrFormat("%+6.1f", 100 * share); }

void PrintFrontierRow(const Frontier& frontier, const Scored& rival) {
  const Score bar = Mean(rival.scores);
  absl::PrintF("| %-10s | %s / %s |", rival.name, Points(bar.slack), Points(bar.over));
  const size_t thrifty = ThriftiestPrice(frontier, rival.scores, kNone);
  if (thrifty == kNone) {
    absl::PrintF(" %35s |", "no price is over so little");
  } else {
    const Score ours = Mean(frontier.scores[thrifty]);
    absl::PrintF(" %6.2f | %s | %s / %s |", frontier.prices[thrifty], Change(ours.slack - bar.slack),
                 Points(ours.slack), Points(ours.over));
  }
  const size_t safe = SafestPrice(frontier, rival.scores);
  if (safe == kNone) {
    absl::PrintF(" %15s |", "none");
  } else {
    const Score ours = Mean(frontier.scores[safe]);
    absl::PrintF(" %6.2f | %s |", frontier.prices[safe], Change(ours.over - bar.over));
  }
  // Each trace at the price that the other traces choose.
  std::vector<Score> blind;
  for (size_t i = 0; i < rival.scores.size(); ++i) {
    const size_t chosen = ThriftiestPrice(frontier, rival.scores, i);
    blind.push_back(frontier.scores[chosen == kNone ? frontier.prices.size() - 1 : chosen][i]);
  }
  const Score mean = Mean(blind);
  absl::PrintF(" %s | %s |\n", Change(mean.slack - bar.slack), Change(mean.over - bar.over));
}

Frontier MakeFrontier(const std::vector<Trace>& traces, const Regime& regime, int prices,
                      const tune::CpuPolicy& policy) {
  Frontier frontier;
  const double ratio = std::pow(kMostPrice / kLeastPrice, 1.0 / (prices - 1));
  for (int i = 0; i < prices; ++i) {
    frontier.prices.push_back(kLeastPrice * std::pow(ratio, i));
    frontier.scores.push_back(ScoreAll(traces, PriceAlone(frontier.prices.back(), policy), regime));
  }
  return frontier;
}

void PrintMeans(const std::vector<Scored>& all) {
  absl::PrintF("| %-30s | slack | minutes over | slack of the minutes within | changes |\n|---|---|---|---|---|\n",
               "method");
  for (const Scored& scored : all) {
    const Score mean = Mean(scored.scores);
    absl::PrintF("| %-30s | %s | %s | %s | %6.1f |\n", scored.name, Points(mean.slack), Points(mean.over),
                 Points(mean.slack_within), mean.changes);
  }
}

void PrintEach(const std::vector<Trace>& traces, const std::vector<Scored>& all) {
  absl::PrintF("\nslack / minutes over of each trace\n\n| %-30s |", "method");
  for (const Trace& trace : traces) absl::PrintF(" %s |", trace.name);
  absl::PrintF("\n|---|");
  for (size_t i = 0; i < traces.size(); ++i) absl::PrintF("---|");
  absl::PrintF("\n");
  for (const Scored& scored : all) {
    absl::PrintF("| %-30s |", scored.name);
    for (const Score& score : scored.scores) absl::PrintF(" %s / %s |", Points(score.slack), Points(score.over));
    absl::PrintF("\n");
  }
}

// Slack at which the frontier reaches `over`, on straight lines between its means; beyond its ends, the end's.
double SlackAt(const Frontier& frontier, double over) {
  Score last = Mean(frontier.scores.front());
  for (const std::vector<Score>& scores : frontier.scores) {
    const Score next = Mean(scores);
    if (next.over <= over) {
      const double share =
          last.over > next.over ? std::clamp((last.over - over) / (last.over - next.over), 0.0, 1.0) : 1;
      return last.slack + share * (next.slack - last.slack);
    }
    last = next;
  }
  return last.slack;
}

void PrintSensitivityRow(const std::string& name, const std::vector<Trace>& traces, const Regime& regime, int prices,
                         const tune::CpuPolicy& policy, const std::vector<Scored>& rivals) {
  const Frontier frontier = MakeFrontier(traces, regime, prices, policy);
  absl::PrintF("| %-18s |", name);
  double sum = 0;
  for (const Scored& rival : rivals) {
    const Score bar = Mean(rival.scores);
    const double gain = SlackAt(frontier, bar.over) - bar.slack;
    absl::PrintF(" %s |", Change(gain));
    sum += gain / static_cast<double>(rivals.size());
  }
  absl::PrintF(" %s |\n", Change(sum));
}

std::vector<Scored> ScoreRivals(const std::vector<Trace>& traces, const Regime& regime) {
  std::vector<Scored> rivals;
  for (const Method& method : Rivals()) rivals.push_back({method.name, ScoreAll(traces, method, regime)});
  return rivals;
}

}  // namespace

void CompareConstants(const std::string& title, const std::vector<Trace>& traces, const Regime& regime, int prices) {
  struct Number {
    const char* name;
    void (*scale)(tune::CpuPolicy&, double factor);
  };
  const Number numbers[] = {
      {"half-life", [](tune::CpuPolicy& p, double factor) { p.weighting.half_life *= factor; }},
      {"level sd", [](tune::CpuPolicy& p, double factor) { p.level_sd *= factor; }},
      {"season weight", [](tune::CpuPolicy& p, double factor) { p.weighting.season_weight *= factor; }},
      {"horizon", [](tune::CpuPolicy& p, double factor) { p.weighting.horizon *= factor; }},
  };
  const std::vector<Scored> rivals = ScoreRivals(traces, regime);
  absl::PrintF(
      "\n## %s, %s: each constant halved and doubled\n\nslack less the rival's at its overrun, points\n\n| %-18s |",
      title, regime.name, "constant");
  for (const Scored& rival : rivals) absl::PrintF(" %s |", rival.name);
  absl::PrintF(" mean |\n|---|---|---|---|---|---|---|\n");
  PrintSensitivityRow("as shipped", traces, regime, prices, {}, rivals);
  for (const Number& number : numbers) {
    for (const double factor : {0.5, 2.0}) {
      tune::CpuPolicy policy;
      number.scale(policy, factor);
      PrintSensitivityRow(absl::StrFormat("%s x%.1f", number.name, factor), traces, regime, prices, policy, rivals);
    }
  }
  std::fflush(stdout);
}

void Compare(const std::string& title, const std::vector<Trace>& traces, const Regime& regime, int prices,
             bool each_trace) {
  absl::PrintF("\n## %s, %s (%d traces)\n\n", title, regime.name, traces.size());
  const double price = *tune::CpuPolicy().over_price;
  const std::vector<Scored> rivals = ScoreRivals(traces, regime);
  std::vector<Scored> all = rivals;
  std::vector<Method> ours = {ClassicBand(), PriceInBand(price, false), PriceAlone(price, {})};
  if (regime.every_s.has_value()) ours.push_back(PriceInBand(price, true));
  for (const Method& method : ours) all.push_back({method.name, ScoreAll(traces, method, regime)});
  PrintMeans(all);
  if (each_trace) PrintEach(traces, all);
  const Frontier frontier = MakeFrontier(traces, regime, prices, {});
  absl::PrintF(
      "\nlibtune's price alone against each rival, points; blind: each trace at the price that the others choose\n\n"
      "| rival | its slack / over | price at no more over | slack | slack / over | price at no more slack | over "
      "| blind: slack | over |\n|---|---|---|---|---|---|---|---|---|\n");
  for (const Scored& rival : rivals) PrintFrontierRow(frontier, rival);
  std::fflush(stdout);
}

}  // namespace cpu_traces
