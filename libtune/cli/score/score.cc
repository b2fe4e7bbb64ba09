#include "libtune/cli/score/score.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

constexpr int kKeyGroups = 120;        // of every recorded job
constexpr double kHealthyRatio = 1.2;  // more than this over the mean is a hot key in these recordings
constexpr double kShareTolerance = 0.05;

// The busiest subtask's share at p: as counted at the parallelism it was counted at; else a hot key's part stays whole
// and the rest is dealt out in key groups.
double TrueShare(const VertexTruth& truth, int p) {
  const double even = std::ceil(static_cast<double>(kKeyGroups) / p) / kKeyGroups;
  const auto counted = static_cast<double>(truth.shares.size());
  if (counted < 2) return even;
  const double most = *std::max_element(truth.shares.begin(), truth.shares.end());
  if (p == static_cast<int>(counted)) return most;
  if (most * counted <= kHealthyRatio) return even;
  const double hot = (most * counted - 1) / (counted - 1);
  return hot + (1 - hot) * even;
}

bool Answers(const VertexRecommendation& r) {
  return r.verdict == Verdict::kEstimated || (r.verdict == Verdict::kLowerBound && r.wanted > r.now);
}

std::string Shown(const VertexRecommendation& r) {
  if (r.action == Action::kPerson) return "person";
  if (!Answers(r)) return absl::StrCat("no answer (", Name(r.verdict), ")");
  return absl::StrCat(r.at_least ? ">= " : "", r.needed);
}

bool IsRight(const VertexRecommendation& r, int smallest) {
  if (smallest == 0) return r.action == Action::kPerson;
  return r.action != Action::kPerson && Answers(r) && (r.needed == smallest || r.needed == smallest + 1);
}

ScoreLine Line(const std::string& name, const char* check, int smallest, const VertexRecommendation& r) {
  return {name, check, smallest == 0 ? "person" : absl::StrCat(smallest), Shown(r), IsRight(r, smallest)};
}

double DemandOf(const Truth& truth) {
  double sum = 0;
  for (const auto& [source, rate] : truth.demand) sum += rate;
  return sum;
}

std::string FindingShown(const Finding& f) {
  std::string text = Name(f.kind);
  if (!f.subtasks.empty()) absl::StrAppend(&text, " ", f.subtasks.front());
  if (f.share) absl::StrAppend(&text, " ", NumberText(std::round(*f.share * 1000) / 1000));
  return text;
}

bool Fits(const Finding& f, const ExpectedFinding& want) {
  if (Name(f.kind) != want.kind) return false;
  if (want.subtask && std::find(f.subtasks.begin(), f.subtasks.end(), *want.subtask) == f.subtasks.end()) return false;
  return !want.share || (f.share && std::abs(*f.share - *want.share) <= kShareTolerance);
}

}  // namespace

int FormulaParallelism(const VertexTruth& truth, double demand, double target) {
  for (int p = 1; p <= kKeyGroups; ++p) {
    if (demand * truth.seconds_per_record * TrueShare(truth, p) <= target) return p;
  }
  return 0;
}

std::vector<ScoreLine> ScoreExperiment(const Truth& truth, const JobWindow& window, const JobRecommendation& job) {
  std::vector<ScoreLine> lines;
  for (const auto& [name, v] : truth.vertices) {
    const int vertex = FindVertex(window.graph, name);
    if (!v.smallest_parallelism || vertex < 0) continue;
    lines.push_back(Line(name, "experiment", *v.smallest_parallelism, job.vertices[static_cast<size_t>(vertex)]));
  }
  return lines;
}

std::vector<ScoreLine> ScoreFormula(const Truth& truth, const JobWindow& window, const JobRecommendation& job,
                                    double target) {
  std::vector<ScoreLine> lines;
  for (const auto& [name, v] : truth.vertices) {
    const int vertex = FindVertex(window.graph, name);
    if (!(v.seconds_per_record > 0) || vertex < 0 || !(DemandOf(truth) > 0)) continue;
    lines.push_back(Line(name, "formula", FormulaParallelism(v, DemandOf(truth), target),
                         job.vertices[static_cast<size_t>(vertex)]));
  }
  return lines;
}

std::vector<ScoreLine> ScoreFindings(const Truth& truth, const JobWindow& window, const JobRecommendation& job) {
  std::vector<ScoreLine> lines;
  for (const ExpectedFinding& want : truth.findings) {
    const int vertex = FindVertex(window.graph, want.vertex);
    ScoreLine line{want.vertex, "finding", want.kind, "nothing", false};
    if (want.subtask) absl::StrAppend(&line.want, " ", *want.subtask);
    if (want.share) absl::StrAppend(&line.want, " ", NumberText(*want.share));
    for (const Finding& f : job.findings) {
      if (f.vertex != vertex || line.right) continue;
      if (Name(f.kind) == want.kind) line.got = FindingShown(f);
      line.right = Fits(f, want);
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace tune
