#include "libtune/cli/recommendation_report.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/process_table.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

Colour ColourOf(Action action) {
  switch (action) {
    case Action::kRaise:
      return Colour::kYellow;
    case Action::kLower:
      return Colour::kGreen;
    case Action::kPerson:
      return Colour::kRed;
    case Action::kHold:
      return Colour::kPlain;
  }
  return Colour::kPlain;
}

std::string Known(double value, const char* format) {
  return value > 0 ? absl::StrFormat("%s", absl::StrFormat(*absl::ParsedFormat<'g'>::New(format), value)) : "-";
}

std::string Interval(const VertexRecommendation& r) {
  if (r.verdict == Verdict::kThinData || r.verdict == Verdict::kNotMeasured) return "-";
  return r.low == r.high ? absl::StrCat(r.low) : absl::StrCat(r.low, "–", r.high);
}

std::string Wanted(const VertexRecommendation& r) { return absl::StrCat(r.at_least ? "≥ " : "", r.wanted); }

void PrintHeader(const JobRecommendation& r, const RecommendationTexts& texts) {
  std::printf("%s%s: %s of history from %s UTC, policy %s\n", Paint(Colour::kBold, texts.job).c_str(),
              texts.flink.empty() ? "" : absl::StrCat(", Flink ", texts.flink).c_str(),
              absl::FormatDuration(texts.seen).c_str(),
              absl::FormatTime("%Y-%m-%d %H:%M", texts.first, absl::UTCTimeZone()).c_str(), texts.policy.c_str());
  std::printf("%s; %s; parallelism %d -> %d, slots %d -> %d\n\n",
              PaintAction(r.action, absl::StrCat("answer: ", Name(r.action))).c_str(), Name(r.timeliness),
              r.parallelism_now, r.parallelism_wanted, r.slots_now, r.slots_wanted);
}

void PrintTable(const JobRecommendation& job, const std::vector<std::string>& names) {
  Table table({"operator", ">now", ">need", ">interval", ">wanted", ">demand /s", ">ms a record", ">busiest share",
               "action", "verdict", "sure"});
  for (size_t v = 0; v < job.vertices.size(); ++v) {
    const VertexRecommendation& r = job.vertices[v];
    const bool sized = r.verdict != Verdict::kThinData && r.verdict != Verdict::kNotMeasured;
    table.AddRow({names[v], absl::StrCat(r.now), sized ? absl::StrCat(r.needed) : "-", Interval(r), Wanted(r),
                  Known(r.demand.value(), "%.6g"), Known(r.service_time.value() * 1000, "%.3g"),
                  Known(r.largest_share, "%.3g"), PaintAction(r.action, Name(r.action)), Name(r.verdict),
                  Name(r.confidence)});
  }
  std::fputs(table.Render().c_str(), stdout);
}

void PrintFindings(const JobRecommendation& job, const std::vector<std::string>& texts) {
  if (!job.findings.empty()) std::printf("\n");
  for (size_t f = 0; f < job.findings.size(); ++f) {
    const std::string kind = absl::StrCat("[", Name(job.findings[f].kind), "]");
    std::printf("%s %s\n", Paint(Colour::kBold, kind).c_str(), texts[f].c_str());
  }
}

}  // namespace

std::string PaintAction(Action action, const std::string& text) { return Paint(ColourOf(action), text); }

void PrintRecommendation(const JobRecommendation& recommendation, const RecommendationTexts& texts) {
  PrintHeader(recommendation, texts);
  PrintTable(recommendation, texts.vertices);
  PrintProcesses(recommendation);
  PrintFindings(recommendation, texts.findings);
}

}  // namespace tune
