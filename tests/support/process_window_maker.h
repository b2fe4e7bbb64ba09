// Builds the process side of windows by hand: processes that show the same in every bin, on top of JobWindowMaker.
#pragma once

#include <optional>

#include "tests/support/job_window.h"
#include "tune/window.h"

namespace tune {

Bytes Mib(double mib);
double InMib(const std::optional<Bytes>& bytes);  // NaN: absent

// The processes of one role.
struct ProcessOptions {
  int count = 4;
  double cores = 0.3;  // used by one on average
  double busiest_over_mean = 1;
  std::optional<LiveRung> rung = LiveRung::kFullCollection;  // of the readings; nullopt: none
  double live_mib = 100;                                     // the readings
  double rise_mib = 0;                                       // by which the last reading is above the first
  std::optional<double> overhead = 0.01;                     // share of the time in collections, by counters
  std::optional<double> logged_overhead = std::nullopt;      // the same by GC logs
  Collector collector = Collector::kParallel;
  std::optional<double> heap_mib = std::nullopt;  // -Xmx as the processes tell it
  std::optional<double> managed_used_mib = std::nullopt, metaspace_used_mib = std::nullopt, rss_mib = std::nullopt;
  double throttled = 0;  // share of the time; measured at `limit_cores`
  std::optional<double> limit_cores = std::nullopt;
};

// `slots`: that the job's graph needs.
RoleWindow ShowProcesses(const ProcessOptions& options, size_t bins, int slots);

// What a steady job has and shows.
struct SteadyJob {
  int bins = 30;
  int parallelism = 8;     // of `map`, vertex 1; the source, vertex 0, has 1
  double busy = 0.9;       // share of its subtasks' time; the load needs ceil(busy * parallelism) of them
  int slots = 2;           // of each TaskManager, by the spec
  double heap_mib = 1024;  // of a TaskManager, by the spec: its process has kRestMib more, and managed memory
  double managed_mib = 0;  // the same
  double cpu = 0.5;        // cores, by the spec
  ProcessOptions task_managers;
};
// Off-heap 128, network 64, metaspace 256, overhead 192: set so that they do not follow the process size.
constexpr double kRestMib = 640;
JobWindow Build(const SteadyJob& job);

// Gives the job's TaskManagers this memory by its spec.
void SetMemory(double heap_mib, double managed_mib, JobWindow& window);

// PlainPolicy() where memory alone costs: a cost is its GiB. Slots stay.
TuningPolicy MemoryPolicy(int slots = 2);

}  // namespace tune
