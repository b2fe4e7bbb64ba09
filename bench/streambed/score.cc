// streambed_score [FOLDER]: how well capacities of published Nexmark runs are predicted, each from other runs only.
// FOLDER holds streambed-operators.json.gz and streambed-verification.csv; the default is data/flink-runs in
// $LIBTUNE_SHARED, or in ../shared.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "bench/streambed/memory.h"
#include "bench/streambed/predict.h"
#include "bench/streambed/runs.h"
#include "bench/streambed/table.h"

namespace streambed {
namespace {

using Keep = std::function<bool(const Run&)>;

std::vector<Run> Select(const std::vector<Run>& runs, const Keep& keep) {
  std::vector<Run> kept;
  for (const Run& run : runs) {
    if (keep(run)) kept.push_back(run);
  }
  return kept;
}

std::vector<Run> Join(std::vector<Run> a, const std::vector<Run>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Run> OtherJobs(const std::vector<Run>& runs, const std::string& query) {
  return Select(runs, [&](const Run& r) { return r.query != query; });
}

bool SameSize(const Run& a, const Run& b) {
  for (size_t i = 0; i < a.operators.size(); ++i) {
    if (a.operators[i].parallelism != b.operators[i].parallelism) return false;
  }
  return true;
}

std::vector<Prediction> SeenRuns(const std::vector<Run>& runs, const Priors& priors) {
  std::vector<Prediction> out;
  for (const Run& run : runs) {
    const auto another = [&](const Run& r) { return r.query != run.query || r.number != run.number; };
    out.push_back(PredictSeen(run, Select(runs, another), priors));
  }
  return out;
}

void ScoreSeen(const std::vector<Run>& runs) {
  std::vector<Prediction> size_out, job_out;
  for (const Run& run : runs) {
    const auto another_size = [&](const Run& r) { return r.query != run.query || !SameSize(r, run); };
    size_out.push_back(PredictSeen(run, Select(runs, another_size), {}));
    job_out.push_back(PredictSeen(run, OtherJobs(runs, run.query), {}));
  }
  const std::vector<Prediction> run_out = SeenRuns(runs, {});
  PrintTable("Same configuration, the run left out of the calibration", run_out, Bar::kSeen);
  PrintTable("Same configuration, every run of that size of the job left out", size_out, Bar::kSeen);
  PrintTable("Same configuration, every run of the job left out", job_out, Bar::kSeen);
  absl::PrintF("\nlinear is furthest off at:\n");
  PrintWorstOfLinear(run_out, 6);
}

Target ToTarget(const Run& run) {
  Target target{.query = run.query, .measured = run.measured_rate};
  for (const Operator& op : run.operators) target.parallelism.push_back(op.parallelism);
  return target;
}

// Runs of the same job and TaskManager memory with fewer subtasks. Another memory size is another regime.
std::vector<Run> Smaller(const std::vector<Run>& runs, const std::string& query, int memory_mib, int subtasks) {
  return Select(
      runs, [&](const Run& r) { return r.query == query && r.memory_mib == memory_mib && r.Subtasks() < subtasks; });
}

std::vector<Prediction> LargerRuns(const std::vector<Run>& runs, const Priors& priors) {
  std::vector<Prediction> out;
  for (const Run& run : runs) {
    const std::vector<Run> history = Smaller(runs, run.query, run.memory_mib, run.Subtasks());
    if (history.empty()) continue;
    out.push_back(PredictLarger(ToTarget(run), history, Join(OtherJobs(runs, run.query), history), priors));
  }
  return out;
}

void ScoreLarger(const std::vector<Run>& runs) {
  std::vector<Prediction> rates_only, from_one;
  for (const Run& run : runs) {
    const std::vector<Run> history = Smaller(runs, run.query, run.memory_mib, run.Subtasks());
    if (history.empty()) continue;
    const std::vector<Run> others = OtherJobs(runs, run.query);
    rates_only.push_back(PredictLarger(ToTarget(run), history, others, {}));
    for (const Run& one : history) {
      from_one.push_back(PredictLarger(ToTarget(run), {one}, Join(others, {one}), {}));
    }
  }
  const std::vector<Prediction> from_all = LargerRuns(runs, {});
  PrintTable("Larger configuration from all smaller runs of the job, their rates and capacities", from_all,
             Bar::kLarger);
  PrintSteps(from_all);
  PrintTable("Larger configuration from all smaller runs, their rates alone", rates_only, Bar::kLarger);
  PrintTable("Larger configuration from one smaller run, every pair", from_one, Bar::kLarger);
  absl::PrintF("\nlinear is furthest off at:\n");
  PrintWorstOfLinear(from_all, 6);
}

// How much hangs on the priors' numbers: each one halved and doubled.
void ScoreSensitivity(const std::vector<Run>& runs) {
  struct Number {
    const char* name;
    double& (*of)(Priors&);
  };
  const Number numbers[] = {
      {"contention exponent", [](Priors& p) -> double& { return p.contention.exponent; }},
      {"contention exponent_sd", [](Priors& p) -> double& { return p.contention.exponent_sd; }},
      {"contention noise_sd", [](Priors& p) -> double& { return p.contention.noise_sd; }},
      {"bias", [](Priors& p) -> double& { return p.calibration.bias; }},
      {"slope", [](Priors& p) -> double& { return p.calibration.slope; }},
      {"job_sd", [](Priors& p) -> double& { return p.calibration.job_sd; }},
      {"size_sd", [](Priors& p) -> double& { return p.calibration.size_sd; }},
      {"size_range", [](Priors& p) -> double& { return p.calibration.size_range; }},
      {"noise_sd", [](Priors& p) -> double& { return p.calibration.noise_sd; }},
  };
  absl::PrintF("\n## Each number of the priors halved and doubled: same configuration, then larger\n\n");
  for (const Number& number : numbers) {
    for (const double factor : {0.5, 2.0}) {
      Priors priors;
      number.of(priors) *= factor;
      const std::string name = absl::StrFormat("%s x%.1f", number.name, factor);
      PrintLine(name, SeenRuns(runs, priors));
      PrintLine("", LargerRuns(runs, priors));
    }
  }
}

// The verifications measure another thing: the rate of a job that is offered more than it can take, for longer.
void PrintAgreement(const std::vector<Run>& runs, const std::vector<Verification>& verifications) {
  std::map<std::string, std::vector<double>> ratios;
  for (const Verification& v : verifications) {
    for (const Run& run : runs) {
      const bool same = run.query == v.query && run.memory_mib == v.memory_mib && v.saturated &&
                        ToTarget(run).parallelism == v.parallelism;
      if (same) ratios[v.query].push_back(v.measured_rate / run.measured_rate);
    }
  }
  absl::PrintF("\nverified capacity over the run's, where both had one configuration:\n");
  for (auto& [query, of_query] : ratios) {
    std::sort(of_query.begin(), of_query.end());
    absl::PrintF("  %s: %.2f to %.2f, middle %.2f (%d pairs)\n", query, of_query.front(), of_query.back(),
                 of_query[of_query.size() / 2], of_query.size());
  }
}

void ScoreVerified(const std::vector<Run>& runs, const std::vector<Verification>& verifications, bool large,
                   const std::string& title) {
  std::vector<Prediction> saturated;
  int unsaturated = 0, consistent = 0;
  for (const Verification& v : verifications) {
    if (v.large != large) continue;
    const std::vector<Run> history = Smaller(runs, v.query, v.memory_mib, v.Subtasks());
    if (history.empty()) continue;
    const Target target{
        .query = v.query, .parallelism = v.parallelism, .measured = v.measured_rate, .saturated = v.saturated};
    const Prediction p = PredictLarger(target, history, Join(OtherJobs(runs, v.query), history), {});
    if (p.saturated) {
      saturated.push_back(p);
    } else {
      ++unsaturated;
      consistent += p.ours.high >= p.measured ? 1 : 0;
    }
  }
  PrintTable(title, saturated, Bar::kLarger);
  PrintSteps(saturated);
  absl::PrintF("not saturated, so only a lower bound: %d, of which the interval reaches above it: %d\n", unsaturated,
               consistent);
}

int Score(const std::string& folder) {
  const absl::StatusOr<std::vector<Run>> runs = ReadRuns(folder);
  const absl::StatusOr<std::vector<Verification>> verifications = ReadVerifications(folder);
  for (const absl::Status& status : {runs.status(), verifications.status()}) {
    if (status.ok()) continue;
    absl::FPrintF(stderr, "%s\n", std::string(status.message()));
    return 1;
  }
  absl::PrintF("# Capacity of %d published runs (%s)\n\n", runs->size(), folder);
  int shown = 0;
  for (const Run& run : *runs) shown += run.source_rate_shown < 1.05 * run.measured_rate ? 1 : 0;
  absl::PrintF(
      "Sources are left out of every answer: in %d runs the published rate of the source is the measured "
      "capacity itself (within 5 %%).\n",
      shown);
  ScoreSeen(*runs);
  ScoreLarger(*runs);
  PrintAgreement(*runs, *verifications);
  ScoreVerified(*runs, *verifications, false, "Ten-minute verifications at up to 80 slots, from all smaller runs");
  ScoreVerified(*runs, *verifications, true, "Half-hour verifications at 150 to 1100 subtasks, from all runs");
  ScoreSensitivity(*runs);
  if (const absl::Status status = PrintMemoryBound(*runs, *verifications); !status.ok()) {
    absl::FPrintF(stderr, "%s\n", std::string(status.message()));
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace streambed

int main(int argc, char** argv) {
  const char* shared = std::getenv("LIBTUNE_SHARED");
  const std::string folder =
      argc > 1 ? argv[1] : std::string(shared != nullptr ? shared : "../shared") + "/data/flink-runs";
  if (argc <= 1 && !std::filesystem::exists(folder)) {
    absl::PrintF("skipped: %s does not exist; give the folder of the StreamBed files, or set LIBTUNE_SHARED\n", folder);
    return 0;
  }
  try {
    return streambed::Score(folder);
  } catch (const std::exception& error) {
    absl::FPrintF(stderr, "%s\n", error.what());
    return 1;
  }
}
