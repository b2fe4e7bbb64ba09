#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/recommendation_report.h"
#include "libtune/cli/terminal.h"
#include "libtune/cli/yaml_text.h"
#include "libtune/codec/json.h"
#include "libtune/codec/patch_text.h"
#include "libtune/explain/text.h"
#include "tune/recommend.h"

namespace tune {
namespace {

RecommendationTexts TextsOf(const LoadedJob& job, const JobWindow& window, const JobRecommendation& r) {
  RecommendationTexts texts;
  const JobFacts& facts = window.facts;
  texts.job = facts.job_name.empty() ? "job" : facts.job_name;
  if (facts.flink_major > 0) texts.flink = absl::StrCat(facts.flink_major, ".", facts.flink_minor);
  // Bins begin at whole minutes: the first sample may lie a little later than the window's start.
  texts.first = std::max(window.start, absl::FromUnixMillis(job.outline.first_ms));
  texts.seen = absl::Trunc(absl::FromUnixMillis(job.outline.last_ms) - texts.first, absl::Seconds(1));
  texts.policy = job.policy.name;
  for (const VertexRecommendation& vertex : r.vertices) {
    texts.vertices.push_back(NameOf(window.graph.vertices[static_cast<size_t>(vertex.vertex)]));
  }
  for (const Finding& finding : r.findings) texts.findings.push_back(FindingText(r, finding, window.graph));
  return texts;
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
    PrintRecommendation(*r, TextsOf(*job, window, *r));
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
