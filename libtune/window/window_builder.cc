#include "tune/window_builder.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libtune/ingest/check_sample.h"
#include "libtune/internal/path.h"
#include "libtune/window/builder_state.h"

namespace tune {
namespace {

constexpr double kMostBins = 1 << 20;                                     // two years of minutes
constexpr absl::Duration kLongestHorizon = absl::Hours(24 * 365 * 1000);  // times and it stay within 64 bits

absl::Status CheckOptions(const WindowOptions& options) {
  Violations bad;
  const auto text = [](absl::Duration d) { return absl::FormatDuration(d); };
  if (!(options.bin >= absl::Milliseconds(1) && options.bin < absl::InfiniteDuration()) ||
      options.bin % absl::Milliseconds(1) != absl::ZeroDuration()) {
    bad.Add("options.bin", text(options.bin), "whole milliseconds, >= 1ms");
  }
  if (options.horizon < options.bin || options.horizon > kLongestHorizon ||
      absl::FDivDuration(options.horizon, options.bin) > kMostBins) {
    bad.Add("options.horizon", text(options.horizon), absl::StrCat("[bin, ", kMostBins, " bins], at most 1000 years"));
  }
  if (options.warm_up < absl::ZeroDuration() || options.warm_up == absl::InfiniteDuration()) {
    bad.Add("options.warm_up", text(options.warm_up), ">= 0");
  }
  if (options.process_warm_up < absl::ZeroDuration() || options.process_warm_up == absl::InfiniteDuration()) {
    bad.Add("options.process_warm_up", text(options.process_warm_up), ">= 0");
  }
  return bad.ToStatus();
}

template <typename T>
void DropFront(std::vector<T>& list, size_t count) {
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(count, list.size())));
}

}  // namespace

absl::StatusOr<WindowBuilder> WindowBuilder::Create(const JobGraph& graph, const JobFacts& facts,
                                                    const WindowOptions& options) {
  if (auto status = CheckGraph(graph); !status.ok()) return status;
  if (auto status = CheckOptions(options); !status.ok()) return status;
  auto state = std::make_unique<State>();
  state->options = options;
  state->bin_s = absl::ToDoubleSeconds(options.bin);
  state->bin_ms = absl::ToInt64Milliseconds(options.bin);
  state->bins_per_ms = 1 / static_cast<double>(state->bin_ms);
  state->horizon_ms = absl::ToInt64Milliseconds(options.horizon);
  state->warm_up_ms = absl::ToInt64Milliseconds(options.warm_up);
  state->process_warm_up_ms = absl::ToInt64Milliseconds(options.process_warm_up);
  JobWindow& window = state->window;
  state->task_managers.window = &window.task_managers;
  state->job_managers.window = &window.job_managers;
  window.graph = graph;
  window.facts = facts;
  window.bin = options.bin;
  window.vertices.resize(graph.vertices.size());
  state->vertices.resize(graph.vertices.size());
  state->sources.resize(graph.vertices.size());
  std::vector<bool> has_input(graph.vertices.size(), false);
  for (const Edge& edge : graph.edges) has_input[static_cast<size_t>(edge.to)] = true;
  for (size_t v = 0; v < graph.vertices.size(); ++v) {
    state->vertices[v].parallelism = graph.vertices[v].parallelism;
    if (has_input[v]) continue;
    state->vertices[v].is_source = true;
    state->sources[v].window_index = static_cast<int>(window.sources.size());
    window.sources.emplace_back().vertex = static_cast<int>(v);
  }
  return WindowBuilder(std::move(state));
}

WindowBuilder::WindowBuilder(std::unique_ptr<State> state) : state_(std::move(state)) {}
WindowBuilder::WindowBuilder(WindowBuilder&&) noexcept = default;
WindowBuilder& WindowBuilder::operator=(WindowBuilder&&) noexcept = default;
WindowBuilder::~WindowBuilder() = default;

// Samples older than the window's first bin pass here; their own tracks find them out of order.
absl::Status WindowBuilder::State::SeeTime(int64_t time_ms) {
  if (start_ms >= 0 && InOpenBin(time_ms) && time_ms < chunk_end_ms) {  // nearly every sample
    end_ms = std::max(end_ms, time_ms);
    return absl::OkStatus();
  }
  if (start_ms < 0) {
    start_ms = time_ms - time_ms % bin_ms;
    run_start_ms = changed_ms = end_ms = time_ms;
    chunk_end_ms = time_ms + horizon_ms / kChunks;
    window.start = absl::FromUnixMillis(start_ms);
  }
  // One broken clock must not push everything that was seen out of the horizon.
  if (time_ms > end_ms + horizon_ms) {
    return NotAllowed("time_ms", absl::StrCat(time_ms),
                      absl::StrCat("<= ", end_ms + horizon_ms, ", a horizon after the last sample"));
  }
  const size_t most = static_cast<size_t>(horizon_ms / bin_ms) + 1;
  size_t need = static_cast<size_t>(std::max<int64_t>(0, time_ms - start_ms) / bin_ms) + 1;
  if (need > static_cast<size_t>(MostBins(horizon_ms / bin_ms))) {
    const size_t drop = need - most;
    start_ms += static_cast<int64_t>(drop) * bin_ms;
    window.start = absl::FromUnixMillis(start_ms);
    for (VertexWindow& v : window.vertices) DropFront(v.bins, drop);
    for (SourceTrack& s : sources) {
      DropFront(s.offset_bins, drop);
      DropFront(s.lag_bins, drop);
    }
    for (RoleTrack* role : {&task_managers, &job_managers}) {
      for (auto& [name, track] : role->processes) track.DropFront(drop);
      DropFront(role->window->cpu, drop);
      DropFront(role->window->memory, drop);
      role->dirty_from = 0;
    }
    DropFront(job_bins, drop);
    need -= drop;
  }
  if (need > window.vertices.front().bins.size()) {
    for (VertexWindow& v : window.vertices) v.bins.resize(need);
    for (SourceTrack& s : sources) {
      if (s.window_index < 0) continue;
      s.offset_bins.resize(need);
      s.lag_bins.resize(need);
    }
    for (RoleTrack* role : {&task_managers, &job_managers}) {
      if (role->processes.empty() && role->window->cpu.empty()) continue;
      for (auto& [name, track] : role->processes) track.Resize(need);
      role->window->cpu.resize(need);
      role->window->memory.resize(need);
    }
    job_bins.resize(need);
  }
  open_bin_ms = start_ms + static_cast<int64_t>(window.vertices.front().bins.size() - 1) * bin_ms;
  if (time_ms >= chunk_end_ms) ForgetOldest(time_ms);
  end_ms = std::max(end_ms, time_ms);
  return absl::OkStatus();
}

void WindowBuilder::State::ForgetOldest(int64_t time_ms) {
  chunk_end_ms = time_ms + horizon_ms / kChunks;
  for (VertexTrack& v : vertices) {
    v.closed.push_back(std::move(v.open));
    v.open = {};
    if (v.closed.size() >= static_cast<size_t>(kChunks)) v.closed.pop_front();
    v.closed_sum = {};
    for (const VertexTotals& chunk : v.closed) AddTo(v.closed_sum, chunk);
  }
}

void WindowBuilder::State::SumTotals() {
  for (size_t i = 0; i < vertices.size(); ++i) {
    const VertexTrack& v = vertices[i];
    VertexWindow& out = window.vertices[i];
    out.service = v.open.service;
    out.subtasks = v.open.subtasks;
    out.runs = v.open.runs;
    if (!v.closed.empty()) AddTo(out.service, out.subtasks, out.runs, v.closed_sum);
  }
}

void WindowBuilder::State::SeeRestart(int64_t time_ms, double count) {
  // Every subtask reports the restart, and Flink counts it: what comes within one warm-up is the same.
  const bool same = burst_restarts > 0 && time_ms - run_start_ms <= warm_up_ms;
  const double more = same ? std::max(0.0, count - burst_restarts) : count;
  burst_restarts = same ? burst_restarts + more : count;
  if (time_ms >= start_ms) job_bins[BinAt(time_ms - start_ms)].restarts += more;
  run_start_ms = std::max(run_start_ms, time_ms);
}

// A whole vertex's counters and its subtasks' are the same records: both together would count them twice.
absl::Status WindowBuilder::State::CheckReportedAlike(const TaskSample& sample) const {
  const VertexTrack& vertex = vertices[static_cast<size_t>(sample.vertex)];
  const bool whole = sample.subtask == TaskSample::kWholeVertex;
  if (whole ? vertex.subtasks.empty() : !vertex.whole.started) return absl::OkStatus();
  return NotAllowed(
      absl::StrCat("subtask of ", Quoted(window.graph.vertices[static_cast<size_t>(sample.vertex)].id)),
      absl::StrCat(sample.subtask),
      whole ? "one of the vertex's subtasks, as its samples before" : "the whole vertex, as its samples before");
}

absl::Status WindowBuilder::Add(const TaskSample& sample) {
  if (auto status = CheckSample(sample, state_->window.graph); !status.ok()) return status;
  if (auto status = state_->CheckReportedAlike(sample); !status.ok()) return status;
  if (auto status = state_->SeeTime(sample.time_ms); !status.ok()) return status;
  state_->AddTask(sample);
  return absl::OkStatus();
}

absl::Status WindowBuilder::Add(const ProcessSample& sample) {
  if (auto status = CheckSample(sample); !status.ok()) return status;
  if (auto status = state_->SeeTime(sample.time_ms); !status.ok()) return status;
  state_->AddProcess(sample);
  return absl::OkStatus();
}

absl::Status WindowBuilder::Add(const CollectionSample& sample) {
  if (auto status = CheckSample(sample); !status.ok()) return status;
  if (auto status = state_->SeeTime(*sample.collection.time_ms); !status.ok()) return status;
  state_->AddCollection(sample);
  return absl::OkStatus();
}

absl::Status WindowBuilder::Add(const SourceSample& sample) {
  if (auto status = CheckSample(sample, state_->window.graph); !status.ok()) return status;
  if (state_->sources[static_cast<size_t>(sample.vertex)].window_index < 0) {
    return NotAllowed("vertex", state_->window.graph.vertices[static_cast<size_t>(sample.vertex)].id,
                      "a source (a vertex without inputs)");
  }
  if (auto status = state_->SeeTime(sample.time_ms); !status.ok()) return status;
  state_->AddSource(sample);
  return absl::OkStatus();
}

absl::Status WindowBuilder::Add(const JobSample& sample) {
  if (auto status = CheckSample(sample); !status.ok()) return status;
  if (auto status = state_->SeeTime(sample.time_ms); !status.ok()) return status;
  state_->AddJob(sample);
  return absl::OkStatus();
}

absl::Status WindowBuilder::Add(const ParallelismSample& sample) {
  if (auto status = CheckSample(sample, state_->window.graph); !status.ok()) return status;
  if (auto status = state_->SeeTime(sample.time_ms); !status.ok()) return status;
  VertexTrack& vertex = state_->vertices[static_cast<size_t>(sample.vertex)];
  if (sample.time_ms < vertex.told_ms) return absl::OkStatus();  // older than what is known
  vertex.told_ms = sample.time_ms;
  state_->SetParallelism(sample.vertex, sample.parallelism, sample.time_ms);
  return absl::OkStatus();
}

absl::Status WindowBuilder::SetSourceRate(int vertex, RecordsPerSecond rate) {
  State& s = *state_;
  if (vertex < 0 || static_cast<size_t>(vertex) >= s.sources.size() ||
      s.sources[static_cast<size_t>(vertex)].window_index < 0) {
    return NotAllowed("vertex", absl::StrCat(vertex), "a source (a vertex without inputs)");
  }
  if (!(rate.value() > 0 && std::isfinite(rate.value()))) {
    return NotAllowed("rate", absl::StrCat(rate.value()), "> 0 records/s");
  }
  s.window.sources[static_cast<size_t>(s.sources[static_cast<size_t>(vertex)].window_index)].given = rate;
  return absl::OkStatus();
}

void WindowBuilder::State::SumUp() {
  window.length = absl::Milliseconds(start_ms < 0 ? 0 : end_ms - start_ms);
  window.stale_at_end_s = static_cast<double>(end_ms - changed_ms) / 1000;
  SumTotals();
  SelectDemand();
  SumJob();
}

void WindowBuilder::SetFacts(const JobFacts& facts) { state_->window.facts = facts; }

const JobWindow& WindowBuilder::Window() {
  State& s = *state_;
  s.SumUp();
  s.FinishProcesses(s.task_managers);
  s.FinishProcesses(s.job_managers);
  return s.window;
}

}  // namespace tune
