// Actions of vertices and processes, and the job's totals: once nothing changes any more.
#include <algorithm>
#include <vector>

#include "libtune/graph/slots.h"
#include "libtune/guard/guards.h"

namespace tune {
namespace {

// An excluded vertex that needs more than it has is the job's bottleneck, and no subtask helps it. Where its processes
// lack heap or CPU that may, and they get it first.
Action ActionOf(const JobSizing& job, const VertexRecommendation& r) {
  if (r.verdict == Verdict::kExcluded && r.needed > r.now) {
    const bool size_helps =
        job.vertices[static_cast<size_t>(r.vertex)].process_bound && job.out.task_managers.action == Action::kRaise;
    return size_helps ? Action::kHold : Action::kPerson;
  }
  return r.wanted > r.now ? Action::kRaise : r.wanted < r.now ? Action::kLower : Action::kHold;
}

// Each slot holds one subtask of every vertex of a slot-sharing group.
void SetSlots(JobSizing& job) {
  std::vector<int> now, wanted;
  for (const VertexRecommendation& r : job.out.vertices) {
    now.push_back(r.now);
    wanted.push_back(r.wanted);
  }
  job.out.slots_now = SlotsOf(job.window.graph, now);
  job.out.slots_wanted = SlotsOf(job.window.graph, wanted);
}

}  // namespace

void Conclude(JobSizing& job) {
  JobRecommendation& out = job.out;
  std::vector<Action> actions = {out.task_managers.action, out.job_manager.action};
  for (VertexRecommendation& r : out.vertices) {
    r.action = ActionOf(job, r);
    actions.push_back(r.action);
    out.parallelism_now = std::max(out.parallelism_now, r.now);
    out.parallelism_wanted = std::max(out.parallelism_wanted, r.wanted);
  }
  SetSlots(job);
  const auto any = [&](Action action) { return std::find(actions.begin(), actions.end(), action) != actions.end(); };
  out.action = !job.window.running_at_end || any(Action::kPerson) ? Action::kPerson
               : any(Action::kRaise)                              ? Action::kRaise
               : any(Action::kLower)                              ? Action::kLower
                                                                  : Action::kHold;
}

}  // namespace tune
