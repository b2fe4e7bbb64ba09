// CheckWindow: the door for windows that a WindowBuilder did not make.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "tune/window.h"

namespace tune {
namespace {

// Written so that NaN and infinity fail.
bool IsAmount(double value) { return value >= 0 && value <= std::numeric_limits<double>::max(); }

uint64_t SignOf(double value) { return std::bit_cast<uint64_t>(value) >> 63; }

// All bins of a vertex in one pass without a branch, for a window of a week holds 10,000 of them a vertex: a sum is
// finite only if all of it is, and nothing but busy time may have a sign. False: look at each.
bool AreFine(const std::vector<Bin>& bins) {
  double sum = 0, least_busy = 0;
  uint64_t signs = 0;
  for (const Bin& b : bins) {
    sum += (b.covered_s + b.records_in) + (b.records_out + b.task_s) + (b.backpressured_s + b.warm_s) + b.busy_s;
    least_busy = std::min(least_busy, b.busy_s);
    signs |= SignOf(b.covered_s) | SignOf(b.records_in) | SignOf(b.records_out) | SignOf(b.task_s) |
             SignOf(b.backpressured_s) | SignOf(b.warm_s);
  }
  return signs == 0 && least_busy >= -1 && sum <= std::numeric_limits<double>::max();
}

class WindowCheck {
 public:
  WindowCheck(const JobWindow& window, Violations& bad) : window_(window), bad_(bad) {}

  void Amount(const std::string& path, const char* field, double value) {
    if (!IsAmount(value)) bad_.Add(absl::StrCat(path, ".", field), value, ">= 0 and finite");
  }
  // Busy time is derived and steps back by itself, by a little (ingest/task_delta.h).
  void NearlyAmount(const std::string& path, const char* field, double value, double of) {
    if (!(value >= -1 - of / 200 && std::isfinite(value)))
      bad_.Add(absl::StrCat(path, ".", field), value, ">= 0 and finite");
  }

  void CheckBin(const std::string& path, const Bin& bin) {
    Amount(path, "covered_s", bin.covered_s);
    Amount(path, "records_in", bin.records_in);
    Amount(path, "records_out", bin.records_out);
    Amount(path, "task_s", bin.task_s);
    NearlyAmount(path, "busy_s", bin.busy_s, bin.task_s);
    Amount(path, "backpressured_s", bin.backpressured_s);
    Amount(path, "warm_s", bin.warm_s);
  }

  void CheckSubtask(const std::string& path, const SubtaskWindow& s) {
    Amount(path, "covered_s", s.covered_s);
    Amount(path, "records_in", s.records_in);
    NearlyAmount(path, "busy_s", s.busy_s, s.covered_s);
    Amount(path, "backpressured_s", s.backpressured_s);
    Amount(path, "saturated_s", s.saturated_s);
    if (s.cpu_s) Amount(path, "cpu_s", *s.cpu_s);
  }

  void CheckVertex(size_t v) {
    const VertexWindow& vertex = window_.vertices[v];
    const std::string path = absl::StrCat("vertices[\"", window_.graph.vertices[v].id, "\"]");
    const size_t bins = window_.vertices.front().bins.size();
    if (vertex.bins.size() != bins) {
      bad_.Add(absl::StrCat(path, ".bins"), static_cast<double>(vertex.bins.size()),
               absl::StrCat(bins, " bins, as the first vertex has"));
    }
    if (!AreFine(vertex.bins)) {
      for (size_t i = 0; i < vertex.bins.size(); ++i) CheckBin(absl::StrCat(path, ".bins[", i, "]"), vertex.bins[i]);
    }
    if (vertex.subtasks.size() > static_cast<size_t>(window_.graph.vertices[v].parallelism)) {
      bad_.Add(absl::StrCat(path, ".subtasks"), static_cast<double>(vertex.subtasks.size()),
               absl::StrCat("at most parallelism = ", window_.graph.vertices[v].parallelism));
    }
    for (size_t i = 0; i < vertex.subtasks.size(); ++i) {
      CheckSubtask(absl::StrCat(path, ".subtasks[", i, "]"), vertex.subtasks[i]);
    }
    const ServiceMoments& m = vertex.service;
    Amount(path, "service.blocks", m.blocks);
    Amount(path, "service.x", m.x);
    NearlyAmount(path, "service.y", m.y, m.blocks);
    Amount(path, "service.xx", m.xx);
    if (!std::isfinite(m.xy)) bad_.Add(absl::StrCat(path, ".service.xy"), m.xy, "finite");
    Amount(path, "service.yy", m.yy);
    if (vertex.latency && !(vertex.latency->value() > 0 && std::isfinite(vertex.latency->value()))) {
      bad_.Add(absl::StrCat(path, ".latency"), vertex.latency->value(), "> 0 and finite");
    }
    CheckRuns(path, vertex.runs);
  }

  void CheckRuns(const std::string& path, const std::vector<ParallelismRun>& runs) {
    for (size_t i = 0; i < runs.size(); ++i) {
      const std::string at = absl::StrCat(path, ".runs[", i, "]");
      if (runs[i].parallelism < 1 || runs[i].parallelism > kMaxParallelism) {
        bad_.Add(absl::StrCat(at, ".parallelism"), runs[i].parallelism, absl::StrCat("[1, ", kMaxParallelism, "]"));
      }
      Amount(at, "task_s", runs[i].task_s);
      Amount(at, "records", runs[i].records);
      NearlyAmount(at, "busy_s", runs[i].busy_s, runs[i].task_s);
    }
  }

  void CheckSource(size_t i) {
    const SourceWindow& source = window_.sources[i];
    const std::string path = absl::StrCat("sources[", i, "]");
    const bool in_graph = source.vertex >= 0 && static_cast<size_t>(source.vertex) < window_.graph.vertices.size();
    bool has_input = false;
    for (const Edge& edge : window_.graph.edges) has_input = has_input || edge.to == source.vertex;
    if (!in_graph || has_input) bad_.Add(absl::StrCat(path, ".vertex"), source.vertex, "a vertex without inputs");
    if (source.kind == DemandKind::kGiven &&
        !(source.given && source.given->value() > 0 && std::isfinite(source.given->value()))) {
      bad_.Add(absl::StrCat(path, ".given"), source.given ? source.given->value() : 0, "> 0 and finite");
    }
    if (source.lag_records) Amount(path, "lag_records", *source.lag_records);
    const bool has_bins = source.kind == DemandKind::kOffsets || source.kind == DemandKind::kLag;
    const size_t bins = window_.vertices.front().bins.size();
    if (has_bins && source.bins.size() != bins) {
      bad_.Add(absl::StrCat(path, ".bins"), static_cast<double>(source.bins.size()), absl::StrCat(bins, " bins"));
    }
    for (size_t b = 0; b < source.bins.size(); ++b) {
      const DemandBin& bin = source.bins[b];
      if (IsAmount(bin.covered_s) && std::isfinite(bin.records) && IsAmount(bin.lag_records)) continue;
      const std::string at = absl::StrCat(path, ".bins[", b, "]");
      Amount(at, "covered_s", bin.covered_s);
      if (!std::isfinite(bin.records)) bad_.Add(absl::StrCat(at, ".records"), bin.records, "finite");
      Amount(at, "lag_records", bin.lag_records);
    }
  }

  void CheckTaskManager(size_t i) {
    const TaskManagerWindow& tm = window_.task_managers[i];
    const std::string path = absl::StrCat("task_managers[\"", tm.id, "\"]");
    Amount(path, "covered_s", tm.covered_s);
    if (tm.cpu_cores_p90) Amount(path, "cpu_cores_p90", tm.cpu_cores_p90->value);
    if (tm.gc_fraction && !(*tm.gc_fraction >= 0 && *tm.gc_fraction <= 1)) {
      bad_.Add(absl::StrCat(path, ".gc_fraction"), *tm.gc_fraction, "[0, 1]");
    }
  }

 private:
  const JobWindow& window_;
  Violations& bad_;
};

void CheckSources(const JobWindow& window, Violations& bad) {
  std::vector<int> inputs(window.graph.vertices.size(), 0), listed(window.graph.vertices.size(), 0);
  for (const Edge& edge : window.graph.edges) ++inputs[static_cast<size_t>(edge.to)];
  for (const SourceWindow& source : window.sources) {
    if (source.vertex >= 0 && static_cast<size_t>(source.vertex) < listed.size())
      ++listed[static_cast<size_t>(source.vertex)];
  }
  for (size_t v = 0; v < inputs.size(); ++v) {
    if (inputs[v] == 0 && listed[v] != 1) {
      bad.Add("sources", absl::StrCat(listed[v], " entries for \"", window.graph.vertices[v].id, "\""),
              "one entry for each vertex without inputs");
    }
  }
}

}  // namespace

absl::Status CheckWindow(const JobWindow& window) {
  if (auto status = CheckGraph(window.graph); !status.ok()) return status;
  Violations bad;
  if (!(window.bin > absl::ZeroDuration() && window.bin < absl::InfiniteDuration())) {
    bad.Add("bin", absl::FormatDuration(window.bin), "> 0");
  }
  if (window.vertices.size() != window.graph.vertices.size()) {
    bad.Add("vertices", static_cast<double>(window.vertices.size()),
            absl::StrCat(window.graph.vertices.size(), " entries, as the graph has"));
    return bad.ToStatus();
  }
  WindowCheck check(window, bad);
  for (size_t v = 0; v < window.vertices.size(); ++v) check.CheckVertex(v);
  for (size_t i = 0; i < window.sources.size(); ++i) check.CheckSource(i);
  CheckSources(window, bad);
  for (size_t i = 0; i < window.task_managers.size(); ++i) check.CheckTaskManager(i);
  check.Amount("window", "restarts", window.restarts);
  check.Amount("window", "not_running_s", window.not_running_s);
  check.Amount("window", "stale_at_end_s", window.stale_at_end_s);
  check.Amount("checkpoints", "completed", window.checkpoints.completed);
  check.Amount("checkpoints", "failed", window.checkpoints.failed);
  return bad.ToStatus();
}

}  // namespace tune
