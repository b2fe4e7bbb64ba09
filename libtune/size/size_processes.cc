#include "libtune/size/size_processes.h"

#include "libtune/size/job_manager_size.h"
#include "libtune/size/present.h"
#include "libtune/size/task_managers.h"

namespace tune {
namespace {

// Before a job stopped its processes may have lacked something; what they had too much of that does not tell.
void KeepUnlessRaised(ProcessRecommendation& answer) {
  if (answer.action == Action::kRaise) return;
  answer.wanted = answer.now;
  answer.options.clear();
  if (answer.action == Action::kLower) answer.action = Action::kHold;
}

}  // namespace

void SizeProcesses(JobSizing& job) {
  const absl::StatusOr<PresentProcesses> present = ReadPresent(job.window);
  if (!present.ok()) return;  // Recommend() refuses such a spec; who skips its checks gets parallelism alone
  if (!job.policy.size_processes) return;
  AnswerJobManager(job, *present);
  AnswerTaskManagers(job, *present);
  if (!job.window.running_at_end) KeepUnlessRaised(job.out.task_managers);
}

}  // namespace tune
