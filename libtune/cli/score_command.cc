#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/score/score.h"
#include "libtune/cli/score/truth.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

struct CaseScore {
  std::string name;
  std::vector<ScoreLine> lines;
  std::vector<std::string> findings;
};

// Two answers for each case: with the policy, and with it but all of a subtask's time allowed.
absl::StatusOr<CaseScore> ScoreCase(const std::string& folder, const Arguments& given) {
  const absl::StatusOr<Truth> truth = ReadTruth(folder);
  if (!truth.ok()) return truth.status();
  Arguments a = given;
  a.histories = {folder};
  for (const auto& [source, rate] : truth->source_rates) a.source_rates.push_back(absl::StrCat(source, "=", rate));
  absl::StatusOr<LoadedJob> job = LoadJob(a);
  if (!job.ok()) return job.status();
  const JobWindow& window = job->Window();
  TuningPolicy full = job->policy;
  full.target_busy_fraction = 1;
  const absl::StatusOr<JobRecommendation> with_policy = Recommend(window, job->policy),
                                          at_full = Recommend(window, full);
  if (!with_policy.ok()) return with_policy.status();
  if (!at_full.ok()) return at_full.status();
  CaseScore score;
  score.name = std::filesystem::path(folder).lexically_normal().filename().string();
  if (score.name.empty())
    score.name = std::filesystem::path(folder).lexically_normal().parent_path().filename().string();
  for (auto& lines : {ScoreExperiment(*truth, window, *at_full),
                      ScoreFormula(*truth, window, *with_policy, job->policy.target_busy_fraction),
                      ScoreFindings(*truth, window, *with_policy)}) {
    score.lines.insert(score.lines.end(), lines.begin(), lines.end());
  }
  for (const Finding& f : with_policy->findings) score.findings.push_back(FindingText(*with_policy, f, window.graph));
  return score;
}

void PrintScores(const std::vector<CaseScore>& scores, bool verbose) {
  Table table({"case", "operator", "check", ">want", ">got", "verdict"});
  for (const CaseScore& score : scores) {
    for (const ScoreLine& line : score.lines) {
      table.AddRow({score.name, line.vertex, line.check, line.want, line.got,
                    line.right ? Paint(Colour::kGreen, "right") : Paint(Colour::kRed, "WRONG")});
    }
  }
  std::fputs(table.Render().c_str(), stdout);
  if (!verbose) return;
  for (const CaseScore& score : scores) {
    std::printf("\n%s\n", score.name.c_str());
    for (const std::string& finding : score.findings) std::printf("  %s\n", finding.c_str());
  }
}

void PrintJson(const std::vector<CaseScore>& scores) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const CaseScore& score : scores) {
    for (const ScoreLine& line : score.lines) {
      all.push_back({{"case", score.name},
                     {"operator", line.vertex},
                     {"check", line.check},
                     {"want", line.want},
                     {"got", line.got},
                     {"right", line.right}});
    }
  }
  std::printf("%s\n", all.dump(1).c_str());
}

bool HasTruth(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / "truth.json") || std::filesystem::exists(folder / "meta.json");
}

// A folder of cases stands for all of them.
std::vector<std::string> CasesOf(const std::vector<std::string>& paths) {
  std::vector<std::string> cases;
  for (const std::string& path : paths) {
    std::error_code error;
    std::vector<std::string> inside;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (!HasTruth(path) && entry.is_directory() && HasTruth(entry.path())) inside.push_back(entry.path().string());
    }
    std::sort(inside.begin(), inside.end());
    if (inside.empty()) inside.push_back(path);
    cases.insert(cases.end(), inside.begin(), inside.end());
  }
  return cases;
}

}  // namespace

int RunScore(const Arguments& a) {
  std::vector<CaseScore> scores;
  size_t right = 0, all = 0;
  for (const std::string& folder : CasesOf(a.histories)) {
    const absl::StatusOr<CaseScore> score = ScoreCase(folder, a);
    if (!score.ok())
      return Fail(
          absl::Status(score.status().code(), absl::StrCat(folder, ": ", std::string(score.status().message()))));
    for (const ScoreLine& line : score->lines) {
      right += line.right ? 1 : 0;
      ++all;
    }
    if (score->lines.empty()) PrintWarning(absl::StrCat(score->name, ": no truth in it that can be checked"));
    scores.push_back(*score);
  }
  if (all == 0) return Fail(absl::NotFoundError("nothing to score: no folder has a truth; see datasets/README.md"));
  if (a.format == OutputFormat::kTable) {
    PrintScores(scores, a.verbose);
    std::printf("\n%zu of %zu right\n", right, all);
  } else {
    PrintJson(scores);
  }
  return right == all ? kExitOk : kExitWrong;
}

}  // namespace tune
