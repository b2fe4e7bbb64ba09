// CheckWindow: the door for windows that a WindowBuilder did not make.
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/graph/check.h"
#include "libtune/window/check_processes.h"
#include "libtune/window/check_vertex.h"
#include "tune/window.h"

namespace tune {
namespace {

constexpr int64_t kLargestVersion = 1000;

// A length that has passed: not negative, and it ended.
void CheckLength(const Path& path, absl::Duration length, Violations& violations) {
  if (length >= absl::ZeroDuration() && length < absl::InfiniteDuration()) return;
  violations.Add(path.Render(), absl::FormatDuration(length), ">= 0");
}

void CheckTimes(const JobWindow& window, const Path& root, Violations& violations) {
  if (!(window.bin > absl::ZeroDuration() && window.bin < absl::InfiniteDuration())) {
    violations.Add(root.Field("bin").Render(), absl::FormatDuration(window.bin), "> 0");
  }
  CheckLength(root.Field("length"), window.length, violations);
  if (window.start == absl::InfiniteFuture() || window.start == absl::InfinitePast()) {
    violations.Add(root.Field("start").Render(), absl::FormatTime(window.start, absl::UTCTimeZone()), "a time");
  }
}

void CheckFacts(const JobFacts& facts, const Path& path, Violations& violations) {
  CheckRange(path.Field("flink_major"), int64_t{facts.flink_major}, 0, kLargestVersion, violations);
  CheckRange(path.Field("flink_minor"), int64_t{facts.flink_minor}, 0, kLargestVersion, violations);
  if (facts.slots_per_task_manager) {
    CheckRange(path.Field("slots_per_task_manager"), int64_t{*facts.slots_per_task_manager}, 1, kMaxParallelism,
               violations);
  }
}

void CheckDemandBins(const std::vector<DemandBin>& bins, const Path& path, Violations& violations) {
  for (size_t i = 0; i < bins.size(); ++i) {
    const DemandBin& bin = bins[i];
    if (IsAmount(bin.covered_s) && IsAmount(std::abs(bin.records)) && IsAmount(bin.lag_records)) continue;
    const Path at = path.At(static_cast<int64_t>(i));
    CheckAmount(at.Field("covered_s"), bin.covered_s, violations);
    CheckRange(at.Field("records"), bin.records, -kLargestAmount, kLargestAmount, violations);
    CheckAmount(at.Field("lag_records"), bin.lag_records, violations);
  }
}

// A rate is given exactly where demand is said to be given.
void CheckGiven(const SourceWindow& source, const Path& path, Violations& violations) {
  if (source.kind != DemandKind::kGiven) {
    if (source.given) violations.Add(path.Render(), source.given->value(), "absent, as kind is another");
    return;
  }
  const double given = source.given ? source.given->value() : 0;
  if (!(given > 0 && given <= kLargestAmount)) {
    violations.Add(path.Render(), given, absl::StrCat("> 0 and at most ", kLargestAmount));
  }
}

// The vertices without inputs have one entry each.
void CheckSources(const JobWindow& window, size_t bins, const Path& root, Violations& violations) {
  const Path list = root.Field("sources");
  std::vector<bool> has_input(window.graph.vertices.size(), false);
  std::vector<int> listed(window.graph.vertices.size(), 0);
  for (const Edge& edge : window.graph.edges) has_input[static_cast<size_t>(edge.to)] = true;
  for (size_t i = 0; i < window.sources.size(); ++i) {
    const SourceWindow& source = window.sources[i];
    const Path at = list.At(static_cast<int64_t>(i));
    const auto vertex = static_cast<size_t>(source.vertex);
    if (source.vertex < 0 || vertex >= has_input.size() || has_input[vertex]) {
      violations.Add(at.Field("vertex").Render(), source.vertex, "a vertex without inputs");
    } else {
      ++listed[vertex];
    }
    CheckGiven(source, at.Field("given"), violations);
    if (source.lag_records) CheckAmount(at.Field("lag_records"), *source.lag_records, violations);
    const Path source_bins = at.Field("bins");
    const bool has_bins = source.kind == DemandKind::kOffsets || source.kind == DemandKind::kLag;
    if (has_bins && source.bins.size() != bins) {
      violations.Add(source_bins.Render(), static_cast<double>(source.bins.size()), absl::StrCat(bins, " bins"));
    }
    CheckDemandBins(source.bins, source_bins, violations);
  }
  for (size_t v = 0; v < has_input.size(); ++v) {
    if (has_input[v] || listed[v] == 1) continue;
    violations.Add(list.Render(), absl::StrCat(listed[v], " entries for \"", window.graph.vertices[v].id, "\""),
                   "one entry for each vertex without inputs");
  }
}

void CheckJobNumbers(const JobWindow& window, const Path& root, Violations& violations) {
  const Path checkpoints = root.Field("checkpoints");
  CheckAmount(checkpoints.Field("completed"), window.checkpoints.completed, violations);
  CheckAmount(checkpoints.Field("failed"), window.checkpoints.failed, violations);
  if (window.checkpoints.longest) CheckLength(checkpoints.Field("longest"), *window.checkpoints.longest, violations);
  CheckAmount(root.Field("restarts"), window.restarts, violations);
  CheckAmount(root.Field("not_running_s"), window.not_running_s, violations);
  CheckAmount(root.Field("stale_at_end_s"), window.stale_at_end_s, violations);
}

}  // namespace

absl::Status CheckWindow(const JobWindow& window) {
  Violations violations;
  const Path root;
  CheckGraph(window.graph, root.Field("graph"), violations);
  if (!violations.empty()) return violations.ToStatus();  // nothing can be laid beside a broken graph
  CheckTimes(window, root, violations);
  const Path vertices = root.Field("vertices");
  if (window.vertices.size() != window.graph.vertices.size()) {
    violations.Add(vertices.Render(), static_cast<double>(window.vertices.size()),
                   absl::StrCat(window.graph.vertices.size(), " entries, as the graph has"));
    return violations.ToStatus();
  }
  const size_t bins = window.vertices.front().bins.size();
  const double bin_s = absl::ToDoubleSeconds(window.bin);
  for (size_t v = 0; v < window.vertices.size(); ++v) {
    const Vertex& vertex = window.graph.vertices[v];
    CheckVertexWindow(window.vertices[v], vertex, bins, bin_s, vertices.Key(vertex.id), violations);
  }
  CheckFacts(window.facts, root.Field("facts"), violations);
  CheckSources(window, bins, root, violations);
  CheckRole(window.task_managers, bins, root.Field("task_managers"), violations);
  CheckRole(window.job_managers, bins, root.Field("job_managers"), violations);
  CheckJobNumbers(window, root, violations);
  return violations.ToStatus();
}

}  // namespace tune
