#include "libtune/size/size_processes.h"

#include "libtune/size/job_manager_size.h"
#include "libtune/size/present.h"
#include "libtune/size/task_managers.h"

namespace tune {

void SizeProcesses(JobSizing& job) {
  const absl::StatusOr<PresentProcesses> present = ReadPresent(job.window);
  if (!present.ok()) return;  // Recommend() refuses such a spec; who skips its checks gets parallelism alone
  if (!job.policy.size_processes) return;
  AnswerJobManager(job, *present);
  AnswerTaskManagers(job, *present);
}

}  // namespace tune
