#include "libtune/window/totals.h"

#include <algorithm>

namespace tune {
namespace {

void AddSubtask(SubtaskWindow& into, const SubtaskWindow& from) {
  into.covered_s += from.covered_s;
  into.records_in += from.records_in;
  into.busy_s += from.busy_s;
  into.backpressured_s += from.backpressured_s;
  into.saturated_s += from.saturated_s;
  if (from.cpu_s) into.cpu_s = into.cpu_s.value_or(0) + *from.cpu_s;
}

}  // namespace

void AddTo(VertexTotals& into, const VertexTotals& from) { AddTo(into.service, into.subtasks, into.runs, from); }

void AddTo(ServiceMoments& service, std::vector<SubtaskWindow>& subtasks, std::vector<ParallelismRun>& runs,
           const VertexTotals& from) {
  service.blocks += from.service.blocks;
  service.x += from.service.x;
  service.y += from.service.y;
  service.xx += from.service.xx;
  service.xy += from.service.xy;
  service.yy += from.service.yy;
  if (subtasks.size() < from.subtasks.size()) subtasks.resize(from.subtasks.size());
  for (size_t i = 0; i < from.subtasks.size(); ++i) AddSubtask(subtasks[i], from.subtasks[i]);
  for (const ParallelismRun& run : from.runs) {
    ParallelismRun& mine = RunOf(runs, run.parallelism);
    mine.task_s += run.task_s;
    mine.records += run.records;
    mine.busy_s += run.busy_s;
  }
}

ParallelismRun& RunOf(std::vector<ParallelismRun>& runs, int parallelism) {
  if (!runs.empty() && runs.back().parallelism == parallelism) return runs.back();  // nearly always
  auto it = std::lower_bound(runs.begin(), runs.end(), parallelism,
                             [](const ParallelismRun& run, int p) { return run.parallelism < p; });
  if (it == runs.end() || it->parallelism != parallelism) it = runs.insert(it, ParallelismRun{parallelism, 0, 0, 0});
  return *it;
}

}  // namespace tune
