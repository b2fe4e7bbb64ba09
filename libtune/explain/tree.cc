#include "libtune/explain/tree.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libtune/explain/text.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr int kDeepest = 3;

// How deep a rule stands below the answer: guards and constraints carry it, their inputs stand below.
int DepthOf(const std::string& rule) {
  if (absl::StartsWith(rule, "guard.") || absl::StartsWith(rule, "exclude.")) return 0;
  if (absl::EndsWith(rule, "_manager.cost") || rule == "layout.no_room" || rule == "layout.parallelism") return 0;
  if (absl::EndsWith(rule, "_manager.memory") || absl::EndsWith(rule, ".cpu.request")) return 1;
  if (absl::EndsWith(rule, "_manager.heap") || rule == "layout.cores" || rule == "layout.live_set") return 2;
  if (absl::StartsWith(rule, "parallelism.")) return 1;
  if (rule == "service.interval" || absl::StartsWith(rule, "demand.")) return 2;
  if (absl::StartsWith(rule, "share.") && rule != "share.measured" && rule != "share.hot_key") return 2;
  return kDeepest;
}

// What a step is about: a role's processes, or not.
enum class About { kRest, kTaskManagers, kJobManager };
About AboutOf(const std::string& rule) {
  if (absl::StartsWith(rule, "job_manager.")) return About::kJobManager;
  const bool layout = absl::StartsWith(rule, "layout.") && rule != "layout.parallelism";
  return layout || absl::StartsWith(rule, "task_manager.") || rule == "guard.layout" ? About::kTaskManagers
                                                                                     : About::kRest;
}

// By depth, then in the order in which the engine went.
std::vector<ExplanationStep> StepsOf(const JobRecommendation& job, int vertex, About about) {
  std::vector<ExplanationStep> steps;
  for (int depth = 0; depth <= kDeepest; ++depth) {
    for (size_t i = 0; i < job.evidence.size(); ++i) {
      const Evidence step = job.evidence[i];
      if (step.vertex == vertex && DepthOf(step.rule) == depth && AboutOf(step.rule) == about)
        steps.push_back({depth, EvidenceText(step)});
    }
  }
  return steps;
}

std::vector<std::string> FindingsOf(const JobRecommendation& job, const JobGraph& graph, int vertex) {
  std::vector<std::string> findings;
  for (const Finding& finding : job.findings) {
    if (finding.vertex == vertex) findings.push_back(FindingText(job, finding, graph));
  }
  return findings;
}

Explanation OfJob(const JobRecommendation& job, const JobGraph& graph) {
  return {"job",
          absl::StrCat("job: ", Name(job.action), ", ", Name(job.timeliness), ", slots ", job.slots_now, " -> ",
                       job.slots_wanted),
          FindingsOf(job, graph, -1), StepsOf(job, -1, About::kRest)};
}

void AddRole(const JobRecommendation& job, ProcessRole which, const ProcessRecommendation& role,
             std::vector<Explanation>& out) {
  if (role.memory_verdict == Verdict::kNotMeasured && role.cpu_verdict == Verdict::kNotMeasured) return;
  const About about = which == ProcessRole::kTaskManager ? About::kTaskManagers : About::kJobManager;
  out.push_back({Name(which), RoleSummary(which, role), {}, StepsOf(job, -1, about)});
}

}  // namespace

std::vector<Explanation> Explain(const JobRecommendation& job, const JobGraph& graph, int vertex) {
  std::vector<Explanation> out;
  if (vertex < 0) {
    out.push_back(OfJob(job, graph));
    AddRole(job, ProcessRole::kTaskManager, job.task_managers, out);
    AddRole(job, ProcessRole::kJobManager, job.job_manager, out);
  }
  for (int v = 0; v < static_cast<int>(graph.vertices.size()); ++v) {
    if (vertex >= 0 && v != vertex) continue;
    out.push_back({NameOf(graph.vertices[static_cast<size_t>(v)]), VertexSummary(job, v, graph),
                   FindingsOf(job, graph, v), StepsOf(job, v, About::kRest)});
  }
  return out;
}

std::string VertexNames(const JobGraph& graph) {
  std::string names;
  for (const Vertex& vertex : graph.vertices)
    absl::StrAppend(&names, names.empty() ? "" : ", ", Quoted(NameOf(vertex)));
  return names;
}

}  // namespace tune
