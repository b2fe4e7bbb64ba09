#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/process_table.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "libtune/cli/yaml_text.h"
#include "libtune/codec/json.h"
#include "libtune/codec/patch_text.h"
#include "libtune/explain/text.h"
#include "tune/recommend.h"

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

void PrintHeader(const LoadedJob& job, const JobWindow& window, const JobRecommendation& r) {
  const std::string name = window.facts.job_name.empty() ? "job" : window.facts.job_name;
  std::string flink = window.facts.flink_major > 0
                          ? absl::StrCat(", Flink ", window.facts.flink_major, ".", window.facts.flink_minor)
                          : "";
  // Bins begin at whole minutes: the first sample may lie a little later than the window's start.
  const absl::Time first = std::max(window.start, absl::FromUnixMillis(job.outline.first_ms));
  const absl::Duration seen = absl::Trunc(absl::FromUnixMillis(job.outline.last_ms) - first, absl::Seconds(1));
  std::printf("%s%s: %s of history from %s UTC, policy %s\n", Paint(Colour::kBold, name).c_str(), flink.c_str(),
              absl::FormatDuration(seen).c_str(),
              absl::FormatTime("%Y-%m-%d %H:%M", first, absl::UTCTimeZone()).c_str(), job.policy.name.c_str());
  std::printf("%s; %s; parallelism %d -> %d, slots %d -> %d\n\n",
              Paint(ColourOf(r.action), absl::StrCat("answer: ", Name(r.action))).c_str(), Name(r.timeliness),
              r.parallelism_now, r.parallelism_wanted, r.slots_now, r.slots_wanted);
}

void PrintTable(const JobWindow& window, const JobRecommendation& job) {
  Table table({"operator", ">now", ">need", ">interval", ">wanted", ">demand /s", ">ms a record", ">busiest share",
               "action", "verdict", "sure"});
  for (const VertexRecommendation& r : job.vertices) {
    const bool sized = r.verdict != Verdict::kThinData && r.verdict != Verdict::kNotMeasured;
    table.AddRow({NameOf(window.graph.vertices[static_cast<size_t>(r.vertex)]), absl::StrCat(r.now),
                  sized ? absl::StrCat(r.needed) : "-", Interval(r), Wanted(r), Known(r.demand.value(), "%.6g"),
                  Known(r.service_time.value() * 1000, "%.3g"), Known(r.largest_share, "%.3g"),
                  Paint(ColourOf(r.action), Name(r.action)), Name(r.verdict), Name(r.confidence)});
  }
  std::fputs(table.Render().c_str(), stdout);
}

void PrintFindings(const JobWindow& window, const JobRecommendation& job) {
  if (!job.findings.empty()) std::printf("\n");
  for (const Finding& finding : job.findings) {
    std::printf("%s %s\n", Paint(Colour::kBold, absl::StrCat("[", Name(finding.kind), "]")).c_str(),
                FindingText(finding, window.graph).c_str());
  }
}

struct Patch {
  SpecPatch change;
  std::string yaml;
};

absl::StatusOr<Patch> MakePatch(const FlinkDeploymentSpec& spec, const JobWindow& window, const JobRecommendation& r) {
  absl::StatusOr<SpecPatch> change = PlanFlinkDeployment(spec, window, r);
  if (!change.ok()) return change.status();
  absl::StatusOr<std::string> yaml = PatchToYaml(*change);
  if (!yaml.ok()) return yaml.status();
  return Patch{*std::move(change), *std::move(yaml)};
}

absl::Status WriteOrPrint(const Patch& patch, const Arguments& a) {
  if (!a.out.empty()) {
    if (!patch.change.changes.empty()) return WriteTextFile(a.out, patch.yaml);
    PrintWarning(absl::StrCat("nothing to change; ", a.out, " was not written"));
    return absl::OkStatus();
  }
  if (a.format != OutputFormat::kTable) return absl::OkStatus();
  for (const std::string& note : patch.change.notes) std::printf("\nnote: %s", note.c_str());
  std::printf("\n%s", patch.change.changes.empty() ? "" : patch.yaml.c_str());
  return absl::OkStatus();
}

}  // namespace

int RunRecommend(const Arguments& a) {
  if (!a.out.empty() && a.spec.empty()) {
    PrintError("--out writes the spec's patch: give the spec with --spec");
    return kExitBadInput;
  }
  absl::StatusOr<LoadedJob> job = LoadJob(a);
  if (!job.ok()) return Fail(job.status());
  for (const std::string& warning : job->outline.warnings) PrintWarning(warning);
  const JobWindow& window = job->Window();
  const absl::StatusOr<JobRecommendation> r = Recommend(window, job->policy);
  if (!r.ok()) return Fail(r.status());
  std::optional<Patch> patch;  // before anything is printed: a spec that can't be patched is bad input
  if (job->spec) {
    absl::StatusOr<Patch> made = MakePatch(*job->spec, window, *r);
    if (!made.ok()) return Fail(made.status());
    patch = *std::move(made);
  }
  if (a.format == OutputFormat::kTable) {
    PrintHeader(*job, window, *r);
    PrintTable(window, *r);
    PrintProcesses(*r);
    PrintFindings(window, *r);
  } else {
    const absl::StatusOr<std::string> json = ToJson(*r, window, job->policy, JsonStyle::kPretty);
    if (!json.ok()) return Fail(json.status());
    std::fputs((a.format == OutputFormat::kYaml ? JsonToYaml(*json) : absl::StrCat(*json, "\n")).c_str(), stdout);
  }
  if (patch) {
    if (auto status = WriteOrPrint(*patch, a); !status.ok()) return Fail(status);
  }
  return kExitOk;
}

}  // namespace tune
