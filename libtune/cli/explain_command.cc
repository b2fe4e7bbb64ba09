#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/terminal.h"
#include "libtune/explain/text.h"
#include "libtune/internal/not_allowed.h"
#include "tune/recommend.h"

namespace tune {
namespace {

// How deep a rule stands below the answer: guards and constraints carry it, their inputs stand below.
int DepthOf(const std::string& rule) {
  if (absl::StartsWith(rule, "guard.") || absl::StartsWith(rule, "exclude.")) return 0;
  if (absl::EndsWith(rule, "_manager.cost") || rule == "layout.no_room" || rule == "layout.parallelism") return 0;
  if (absl::EndsWith(rule, "_manager.memory") || absl::EndsWith(rule, ".cpu.request")) return 1;
  if (absl::EndsWith(rule, "_manager.heap") || rule == "layout.cores" || rule == "layout.live_set") return 2;
  if (absl::StartsWith(rule, "parallelism.")) return 1;
  if (rule == "service.interval" || absl::StartsWith(rule, "demand.")) return 2;
  if (absl::StartsWith(rule, "share.") && rule != "share.measured" && rule != "share.hot_key") return 2;
  return 3;
}

// What a step is about: a role's processes, or not.
enum class About { kRest, kTaskManagers, kJobManager };
About AboutOf(const std::string& rule) {
  if (absl::StartsWith(rule, "job_manager.")) return About::kJobManager;
  const bool layout = absl::StartsWith(rule, "layout.") && rule != "layout.parallelism";
  return layout || absl::StartsWith(rule, "task_manager.") || rule == "guard.layout" ? About::kTaskManagers
                                                                                     : About::kRest;
}

// Answers first, what they stand on below: by depth, then in the order in which the engine went.
void PrintTree(const JobRecommendation& job, int vertex, About about = About::kRest) {
  std::vector<std::pair<int, std::string>> lines;
  for (int depth = 0; depth <= 3; ++depth) {
    for (size_t i = 0; i < job.evidence.size(); ++i) {
      const Evidence step = job.evidence[i];
      if (step.vertex == vertex && DepthOf(step.rule) == depth && AboutOf(step.rule) == about)
        lines.emplace_back(depth, EvidenceText(step));
    }
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool last = i + 1 == lines.size() || lines[i + 1].first < lines[i].first;
    std::printf("%s%s %s\n", std::string(static_cast<size_t>(lines[i].first) * 3, ' ').c_str(), last ? "└─" : "├─",
                lines[i].second.c_str());
  }
}

void PrintVertex(const JobRecommendation& job, const JobGraph& graph, int vertex) {
  std::printf("%s\n", Paint(Colour::kBold, VertexSummary(job, vertex, graph)).c_str());
  for (const Finding& finding : job.findings) {
    if (finding.vertex == vertex) std::printf("   ! %s\n", FindingText(finding, graph).c_str());
  }
  PrintTree(job, vertex);
  std::printf("\n");
}

void PrintRole(const JobRecommendation& job, ProcessRole which, const ProcessRecommendation& role) {
  const bool measured = role.memory_verdict != Verdict::kNotMeasured || role.cpu_verdict != Verdict::kNotMeasured;
  if (!measured) return;
  std::printf("%s\n", Paint(Colour::kBold, RoleSummary(which, role)).c_str());
  PrintTree(job, -1, which == ProcessRole::kTaskManager ? About::kTaskManagers : About::kJobManager);
  std::printf("\n");
}

}  // namespace

int RunExplain(const Arguments& a) {
  absl::StatusOr<LoadedJob> job = LoadJob(a);
  if (!job.ok()) return Fail(job.status());
  const JobWindow& window = job->Window();
  int only = -1;
  if (!a.vertex.empty()) {
    only = FindVertex(window.graph, a.vertex);
    if (only < 0) {
      std::string names;
      for (const Vertex& v : window.graph.vertices)
        absl::StrAppend(&names, names.empty() ? "" : ", ", "\"", NameOf(v), "\"");
      return Fail(NotAllowed("--vertex", a.vertex, absl::StrCat("one of ", names)));
    }
  }
  const absl::StatusOr<JobRecommendation> r = Recommend(window, job->policy);
  if (!r.ok()) return Fail(r.status());
  if (only < 0) {
    std::printf("%s\n", Paint(Colour::kBold, absl::StrCat("job: ", Name(r->action), ", ", Name(r->timeliness),
                                                          ", slots ", r->slots_now, " -> ", r->slots_wanted))
                            .c_str());
    for (const Finding& finding : r->findings) {
      if (finding.vertex < 0) std::printf("   ! %s\n", FindingText(finding, window.graph).c_str());
    }
    PrintTree(*r, -1);
    std::printf("\n");
  }
  if (only < 0) {
    PrintRole(*r, ProcessRole::kTaskManager, r->task_managers);
    PrintRole(*r, ProcessRole::kJobManager, r->job_manager);
  }
  for (size_t v = 0; v < window.graph.vertices.size(); ++v) {
    if (only < 0 || only == static_cast<int>(v)) PrintVertex(*r, window.graph, static_cast<int>(v));
  }
  return kExitOk;
}

}  // namespace tune
