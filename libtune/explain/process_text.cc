// What a recommendation says of processes, as sentences.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

constexpr double kMib = 1 << 20;

std::string Mib(Bytes bytes) { return absl::StrFormat("%.0f MiB", static_cast<double>(bytes.value()) / kMib); }

const char* ReadFrom(LiveRung rung) {
  switch (rung) {
    case LiveRung::kFullCollection:
      return "after full collections";
    case LiveRung::kMarking:
      return "by markings";
    case LiveRung::kCollection:
      return "after other collections";
    case LiveRung::kOldGen:
      return "old generation when polled";
    case LiveRung::kHeap:
      return "heap when polled, garbage included";
  }
  return "";
}

std::string LiveText(const LiveFigures& live) {
  return absl::StrCat(live.is_bound ? "at most " : "", Mib(live.bytes), " alive (", ReadFrom(live.rung), ")");
}

std::string Doing(Action action) { return action == Action::kPerson ? "needs a person" : Name(action); }

}  // namespace

const char* Name(ProcessRole role) { return role == ProcessRole::kTaskManager ? "TaskManagers" : "JobManager"; }

std::string RoleSummary(ProcessRole which, const ProcessRecommendation& role) {
  std::vector<std::string> parts;
  if (role.live) parts.push_back(LiveText(*role.live));
  if (role.gc_overhead)
    parts.push_back(absl::StrFormat("collections take %.2g %% of the time", 100 * *role.gc_overhead));
  if (role.classic_heap_low && role.classic_heap_high) {
    parts.push_back(absl::StrCat("the classic rule would give ", Mib(*role.classic_heap_low), " to ",
                                 Mib(*role.classic_heap_high), " of heap"));
  }
  if (role.cores_quantile) parts.push_back(absl::StrFormat("%.3g cores in use", *role.cores_quantile));
  return absl::StrCat(Name(which), ": ", Doing(role.action), "; ", absl::StrJoin(parts, ", "),
                      parts.empty() ? "" : "; ", "memory ", Name(role.memory_verdict), ", CPU ",
                      Name(role.cpu_verdict));
}

}  // namespace tune
