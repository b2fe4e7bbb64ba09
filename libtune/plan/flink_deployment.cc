// Recommendation -> FlinkDeployment patch. Ours are job.parallelism, the vertex overrides, and what process_changes.cc
// sets.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/explain/text.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/plan/overrides.h"
#include "libtune/plan/process_changes.h"
#include "libtune/plan/scaling_mode.h"
#include "libtune/plan/spec_option.h"
#include "tune/plan.h"

namespace tune {
namespace {

struct Version {
  int major = 0, minor = 0;
  bool AtLeast(int want_major, int want_minor) const {
    return major > want_major || (major == want_major && minor >= want_minor);
  }
};

// "v1_20" -> 1.20. A version that is not known is an error: which fields Flink reads depends on it.
absl::StatusOr<Version> VersionOf(const FlinkDeploymentSpec& spec) {
  Version version;
  const std::vector<std::string> parts = absl::StrSplit(spec.flink_version, '_');
  if (parts.size() != 2 || parts[0].size() < 2 || parts[0][0] != 'v' ||
      !absl::SimpleAtoi(parts[0].substr(1), &version.major) || !absl::SimpleAtoi(parts[1], &version.minor) ||
      version.major < 1 || version.major > 2 || version.minor < 0) {
    return NotAllowed("spec.flinkVersion", absl::StrCat("\"", spec.flink_version, "\""), "v1_13 … v1_20, v2_0 …");
  }
  return version;
}

absl::Status CheckPatchable(const FlinkDeploymentSpec& spec, bool of_session) {
  if (!spec.has_job && !of_session) {
    return absl::FailedPreconditionError(
        "the spec has no job (a session cluster); its jobs are FlinkSessionJobs: give the histories of all of them");
  }
  if (spec.has_job && of_session) {
    return absl::FailedPreconditionError("the spec has a job, but the histories are of a session cluster's jobs");
  }
  if (IsAutoscaled(spec)) {
    return absl::FailedPreconditionError(
        "spec.flinkConfiguration[\"job.autoscaler.enabled\"] = true; another autoscaler sets the parallelism: turn it "
        "off first");
  }
  if (IsReactive(spec)) {
    return absl::FailedPreconditionError(
        "spec.flinkConfiguration[\"scheduler-mode\"] = reactive; the job takes whatever slots there are: size the "
        "TaskManagers");
  }
  return absl::OkStatus();
}

std::string WriteOverrides(const Overrides& overrides) {
  std::string text;
  for (const auto& [id, parallelism] : overrides) absl::StrAppend(&text, text.empty() ? "" : ",", id, ":", parallelism);
  return text;
}

// Overrides of vertices that the graph does not know are not ours: they stay.
Overrides Wanted(Overrides overrides, const JobWindow& window, const JobRecommendation& recommendation) {
  for (const VertexRecommendation& r : recommendation.vertices) {
    overrides[window.graph.vertices[static_cast<size_t>(r.vertex)].id] = r.wanted;
  }
  return overrides;
}

std::string Reason(const JobRecommendation& recommendation) {
  return absl::StrCat("parallelism ", recommendation.parallelism_now, " -> ", recommendation.parallelism_wanted,
                      ", slots ", recommendation.slots_now, " -> ", recommendation.slots_wanted);
}

bool ChangesParallelism(const JobRecommendation& recommendation) {
  for (const VertexRecommendation& r : recommendation.vertices) {
    if (r.wanted != r.now) return true;
  }
  return false;
}

// The jobs of a session cluster are objects of their own: what to set in them.
void NoteSessionJobs(const JobWindow& window, const JobRecommendation& recommendation, SpecPatch& patch) {
  for (const std::string& job : window.facts.session_jobs) {
    int now = 0, wanted = 0;
    for (const VertexRecommendation& r : recommendation.vertices) {
      if (!absl::StartsWith(window.graph.vertices[static_cast<size_t>(r.vertex)].id, job + "/")) continue;
      now = std::max(now, r.now);
      wanted = std::max(wanted, r.wanted);
    }
    if (now == wanted) continue;
    patch.notes.push_back(absl::StrCat("FlinkSessionJob of ", job, ": spec.job.parallelism ", now, " -> ", wanted));
  }
  if (patch.changes.empty()) patch.notes.push_back("nothing to change: the processes keep their size");
}

absl::Status PlanOverrides(const FlinkDeploymentSpec& spec, const Version& version, const JobWindow& window,
                           const JobRecommendation& recommendation, SpecPatch& patch) {
  if (!version.AtLeast(1, 17)) {
    patch.notes.push_back("Flink before 1.17 has no vertex overrides: every vertex gets the largest parallelism");
    return absl::OkStatus();
  }
  const std::string before = Option(spec, kOverrides);
  absl::StatusOr<Overrides> overrides = ReadOverrides(before);
  if (!overrides.ok()) return overrides.status();
  const Overrides wanted = Wanted(*overrides, window, recommendation);
  if (wanted == *overrides) return absl::OkStatus();
  patch.changes.push_back({{"spec", "flinkConfiguration", kOverrides},
                           before,
                           WriteOverrides(wanted),
                           false,
                           "one parallelism for each vertex"});
  return absl::OkStatus();
}

// What was left out of the change for want of room.
void NoteRoom(const JobWindow& window, const JobRecommendation& recommendation, SpecPatch& patch) {
  for (const Finding& finding : recommendation.findings) {
    if (finding.kind == FindingKind::kNoRoom) {
      patch.notes.push_back(FindingText(recommendation, finding, window.graph));
    }
  }
}

}  // namespace

absl::StatusOr<SpecPatch> PlanFlinkDeployment(const FlinkDeploymentSpec& spec, const JobWindow& window,
                                              const JobRecommendation& recommendation) {
  if (auto status = CheckPatchable(spec, !window.facts.session_jobs.empty()); !status.ok()) return status;
  const absl::StatusOr<Version> version = VersionOf(spec);
  if (!version.ok()) return version.status();
  SpecPatch patch;
  patch.api_version = spec.api_version;
  patch.kind = "FlinkDeployment";
  patch.name = spec.name;
  patch.ns = spec.ns;
  if (auto status = PlanProcesses(spec, window, recommendation, patch); !status.ok()) return status;
  NoteRoom(window, recommendation, patch);
  if (!spec.has_job) {
    NoteSessionJobs(window, recommendation, patch);
    patch.restarts_job = !patch.changes.empty();
    return patch;
  }
  const bool resized = !patch.changes.empty();
  if (!resized && !ChangesParallelism(recommendation)) {
    patch.notes.push_back("nothing to change: every vertex keeps its parallelism, and the processes their size");
    return patch;
  }
  if (ChangesParallelism(recommendation)) {
    if (auto status = PlanOverrides(spec, *version, window, recommendation, patch); !status.ok()) return status;
  }
  if (!resized && RescalesInPlace(spec, window.facts)) {
    if (!patch.changes.empty())
      patch.notes.push_back("the adaptive scheduler rescales in place; job.parallelism is left alone");
    return patch;
  }
  if (spec.job_parallelism != recommendation.parallelism_wanted) {
    patch.changes.push_back({{"spec", "job", "parallelism"},
                             spec.job_parallelism > 0 ? absl::StrCat(spec.job_parallelism) : "",
                             absl::StrCat(recommendation.parallelism_wanted),
                             true,
                             Reason(recommendation)});
  }
  patch.restarts_job = !patch.changes.empty();
  return patch;
}

}  // namespace tune
