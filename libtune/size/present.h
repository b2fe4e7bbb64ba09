// What a job's processes have now: by its spec, or else by what they told of themselves.
#pragma once

#include "absl/status/statusor.h"
#include "tune/flink_memory.h"
#include "tune/process_size.h"
#include "tune/window.h"

namespace tune {

struct PresentProcesses {
  TaskManagerMemoryOptions task_manager_options;
  JobManagerMemoryOptions job_manager_options;
  // As the spec says; nullopt: it does not.
  std::optional<TaskManagerMemory> task_manager_memory;
  std::optional<JobManagerMemory> job_manager_memory;
  ProcessSize task_manager, job_manager;  // costs are left out
};

// Processes of the role in the last bins that saw any; 0: none was ever seen.
int ProcessesAtEnd(const RoleWindow& role);

// kInvalidArgument: an option of the spec that cannot be read, or two that contradict one another, both named.
absl::StatusOr<PresentProcesses> ReadPresent(const JobWindow& window);

}  // namespace tune
