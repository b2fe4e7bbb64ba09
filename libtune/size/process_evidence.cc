#include "libtune/size/process_evidence.h"

#include <algorithm>
#include <vector>

namespace tune {
namespace {

constexpr double kGib = 1 << 30;

const char* SourceOf(LiveRung rung) {
  switch (rung) {
    case LiveRung::kFullCollection:
      return "window: after full collections";
    case LiveRung::kMarking:
      return "window: found alive by markings";
    case LiveRung::kCollection:
      return "window: after other collections";
    case LiveRung::kOldGen:
      return "window: old generation when polled";
    case LiveRung::kHeap:
      return "window: heap when polled, garbage included";
  }
  return "";
}

double Number(Bytes bytes) { return static_cast<double>(bytes.value()); }
double Cores(MilliCores cpu) { return static_cast<double>(cpu.value()) / 1000; }

void AddKnown(const char* name, const std::optional<double>& value, const char* unit, const char* source,
              std::vector<Term>& terms) {
  if (value) terms.push_back({name, *value, unit, source});
}

int Add(JobSizing& job, const char* rule, const std::vector<Term>& inputs, const Term& result) {
  return job.out.evidence.Add(rule, -1, inputs, result, std::span<const Term>());
}

}  // namespace

const RoleRules kTaskManagerRules = {
    ProcessRole::kTaskManager, "task_manager.live_set",  "task_manager.heap.live_share", "task_manager.heap.overhead",
    "task_manager.heap.burst", "task_manager.heap",      "task_manager.cpu.use",         "task_manager.cpu.request",
    "task_manager.memory",     "task_manager.cost",      "task_manager.metaspace",       "task_manager.off_heap",
    "task_manager.container",  "task_manager.oom_floor", "task_manager.beside_heap"};
const RoleRules kJobManagerRules = {
    ProcessRole::kJobManager, "job_manager.live_set",  "job_manager.heap.live_share", "job_manager.heap.overhead",
    "job_manager.heap.burst", "job_manager.heap",      "job_manager.cpu.use",         "job_manager.cpu.request",
    "job_manager.memory",     "job_manager.cost",      "job_manager.metaspace",       "job_manager.off_heap",
    "job_manager.container",  "job_manager.oom_floor", "job_manager.beside_heap"};

int AddLiveEvidence(JobSizing& job, const RoleRules& rules, const LiveSet& live) {
  return Add(job, rules.live_set,
             {{"largest_reading", live.bytes, "bytes", SourceOf(live.rung)},
              {"usual_bias", UsualBias(live.rung), "1", "measured: at most so much above the truth"},
              {"blocks", static_cast<double>(live.blocks), "10-min blocks", "window"},
              {"rise_z", live.trend.z, "1", "window: Mann and Kendall"},
              {"rise", live.trend.rise, "bytes", "window: last quarter over the first"}},
             {"at_least", live.low, "bytes", rules.live_set});
}

int AddHeapEvidence(JobSizing& job, const RoleRules& rules, const HeapFacts& facts, const HeapGoals& goals,
                    const HeapEstimate& heap) {
  std::vector<Term> parts = {{"live_set", facts.live, "bytes", rules.live_set}};
  if (heap.rule == HeapRule::kClassic) {
    parts.push_back({"live_factor", goals.live_factor, "1", "policy"});
    return Add(job, rules.heap, parts, {"heap", heap.bytes, "bytes", rules.heap});
  }
  Add(job, rules.live_share,
      {{"live_set", facts.live, "bytes", rules.live_set},
       {"old_fraction", heap.old_fraction, "1", "window: collector, old generation"},
       {"full_fraction", heap.full_fraction, "1", "collector"}},
      {"heap", heap.by_live_share, "bytes", rules.live_share});
  parts.push_back({"by_live_share", heap.by_live_share, "bytes", rules.live_share});
  parts.push_back({"margin", goals.margin, "1", "policy"});
  parts.push_back({"exhausted", facts.exhausted ? 1.0 : 0.0, "1", "window: full collections free nothing"});
  if (heap.by_overhead) {
    std::vector<Term> inputs = {{"heap", *facts.heap, "bytes", "spec, window"},
                                {"live_set", facts.live, "bytes", rules.live_set},
                                {"overhead", *facts.overhead, "1", "window: share of time in collections"},
                                {"goal", goals.overhead, "1", "policy"},
                                {"old_fraction", heap.old_fraction, "1", "window: collector, old generation"}};
    AddKnown("full_overhead", facts.full_overhead, "1", "window: in full collections", inputs);
    Add(job, rules.overhead, inputs, {"heap", *heap.by_overhead, "bytes", rules.overhead});
  }
  AddKnown("by_overhead", heap.by_overhead, "bytes", rules.overhead, parts);
  AddKnown("heap_now", facts.heap, "bytes", "spec, window", parts);
  AddKnown("overhead", facts.overhead, "1", "window: share of time in collections", parts);
  parts.push_back({"goal", goals.overhead, "1", "policy"});
  if (heap.by_burst) {
    Add(job, rules.burst,
        {{"live_set", facts.live, "bytes", rules.live_set},
         {"allocation_rate", *facts.allocation_rate, "bytes/s", "window"},
         {"burst", 0.5, "s", "given"}},
        {"heap", *heap.by_burst, "bytes", rules.burst});
  }
  AddKnown("by_burst", heap.by_burst, "bytes", rules.burst, parts);
  std::vector<Term> caps;
  AddKnown("present_is_enough", heap.ceiling, "bytes", "window: it meets the goal", caps);
  return job.out.evidence.Add(rules.heap, -1, parts, {"heap", heap.bytes, "bytes", rules.heap}, caps);
}

int AddCpuEvidence(JobSizing& job, const RoleRules& rules, const ProcessSize& now, const RoleCpu& cpu) {
  const int use =
      Add(job, rules.cpu_use,
          {{"mean_quantile", cpu.mean_cores, "cores", "window: of a mean process, demand counted in"},
           {"busiest_over_mean", cpu.busiest_over_mean, "1", "window, layout"},
           {"fixed", FixedCores(cpu.mean_cores), "cores", "given: what a process takes for itself"},
           {"demand_over_seen", cpu.demand_over_seen, "1", "demand"},
           {"quantile", job.policy.cpu_quantile, "1", "policy"},
           {"left_out", cpu.left_out_s, "s", "window: excluded operators had no time left"},
           {"at_least_the_limit", cpu.request.censored_fraction, "1", "window: share of the time, throttled"}},
          {"cores", cpu.request.quantile_cores, "cores", rules.cpu_use});
  if (cpu.request.rule == CpuRule::kThinData) return use;
  // Where a limit range forbids a small request to start, the least is what does start.
  const bool starts = cpu.request.rule == CpuRule::kStartUp;
  const Term least = {"min_request", Cores(starts ? *cpu.request.request : job.policy.min_cpu_request), "cores",
                      starts ? "policy.cpu_start_up, limit range" : "policy"};
  std::vector<Term> inputs = {{"cores", cpu.request.quantile_cores, "cores", rules.cpu_use},
                              {"band_low", job.policy.cpu_band_low, "1", "policy"},
                              {"band_high", job.policy.cpu_band_high, "1", "policy"},
                              {"cheapest", cpu.request.priced_cores, "cores", "window, policy.cpu_over_price"},
                              {"expected_idle", cpu.request.expected_idle_fraction, "1", "window"},
                              {"expected_over", cpu.request.expected_over_fraction, "1", "window"},
                              least};
  if (now.cpu) inputs.push_back({"request_now", Cores(*now.cpu), "cores", "spec, window"});
  return Add(job, rules.cpu_request, inputs,
             {"request", cpu.request.request ? Cores(*cpu.request.request) : 0, "cores", rules.cpu_request});
}

int AddMemoryEvidence(JobSizing& job, const RoleRules& rules, const TaskManagerMemory& memory) {
  return Add(job, rules.memory,
             {{"heap", Number(memory.Heap()), "bytes", rules.heap},
              {"off_heap", Number(memory.framework_off_heap + memory.task_off_heap), "bytes", "spec"},
              {"network", Number(memory.network), "bytes", "window, layout, spec"},
              {"managed", Number(memory.managed), "bytes", "window, spec"},
              {"metaspace", Number(memory.metaspace), "bytes", "window, spec"},
              {"overhead", Number(memory.overhead), "bytes", "spec"}},
             {"process", Number(memory.Process()), "bytes", rules.memory});
}

int AddMemoryEvidence(JobSizing& job, const RoleRules& rules, const JobManagerMemory& memory) {
  return Add(job, rules.memory,
             {{"heap", Number(memory.heap), "bytes", rules.heap},
              {"off_heap", Number(memory.off_heap), "bytes", "spec"},
              {"metaspace", Number(memory.metaspace), "bytes", "window, spec"},
              {"overhead", Number(memory.overhead), "bytes", "spec"}},
             {"process", Number(memory.Process()), "bytes", rules.memory});
}

int AddCostEvidence(JobSizing& job, const RoleRules& rules, const ContainerResources& pod, int count, double cost) {
  return Add(job, rules.cost,
             {{"count", static_cast<double>(count), "processes", "layout"},
              {"cores", Cores(pod.cpu_request), "cores", rules.cpu_request},
              {"memory", Number(pod.memory_request) / kGib, "GiB", rules.memory},
              {"price_per_core", job.policy.price_per_core, "1", "policy"},
              {"price_per_gib", job.policy.price_per_gib, "1", "policy"}},
             {"cost", cost, job.policy.price_per_core + job.policy.price_per_gib > 0 ? "1" : "CU", rules.cost});
}

}  // namespace tune
