// The windows of a session cluster's jobs -> one window.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libtune/graph/slots.h"
#include "libtune/internal/not_allowed.h"
#include "tune/session.h"

namespace tune {
namespace {

absl::Status CheckJobs(std::span<const JobWindow> jobs) {
  Violations violations;
  if (jobs.empty()) violations.Add("jobs", "empty", "at least one window");
  std::set<std::string> names;
  for (size_t j = 0; j < jobs.size(); ++j) {
    const JobWindow& job = jobs[j];
    const auto field = [j](const char* name) { return absl::StrCat("jobs[", j, "].", name); };
    const std::string& name = job.facts.job_name;
    if (name.empty() || absl::StrContains(name, '/') || !names.insert(name).second) {
      violations.Add(field("facts.job_name"), absl::StrCat("\"", name, "\""), "a name without a slash, each once");
    }
    if (job.bin != jobs.front().bin) {
      violations.Add(field("bin"), absl::FormatDuration(job.bin), absl::FormatDuration(jobs.front().bin));
    } else if (job.bin > absl::ZeroDuration() && (job.start - jobs.front().start) % job.bin != absl::ZeroDuration()) {
      violations.Add(field("start"), absl::FormatTime(job.start, absl::UTCTimeZone()),
                     absl::StrCat("whole bins from ", absl::FormatTime(jobs.front().start, absl::UTCTimeZone())));
    }
  }
  return violations.ToStatus();
}

// Where the bins of one window lie in those of all.
struct Place {
  size_t first = 0;
  size_t bins = 0;  // of all
};

template <typename T>
std::vector<T> Placed(const std::vector<T>& bins, const Place& place) {
  if (bins.empty()) return {};
  std::vector<T> out(place.bins);
  std::copy(bins.begin(), bins.end(), out.begin() + static_cast<std::ptrdiff_t>(place.first));
  return out;
}

void AddGraph(const JobWindow& job, int first_vertex, JobGraph& graph) {
  const std::string prefix = absl::StrCat(job.facts.job_name, "/");
  for (Vertex v : job.graph.vertices) {
    v.id = prefix + v.id;
    v.name = prefix + v.name;
    v.slot_sharing_group = prefix + v.slot_sharing_group;
    graph.vertices.push_back(std::move(v));
  }
  for (const Edge& e : job.graph.edges) graph.edges.push_back({e.from + first_vertex, e.to + first_vertex, e.ship});
  graph.inferred = graph.inferred || job.graph.inferred;
}

void AddOperators(const JobWindow& job, int first_vertex, const Place& place, JobWindow& all) {
  for (VertexWindow v : job.vertices) {
    v.bins = Placed(v.bins, place);
    all.vertices.push_back(std::move(v));
  }
  for (SourceWindow s : job.sources) {
    s.vertex += first_vertex;
    s.bins = Placed(s.bins, place);
    all.sources.push_back(std::move(s));
  }
}

// Of two jobs' views of one cluster the fuller one counts, bin by bin; slots are needed by both.
void AddRole(const RoleWindow& seen, const Place& place, int slots, RoleWindow& role) {
  const std::vector<CpuBin> cpu = Placed(seen.cpu, place);
  const std::vector<MemoryBin> memory = Placed(seen.memory, place);
  if (!cpu.empty()) role.cpu.resize(place.bins);
  if (!memory.empty()) role.memory.resize(place.bins);
  for (size_t i = 0; i < cpu.size(); ++i) {
    CpuBin& known = role.cpu[i];
    const int needed = known.slots + (cpu[i].processes > 0 ? std::max(cpu[i].slots, slots) : 0);
    const bool is_fuller = cpu[i].covered_s > known.covered_s;
    if (is_fuller && i < memory.size()) role.memory[i] = memory[i];
    if (is_fuller) known = cpu[i];
    known.slots = needed;
  }
  for (const ProcessWindow& process : seen.processes) {
    const auto at = std::find_if(role.processes.begin(), role.processes.end(),
                                 [&](const ProcessWindow& p) { return p.id == process.id; });
    if (at == role.processes.end()) {
      role.processes.push_back(process);
    } else if (process.covered_s > at->covered_s) {
      *at = process;
    }
  }
}

void AddState(const JobWindow& job, JobWindow& all) {
  all.checkpoints.completed += job.checkpoints.completed;
  all.checkpoints.failed += job.checkpoints.failed;
  if (job.checkpoints.longest) {
    all.checkpoints.longest =
        std::max(all.checkpoints.longest.value_or(absl::ZeroDuration()), *job.checkpoints.longest);
  }
  all.restarts = std::max(all.restarts, job.restarts);
  all.not_running_s = std::max(all.not_running_s, job.not_running_s);
  all.running_at_end = all.running_at_end && job.running_at_end;
  all.stale_at_end_s = std::max(all.stale_at_end_s, job.stale_at_end_s);
}

size_t BinsOf(const JobWindow& job) { return job.vertices.empty() ? 0 : job.vertices.front().bins.size(); }

size_t BinsBetween(absl::Time from, absl::Time to, absl::Duration bin) {
  return static_cast<size_t>((to - from) / bin);
}

}  // namespace

absl::StatusOr<JobWindow> SessionWindow(std::span<const JobWindow> jobs) {
  if (auto status = CheckJobs(jobs); !status.ok()) return status;
  JobWindow all;
  all.facts = jobs.front().facts;
  all.facts.job_name = "session of ";
  all.bin = jobs.front().bin;
  all.start = jobs.front().start;
  absl::Time end = all.start, last = all.start;  // of the bins, and of the last sample
  for (const JobWindow& job : jobs) {
    all.start = std::min(all.start, job.start);
    end = std::max(end, job.start + static_cast<double>(BinsOf(job)) * job.bin);
    last = std::max(last, job.start + job.length);
  }
  all.length = last - all.start;
  const size_t bins = BinsBetween(all.start, end, all.bin);
  for (const JobWindow& job : jobs) {
    const auto first_vertex = static_cast<int>(all.graph.vertices.size());
    const Place place{BinsBetween(all.start, job.start, all.bin), bins};
    const int slots = SlotsOf(job.graph);
    absl::StrAppend(&all.facts.job_name, all.facts.session_jobs.empty() ? "" : ", ", job.facts.job_name);
    all.facts.session_jobs.push_back(job.facts.job_name);
    AddGraph(job, first_vertex, all.graph);
    AddOperators(job, first_vertex, place, all);
    AddRole(job.task_managers, place, slots, all.task_managers);
    AddRole(job.job_managers, place, 0, all.job_managers);
    AddState(job, all);
  }
  return all;
}

}  // namespace tune
