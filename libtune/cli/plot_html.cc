#include "libtune/cli/plot_html.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "libtune/cli/plot_assets.h"
#include "libtune/cli/plot_data.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

// Up to the end of 9999: what every browser's calendar shows.
bool IsCalendarTime(absl::Time time) { return time >= absl::UnixEpoch() && time < absl::FromUnixSeconds(253402300800); }

void CheckFindings(const JobRecommendation& job, int vertices, Violations& bad) {
  for (size_t i = 0; i < job.findings.size(); ++i) {
    const int vertex = job.findings[i].vertex;
    if (vertex >= -1 && vertex < vertices) continue;
    bad.Add(absl::StrCat("recommendation.findings[", i, "].vertex"), vertex, absl::StrCat("[-1, ", vertices, ")"));
  }
}

absl::Status Check(const PlotInput& input) {
  if (auto status = CheckWindow(input.window); !status.ok()) return status;
  if (auto status = CheckPolicy(input.policy); !status.ok()) return status;
  Violations bad;
  const size_t vertices = input.window.graph.vertices.size();
  if (input.recommendation.vertices.size() != vertices) {
    bad.Add("recommendation.vertices", static_cast<double>(input.recommendation.vertices.size()),
            absl::StrCat(vertices, " entries, as the window's graph has"));
  }
  CheckFindings(input.recommendation, static_cast<int>(vertices), bad);
  if (!IsCalendarTime(input.window.start)) {
    bad.Add("window.start", absl::FormatTime(input.window.start, absl::UTCTimeZone()), "1970-01-01 to 9999-12-31");
  }
  if (!(input.window.length >= absl::ZeroDuration() && IsCalendarTime(absl::UnixEpoch() + input.window.length))) {
    bad.Add("window.length", absl::FormatDuration(input.window.length), ">= 0 and finite");
  }
  return bad.ToStatus();
}

std::string EscapedForHtml(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

}  // namespace

absl::StatusOr<std::string> PlotHtml(const PlotInput& input) {
  if (auto status = Check(input); !status.ok()) return status;
  const std::string& job = input.window.facts.job_name;
  // One pass: what is put in is not searched for marks again.
  return absl::StrReplaceAll(plot_assets::PageHtml(),
                             {{"{{title}}", EscapedForHtml(job.empty() ? "a job without a name" : job)},
                              {"{{style}}", plot_assets::PageCss()},
                              {"{{chart.js}}", plot_assets::ChartJs()},
                              {"{{data}}", PlotDataJson(input)},
                              {"{{script}}", plot_assets::PageJs()}});
}

}  // namespace tune
