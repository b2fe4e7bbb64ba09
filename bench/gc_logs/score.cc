// What libtune reads of GC logs against what is known of them otherwise: `gc_logs_score`, from the project's folder.
//
// Known is what a folder's README tells (data/gc), what another reader found (recordings, heap) and what the JVMs
// themselves counted (made). A figure that is wrong stands before what is known: "12 (13)".
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bench/gc_logs/reading.h"
#include "bench/gc_logs/truth.h"
#include "libtune/cli/table.h"

namespace tune::bench {
namespace {

constexpr std::array<const char*, kFigureCount> kHeadings = {
    ">young",    ">full",   ">needed",   ">other",     ">least old", ">most old", ">old MiB",
    ">heap MiB", ">full s", ">paused s", ">of time %", ">MiB/s",     ">leak"};

struct Score {
  int logs = 0, right = 0, wrong = 0;
};

std::string Text(double value) { return absl::StrFormat("%.5g", value); }

// "-": nothing is known.
std::string Judge(const Truth& truth, const Reading& reading, Figure figure, bool& right, Score& score) {
  const auto known = truth.figures.find(figure);
  if (known == truth.figures.end()) return "-";
  const auto read = reading.figures.find(figure);
  const bool is_right =
      read != reading.figures.end() && std::abs(read->second - known->second.value) <= known->second.tolerance + 1e-9;
  ++(is_right ? score.right : score.wrong);
  right = right && is_right;
  const std::string text = read == reading.figures.end() ? "none" : Text(read->second);
  return is_right ? text : absl::StrCat(text, " (", Text(known->second.value), ")");
}

std::string JudgeCauses(const Truth& truth, const Reading& reading, bool& right, Score& score) {
  if (!truth.causes) return "-";
  const bool is_right = *truth.causes == reading.causes;
  ++(is_right ? score.right : score.wrong);
  right = right && is_right;
  const std::string text = reading.causes.empty() ? "none" : absl::StrJoin(reading.causes, ", ");
  return is_right ? text : absl::StrCat(text, " (", absl::StrJoin(*truth.causes, ", "), ")");
}

void AddRow(const Truth& truth, Table& table, Score& score) {
  ++score.logs;
  std::vector<std::string> cells = {truth.name};
  bool right = true;
  const auto reading = ReadLog(truth);
  if (!reading.ok()) {
    ++score.wrong;
    cells.resize(kFigureCount + 2, "-");
    cells.push_back(absl::StrCat("WRONG: ", std::string(reading.status().message())));
    return table.AddRow(cells);
  }
  for (size_t i = 0; i < kFigureCount; ++i) {
    cells.push_back(Judge(truth, *reading, static_cast<Figure>(i), right, score));
  }
  cells.push_back(JudgeCauses(truth, *reading, right, score));
  cells.emplace_back(right ? "right" : "WRONG");
  table.AddRow(cells);
}

absl::StatusOr<std::vector<Truth>> AllTruths() {
  const char* told = std::getenv("LIBTUNE_SHARED");
  const std::string shared = told != nullptr ? told : "../shared";
  std::vector<Truth> all;
  for (auto* part : {&TruthsOfSharedLogs, &TruthsOfRecordings}) {
    auto truths = part(shared);
    if (!truths.ok()) return truths.status();
    if (truths->empty()) std::printf("left out, as it is not there: %s\n", shared.c_str());
    all.insert(all.end(), std::make_move_iterator(truths->begin()), std::make_move_iterator(truths->end()));
  }
  for (auto truths : {TruthsOfHeapRuns("datasets/heap"), TruthsOfMadeLogs("bench/gc_logs")}) {
    if (!truths.ok()) return truths.status();
    all.insert(all.end(), std::make_move_iterator(truths->begin()), std::make_move_iterator(truths->end()));
  }
  return all;
}

int Run() {
  const auto truths = AllTruths();
  if (!truths.ok()) {
    std::fprintf(stderr, "%s\n", std::string(truths.status().message()).c_str());
    return 2;
  }
  std::vector<std::string> headings = {"log"};
  headings.insert(headings.end(), kHeadings.begin(), kHeadings.end());
  headings.insert(headings.end(), {"causes", "verdict"});
  Table table(headings);
  Score score;
  for (const Truth& truth : *truths) AddRow(truth, table, score);
  std::printf("%s\n%d logs, %d figures: %d right, %d wrong\n", table.Render().c_str(), score.logs,
              score.right + score.wrong, score.right, score.wrong);
  return score.wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tune::bench

int main() { return tune::bench::Run(); }
