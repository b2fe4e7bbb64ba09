#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"

namespace tune {
namespace {

struct Use {
  const char* what;
  bool found;
  const char* cost;  // what is lost without it
};

// What the window says of each kind of metric, over all vertices.
std::vector<Use> UsesOf(const JobWindow& window) {
  bool busy = false, subtasks = false, cpu = false, lag = false, gc = false,
       checkpoints = window.checkpoints.completed > 0;
  for (const VertexWindow& v : window.vertices) {
    busy = busy || v.busy_measured;
    for (const SubtaskWindow& s : v.subtasks) {
      subtasks = subtasks || s.covered_s > 0;
      cpu = cpu || s.cpu_s.has_value();
    }
  }
  bool offsets = false;
  for (const SourceWindow& s : window.sources) {
    lag = lag || s.kind == DemandKind::kLag;
    offsets = offsets || s.kind == DemandKind::kOffsets;
  }
  for (const ProcessWindow& tm : window.task_managers.processes) gc = gc || tm.gc_fraction.has_value();
  return {
      {"busy time", busy, "no service time: nothing can be sized"},
      {"metrics by subtask", subtasks, "skew and hot keys stay invisible; shares are assumed even"},
      {"end offsets of the source's log", offsets, "demand is taken from lag or from what the source consumed"},
      {"pendingRecords", lag || offsets, "a throttled source hides its demand: give it with --source-rate"},
      {"thread CPU by subtask", cpu, "slow operators can't be told apart: blocking or computing"},
      {"GC time of TaskManagers", gc, "GC-bound jobs are not recognised"},
      {"checkpoints", checkpoints, "failing checkpoints do not stop a change"},
      {"the job's plan", !window.graph.inferred && !window.graph.edges.empty(),
       "edges are inferred, ship strategies unknown: --graph gives them"},
  };
}

void PrintVertices(const JobWindow& window) {
  Table table({"operator", ">parallelism", ">key groups", ">covered", ">samples", ">gaps", ">resets", ">stale",
               ">left out", ">records/s"});
  for (size_t i = 0; i < window.vertices.size(); ++i) {
    const VertexWindow& v = window.vertices[i];
    const Vertex& vertex = window.graph.vertices[i];
    double records = 0, covered = 0;
    for (const Bin& bin : v.bins) {
      records += std::max(bin.records_in, bin.records_out);
      covered += bin.covered_s;
    }
    table.AddRow({NameOf(vertex), absl::StrCat(vertex.parallelism), absl::StrCat(vertex.max_parallelism),
                  absl::StrFormat("%.0f s", v.coverage.covered_s), absl::StrCat(v.coverage.samples),
                  absl::StrCat(v.coverage.gaps), absl::StrCat(v.coverage.counter_resets),
                  absl::StrCat(v.coverage.stale), absl::StrCat(v.coverage.duplicates + v.coverage.out_of_order),
                  covered > 0 ? absl::StrFormat("%.4g", records / covered) : "-"});
  }
  std::fputs(table.Render().c_str(), stdout);
}

std::string EdgesText(const JobGraph& graph) {
  std::string text;
  for (const Edge& e : graph.edges) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", NameOf(graph.vertices[static_cast<size_t>(e.from)]), " -> ",
                    NameOf(graph.vertices[static_cast<size_t>(e.to)]));
  }
  return text.empty() ? "none" : text;
}

}  // namespace

int RunInspect(const Arguments& a) {
  absl::StatusOr<LoadedJob> job = LoadJob(a);
  if (!job.ok()) return Fail(job.status());
  const JobWindow& window = job->Window();
  const auto time = [](int64_t ms) {
    return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMillis(ms), absl::UTCTimeZone());
  };
  std::printf("format: %s\n", job->formats.front().c_str());
  std::printf("span: %s … %s UTC, %s\n", time(job->outline.first_ms).c_str(), time(job->outline.last_ms).c_str(),
              absl::FormatDuration(absl::Milliseconds(job->outline.last_ms - job->outline.first_ms)).c_str());
  std::printf("edges%s: %s\n", window.graph.inferred ? " (inferred from traffic)" : "",
              EdgesText(window.graph).c_str());
  std::printf("restarts: %.0f; not running: %.0f s; metrics stood still at the end: %.0f s; TaskManagers: %zu\n\n",
              window.restarts, window.not_running_s, window.stale_at_end_s, window.task_managers.processes.size());
  PrintVertices(window);
  std::printf("\n");
  Table table({"metric", "found", "without it"});
  for (const Use& use : UsesOf(window)) {
    table.AddRow(
        {use.what, use.found ? Paint(Colour::kGreen, "yes") : Paint(Colour::kYellow, "no"), use.found ? "" : use.cost});
  }
  std::fputs(table.Render().c_str(), stdout);
  for (const std::string& warning : job->outline.warnings) PrintWarning(warning);
  return kExitOk;
}

}  // namespace tune
