// WindowBuilder's inside as bytes, and a builder from bytes that anybody may have written.
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/graph/check.h"
#include "libtune/window/builder_state.h"
#include "libtune/window/state_walk.h"

namespace tune {
namespace {

// Its numbers; its lists are walked beside it. The type is WindowBuilder's own.
template <typename S>
concept BuilderState = requires(S& s) { s.burst_restarts; };

constexpr size_t kVersionBytes = 4;

template <typename Stream, typename S>
void WalkState(Stream& stream, S& s) {
  stream.Row("job", s);
  stream.Times("vertices", s.vertices.size(), [&](size_t v) {
    Walk(stream, s.vertices[v]);
    stream.Row("window", s.window.vertices[v]);
    stream.Rows("bins", s.window.vertices[v].bins);
    Walk(stream, s.sources[v]);
  });
  stream.Times("sources", s.window.sources.size(), [&](size_t i) { stream.Row("given", s.window.sources[i]); });
  Walk(stream, s.task_managers, s.window.task_managers);
  Walk(stream, s.job_managers, s.window.job_managers);
  stream.Rows("job_bins", s.job_bins);
  stream.Row("last_job", s.last_job);
}

void CheckLength(const Path& path, size_t found, size_t want, Violations& bad) {
  if (found != want) bad.Add(path.Render(), absl::StrCat(found, " bins"), absl::StrCat(want));
}

// Nothing, or a whole vertex, or all subtasks of its parallelism.
void CheckTasks(const VertexTrack& track, const JobGraph& graph, const Path& path, Violations& bad) {
  const Path subtasks = path.Field("subtasks");
  const auto parallelism = static_cast<size_t>(track.parallelism);
  if (!track.subtasks.empty() && (track.whole.started || track.subtasks.size() != parallelism)) {
    bad.Add(
        subtasks.Render(), absl::StrCat(track.subtasks.size(), " entries"),
        track.whole.started ? "none beside the whole vertex" : absl::StrCat("none, or parallelism = ", parallelism));
  }
  const auto check = [&](const TaskTrack& task) {
    if (auto status = CheckSample(task.last, graph); !status.ok()) {
      bad.Add(path.Field("last").Render(), "a sample", std::string(status.message()));
    }
  };
  if (track.whole.started) check(track.whole);
  for (const TaskTrack& task : track.subtasks) {
    if (task.started) check(task);
  }
}

// As RunOf() keeps them, and of subtasks that there are.
void CheckTotals(const VertexTotals& totals, int parallelism, const Path& path, Violations& bad) {
  if (totals.subtasks.size() > static_cast<size_t>(parallelism)) {
    bad.Add(path.Field("subtasks").Render(), absl::StrCat(totals.subtasks.size(), " entries"),
            absl::StrCat("at most parallelism = ", parallelism));
  }
  for (size_t i = 1; i < totals.runs.size(); ++i) {
    if (totals.runs[i].parallelism > totals.runs[i - 1].parallelism) continue;
    bad.Add(path.Field("runs").Render(), totals.runs[i].parallelism, "by parallelism, ascending");
  }
}

void CheckProcess(const ProcessTrack& track, size_t bins, const Path& path, Violations& bad) {
  for (const auto* list : {&track.cpu_s, &track.covered_s, &track.gc_s, &track.gc_covered_s}) {
    CheckLength(path, list->size(), bins, bad);
  }
  CheckLength(path.Field("live"), track.live.size(), bins, bad);
  if (!track.has_last) return;
  if (auto status = CheckSample(track.last); !status.ok()) {
    bad.Add(path.Field("last").Render(), "a sample", std::string(status.message()));
  }
}

}  // namespace

void Fields(auto& w, BuilderState auto& s) {
  w.Int("start_ms", s.start_ms, -1, kLargestTimeMs);
  w.Int("end_ms", s.end_ms, 0, kLargestTimeMs);
  w.Int("run_start_ms", s.run_start_ms, 0, kLargestTimeMs);
  w.Int("changed_ms", s.changed_ms, 0, kLargestTimeMs);
  w.Int("chunk_end_ms", s.chunk_end_ms, 0, kMostLong);
  w.Number("burst_restarts", s.burst_restarts, 0, kMostAmount);
  w.Int("has_job", s.has_job, 0, 1);
  w.Int("running_at_end", s.window.running_at_end, 0, 1);
}

std::string WindowBuilder::Save() const {
  const State& s = *state_;
  std::string bytes;
  for (size_t i = 0; i < kVersionBytes; ++i) bytes.push_back(static_cast<char>(kStateVersion >> (8 * i) & 0xff));
  SaveStream stream(bytes);
  stream.Row("options", OptionsMs{s.bin_ms, s.horizon_ms, s.warm_up_ms, s.process_warm_up_ms});
  Walk(stream, s.window.graph);
  Walk(stream, s.window.facts);
  WalkState(stream, s);
  return bytes;
}

absl::StatusOr<WindowBuilder> WindowBuilder::Restore(const std::string& bytes) {
  uint32_t version = 0;
  for (size_t i = 0; i < kVersionBytes && i < bytes.size(); ++i) {
    version |= uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  if (bytes.size() < kVersionBytes || version != kStateVersion) {
    return NotAllowed("state: version", bytes.size() < kVersionBytes ? "cut short" : absl::StrCat(version),
                      absl::StrCat(kStateVersion));
  }
  RestoreStream stream(absl::string_view(bytes).substr(kVersionBytes));
  OptionsMs ms;
  JobGraph graph;
  JobFacts facts;
  stream.Row("options", ms);
  Walk(stream, graph);
  Walk(stream, facts);
  if (!stream.status().ok()) return stream.status();
  auto builder = Create(graph, facts,
                        {absl::Milliseconds(ms.bin), absl::Milliseconds(ms.horizon), absl::Milliseconds(ms.warm_up),
                         absl::Milliseconds(ms.process_warm_up)});
  if (!builder.ok()) return builder;
  State& state = *builder->state_;
  WalkState(stream, state);
  stream.ExpectEnd();
  if (!stream.status().ok()) return stream.status();
  if (auto status = state.FinishRestored(); !status.ok()) return status;
  return builder;
}

absl::Status WindowBuilder::State::CheckRestored() const {
  Violations bad;
  const Path root("state");
  const size_t bins = job_bins.size();
  const auto most = static_cast<size_t>(MostBins(horizon_ms / bin_ms));
  if (bins > most || (start_ms < 0) != (bins == 0)) {
    bad.Add(root.Field("job_bins").Render(), absl::StrCat(bins, " bins"),
            start_ms < 0 ? "0, before the first sample" : absl::StrCat("[1, ", most, "]"));
  }
  if (start_ms >= 0) {
    if (start_ms % bin_ms != 0) bad.Add(root.Field("start_ms").Render(), absl::StrCat(start_ms), "on a bin's border");
    CheckRange(root.Field("end_ms"), end_ms, start_ms + (static_cast<int64_t>(bins) - 1) * bin_ms,
               start_ms + static_cast<int64_t>(bins) * bin_ms - 1, bad);
  }
  CheckRange(root.Field("chunk_end_ms"), chunk_end_ms, 0, end_ms + horizon_ms, bad);
  if (has_job) {
    if (auto status = CheckSample(last_job); !status.ok()) {
      bad.Add(root.Field("last_job").Render(), "a sample", std::string(status.message()));
    }
  }
  for (size_t v = 0; v < vertices.size(); ++v) CheckRestoredVertex(v, bins, bad);
  for (const RoleTrack* role : {&task_managers, &job_managers}) {
    const Path path = root.Field(role == &task_managers ? "task_managers" : "job_managers");
    const bool has_bins = !role->processes.empty() || !role->window->cpu.empty();
    CheckLength(path.Field("cpu"), role->window->cpu.size(), has_bins ? bins : 0, bad);
    CheckLength(path.Field("memory"), role->window->memory.size(), has_bins ? bins : 0, bad);
    for (const auto& [name, track] : role->processes) CheckProcess(track, bins, path.Key(name), bad);
  }
  return bad.ToStatus();
}

void WindowBuilder::State::CheckRestoredVertex(size_t v, size_t bins, Violations& bad) const {
  const Path root("state"), list = root.Field("vertices");
  const Path path = list.Key(window.graph.vertices[v].id);
  const VertexTrack& track = vertices[v];
  CheckRange(path.Field("parallelism"), int64_t{track.parallelism}, 1, window.graph.vertices[v].max_parallelism, bad);
  CheckLength(path.Field("bins"), window.vertices[v].bins.size(), bins, bad);
  const size_t source_bins = sources[v].window_index < 0 ? 0 : bins;
  CheckLength(path.Field("offset_bins"), sources[v].offset_bins.size(), source_bins, bad);
  CheckLength(path.Field("lag_bins"), sources[v].lag_bins.size(), source_bins, bad);
  CheckTasks(track, window.graph, path, bad);
  const Path open = path.Field("open"), closed = path.Field("closed");
  CheckTotals(track.open, track.parallelism, open, bad);
  if (track.closed.size() >= kChunks) bad.Add(closed.Render(), absl::StrCat(track.closed.size()), "fewer than 8");
  for (const VertexTotals& totals : track.closed) CheckTotals(totals, track.parallelism, closed, bad);
}

// What Save() left out, once the rest was found to hold together.
absl::Status WindowBuilder::State::FinishRestored() {
  for (RoleTrack* role : {&task_managers, &job_managers}) {
    for (auto& [name, track] : role->processes) {
      track.last.role = role == &task_managers ? ProcessRole::kTaskManager : ProcessRole::kJobManager;
      track.last.id = name;
    }
  }
  if (auto status = CheckRestored(); !status.ok()) return status;
  if (start_ms >= 0) {
    window.start = absl::FromUnixMillis(start_ms);
    open_bin_ms = start_ms + (static_cast<int64_t>(job_bins.size()) - 1) * bin_ms;
  }
  for (size_t v = 0; v < vertices.size(); ++v) {
    window.graph.vertices[v].parallelism = vertices[v].parallelism;
    for (const VertexTotals& chunk : vertices[v].closed) AddTo(vertices[v].closed_sum, chunk);
  }
  SumUp();
  // While a job is rescaled, the ends of a forward edge may differ for some samples.
  std::vector<Edge> edges = window.graph.edges;
  for (Edge& edge : window.graph.edges) edge.ship = ShipStrategy::kUnknown;
  const absl::Status status = CheckWindow(window);
  window.graph.edges = std::move(edges);
  return status;
}

}  // namespace tune
