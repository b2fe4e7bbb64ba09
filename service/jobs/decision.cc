#include "service/jobs/decision.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "libtune/codec/enum_codec.h"
#include "libtune/codec/recommendation_enums.h"
#include "libtune/explain/text.h"
#include "libtune/internal/path.h"
#include "service/cluster/json_field.h"

namespace tune {
namespace {

constexpr double kSame = 0.05;  // of the larger one

// Index of the vertex that changes by the largest factor, of those that change as the job does where there are any;
// -1: none changes.
int MostChanged(const JobRecommendation& recommendation) {
  int most = -1;
  double largest = 0;
  bool as_the_job = false;
  for (size_t v = 0; v < recommendation.vertices.size(); ++v) {
    const VertexRecommendation& vertex = recommendation.vertices[v];
    const double factor = std::abs(std::log(static_cast<double>(vertex.wanted) / vertex.now));
    const bool is_as_the_job = factor > 0 && vertex.action == recommendation.action;
    if (is_as_the_job > as_the_job || (is_as_the_job == as_the_job && factor > largest)) {
      as_the_job = is_as_the_job;
      largest = factor;
      most = static_cast<int>(v);
    }
  }
  return most;
}

bool IsOther(double a, double b) { return std::abs(a - b) > kSame * std::max(a, b); }

bool IsOther(const v1::ProcessSize& a, const v1::ProcessSize& b) {
  return a.has_count() != b.has_count() || a.count() != b.count() || a.has_slots() != b.has_slots() ||
         a.slots() != b.slots() || a.has_cpu() != b.has_cpu() || a.has_memory() != b.has_memory() ||
         IsOther(static_cast<double>(a.cpu()), static_cast<double>(b.cpu())) ||
         IsOther(static_cast<double>(a.memory()), static_cast<double>(b.memory()));
}

}  // namespace

std::string ReasonOf(const JobRecommendation& recommendation, const JobGraph& graph) {
  if (const int vertex = MostChanged(recommendation); vertex >= 0) return VertexSummary(recommendation, vertex, graph);
  for (const auto& [role, answer] : {std::pair(ProcessRole::kTaskManager, &recommendation.task_managers),
                                     std::pair(ProcessRole::kJobManager, &recommendation.job_manager)}) {
    if (answer->action != Action::kHold) return RoleSummary(role, *answer);
  }
  const std::vector<Finding>& findings = recommendation.findings;
  const auto no_room =
      std::find_if(findings.begin(), findings.end(), [](const Finding& f) { return f.kind == FindingKind::kNoRoom; });
  if (no_room != findings.end()) return FindingText(recommendation, *no_room, graph);
  if (!findings.empty()) return FindingText(recommendation, findings.front(), graph);
  return "nothing to change";
}

v1::Decision DecisionOf(const JobRecommendation& recommendation, const JobGraph& graph,
                        const std::string& policy_name) {
  v1::Decision decision;
  decision.set_action(ToWire(kActions, recommendation.action));
  decision.set_parallelism_now(recommendation.parallelism_now);
  decision.set_parallelism_wanted(recommendation.parallelism_wanted);
  decision.set_slots_now(recommendation.slots_now);
  decision.set_slots_wanted(recommendation.slots_wanted);
  decision.set_reason(OneLine(Utf8(ReasonOf(recommendation, graph)), kMostDecisionReason));
  decision.set_policy_name(Utf8(policy_name));
  return decision;
}

bool IsOther(const v1::JobRecommendation& a, const v1::JobRecommendation& b) {
  if (a.action() != b.action() || a.vertices_size() != b.vertices_size()) return true;
  for (int v = 0; v < a.vertices_size(); ++v) {
    if (a.vertices(v).id() != b.vertices(v).id() || a.vertices(v).wanted() != b.vertices(v).wanted()) return true;
  }
  return IsOther(a.task_managers().wanted(), b.task_managers().wanted()) ||
         IsOther(a.job_manager().wanted(), b.job_manager().wanted());
}

}  // namespace tune
