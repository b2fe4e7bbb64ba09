// The TaskManagers' number, slots, memory and CPU.
#include "libtune/size/task_managers.h"

#include <algorithm>

#include "libtune/graph/slots.h"
#include "libtune/guard/guards.h"
#include "libtune/size/role_answer.h"
#include "libtune/size/task_manager_layout.h"
#include "libtune/size/task_manager_needs.h"

namespace tune {
namespace {

// What is left of the quota beside the JobManager's pods; what is not known of them counts as nothing.
absl::StatusOr<PodLimits> WithoutJobManager(PodLimits limits, const ProcessSize& job_manager) {
  const absl::StatusOr<ContainerResources> pod =
      ContainerOf(job_manager.memory.value_or(Bytes()), job_manager.cpu.value_or(MilliCores()),
                  job_manager.memory_limit_factor, job_manager.cpu_limit_factor);
  if (!pod.ok()) return pod.status();
  limits.quota = LeftBeside(limits.quota, *pod, job_manager.count.value_or(1));
  return limits;
}

// Of all terms that agree with what was seen those that give most at this layout.
void AddLayoutEvidence(JobSizing& job, const LiveModel& model, const CpuModel& cpu, const PackLayout& layout) {
  const TaskManagerLoad& load = layout.load;
  const double state = std::min(1.0, load.slots * layout.spread.state.front() / SlotsOf(job.window.graph));
  LiveTerms most = model.corners.front();
  for (const LiveTerms& terms : model.corners) {
    if (terms.At(load.slots, state) > most.At(load.slots, state)) most = terms;
  }
  job.out.evidence.Add("layout.live_set", -1,
                       {{"fixed", most.fixed, "bytes", "window: layouts seen"},
                        {"per_slot", most.per_slot, "bytes", "window: layouts seen"},
                        {"state", most.state, "bytes", "window: layouts seen"},
                        {"slots", load.slots, "slots", "layout"},
                        {"share_of_state", state, "1", "layout"},
                        {"lift", model.lift, "1", "window: readings that contradict one another"}},
                       {"live_set", load.live, "bytes", "layout.live_set"});
  job.out.evidence.Add("layout.cores", -1,
                       {{"fixed", cpu.fixed, "cores", "given"},
                        {"work", cpu.work, "cores", "window"},
                        {"share_of_work", load.share, "1", "layout"},
                        {"imbalance", cpu.imbalance, "1", "window"}},
                       {"cores", load.cores, "cores", "layout.cores"});
}

// What is wanted of the vertices follows the layout.
void TakeSpread(JobSizing& job, const PackInput& input, const PackLayout& layout, double part) {
  for (size_t v = 0; v < job.out.vertices.size(); ++v) {
    VertexRecommendation& r = job.out.vertices[v];
    const int wanted = layout.spread.parallelism.front()[v];
    if (wanted == r.wanted) continue;
    job.out.evidence.Add(
        "layout.parallelism", r.vertex,
        {{"asked", static_cast<double>(r.wanted), "subtasks", "parallelism, guards"},
         {"part", part, "1", "quota, nodes"},
         {"now", static_cast<double>(r.now), "subtasks", "graph"},
         {"slots_now_over_then", layout.spread.k, "1", "layout"},
         {"largest_allowed", static_cast<double>(input.jobs.front().vertices[v].cap), "subtasks", "graph, policy"}},
        {"wanted", static_cast<double>(wanted), "subtasks", "layout.parallelism"});
    r.wanted = wanted;
  }
}

// Of the slots that were asked for.
double ShareGiven(const JobSizing& job, const PackLayout& layout) {
  std::vector<int> asked;
  for (const VertexRecommendation& r : job.out.vertices) asked.push_back(r.wanted);
  const JobGraph& graph = job.window.graph;
  return static_cast<double>(SlotsOf(graph, layout.spread.parallelism.front())) / SlotsOf(graph, asked);
}

void FindNoRoom(JobSizing& job, const PackAnswer& answer) {
  if (answer.part == 1) return;
  Finding& finding = job.Add(FindingKind::kNoRoom, -1);
  finding.role = ProcessRole::kTaskManager;
  finding.share = answer.chosen ? ShareGiven(job, *answer.chosen) : 0;
  finding.evidence = job.out.evidence.Add("layout.no_room", -1,
                                          {{"needed", answer.cap.needed, Unit(answer.cap.cap), "layout"},
                                           {"allowed", answer.cap.allowed, Unit(answer.cap.cap), Name(answer.cap.cap)}},
                                          {"part", answer.part, "1", "layout.no_room"});
}

// Number and CPU alone: what the memory holds is not known, so it stays as it is.
void AnswerWithoutMemory(JobSizing& job, const RoleCpu& cpu, ProcessRecommendation& answer) {
  std::vector<int> wanted;
  for (const VertexRecommendation& r : job.out.vertices) wanted.push_back(r.wanted);
  const int slots = SlotsOf(job.window.graph, wanted);
  ProcessSize& needed = answer.needed;
  if (answer.now.slots) needed.count = (slots + *answer.now.slots - 1) / *answer.now.slots;
  const bool estimated = cpu.known && cpu.request.rule != CpuRule::kThinData && cpu.request.request;
  if (estimated && needed.count == answer.now.count) {
    needed.cpu = cpu.request.request;
    if (cpu.request.limit_factor) needed.cpu_limit_factor = *cpu.request.limit_factor;
    answer.action = cpu.request.action;
  }
  SetCost(job.policy, needed);
  answer.wanted = needed;
}

// What the best layout of all would be, whatever guards say.
void ShowNeeded(JobSizing& job, const PackInput& input, const PackLayout& best, bool cpu_known,
                ProcessRecommendation& answer) {
  AddLayoutEvidence(job, input.jobs.front().live, input.jobs.front().cpu, best);
  AddHeapEvidence(job, kTaskManagerRules, best.wanted.facts, input.needs.goals, best.wanted.heap);
  AddMemoryEvidence(job, kTaskManagerRules, best.memory.memory);
  if (cpu_known) AddCostEvidence(job, kTaskManagerRules, best.pod, best.task_managers, best.cost);
  answer.needed = SizeOf(best, input.needs, cpu_known);
}

// The present TaskManagers do: as many of them as the parallelism asks for.
void Hold(JobSizing& job, const LayoutChoice& choice, ProcessRecommendation& answer) {
  answer.wanted = answer.now;
  answer.wanted.count = choice.kept->task_managers;
  SetCost(job.policy, answer.wanted);
  const double best = choice.best.chosen ? choice.best.chosen->cost : choice.cost_held;
  if (best >= choice.cost_held) return;
  job.out.evidence.Add("guard.layout", -1,
                       {{"cost_of_best", best, "CU", kTaskManagerRules.cost},
                        {"least_saving", job.policy.least_saving, "1", "policy"},
                        {"cost_held", choice.cost_held, "CU", "spec"},
                        {"payback_time", job.seconds.payback, "s", "policy"},
                        {"restart_time", job.seconds.restart, "s", "policy"}},
                       {"cost", choice.cost_held, "CU", "guard.layout"});
}

// Where no memory may be lowered and none is lacking, what rounding would add is no reason to touch it.
void KeepMemory(const TuningPolicy& policy, const ProcessSize& now, ProcessRecommendation& answer) {
  ProcessSize& wanted = answer.wanted;
  if (!now.memory || LacksMemory(now, wanted)) return;
  wanted.memory = now.memory;
  wanted.memory_limit_factor = now.memory_limit_factor;
  wanted.heap = now.heap;
  wanted.managed = now.managed;
  wanted.network = now.network;
  wanted.metaspace = now.metaspace;
  wanted.overhead = now.overhead;
  answer.options.clear();
  SetCost(policy, wanted);
}

bool IsSameProcess(const ProcessSize& a, const ProcessSize& b) {
  return a.slots == b.slots && a.cpu == b.cpu && a.cpu_limit_factor == b.cpu_limit_factor && a.memory == b.memory &&
         a.memory_limit_factor == b.memory_limit_factor && a.heap == b.heap;
}

void Decide(JobSizing& job, const PackInput& input, const LayoutChoice& choice, bool cpu_known,
            ProcessRecommendation& answer) {
  if (!choice.hold) FindNoRoom(job, choice.best);
  if (choice.Taken() == nullptr) {
    answer.action = Action::kPerson;
    return;
  }
  TakeSpread(job, input, *choice.Taken(), choice.hold ? 1 : choice.best.part);
  if (choice.hold) return Hold(job, choice, answer);
  answer.wanted = SizeOf(*choice.best.chosen, input.needs, cpu_known);
  answer.options = choice.best.chosen->memory.set;
  answer.action = choice.raise ? Action::kRaise : Action::kLower;
}

}  // namespace

void AnswerTaskManagers(JobSizing& job, const PresentProcesses& present) {
  ProcessRecommendation& answer = job.out.task_managers;
  const ProcessSize& now = answer.now = present.task_manager;
  SetCost(job.policy, answer.now);
  answer.needed = answer.wanted = answer.now;
  const RoleWindow& role = job.window.task_managers;
  const int slots = SlotsOf(job.window.graph);
  const RoleMemory memory = ReadRoleMemory(job, role, now);
  const RoleCpu cpu = ReadRoleCpu(job, role, ProcessRole::kTaskManager, now,
                                  SlotsOnFullest(slots, now.count.value_or(1), now.slots), slots);
  DescribeRole(job, kTaskManagerRules, memory, cpu, answer);
  if (!memory.live || !now.count || !now.slots) return AnswerWithoutMemory(job, cpu, answer);
  const CpuNeeds cpu_needs = CpuNeedsOf(job, now, cpu);
  const absl::StatusOr<PodLimits> limits = WithoutJobManager(job.window.facts.limits, job.out.job_manager.wanted);
  if (!limits.ok()) return AnswerWithoutMemory(job, cpu, answer);
  RoleContainer container;
  if (present.task_manager_memory) {
    container = ReadRoleContainer(job, kTaskManagerRules, role, RolePartsOf(*present.task_manager_memory),
                                  now.memory_limit_factor, IsFrozen(memory));
  }
  const absl::StatusOr<PackInput> input = PackInputOf(job, present, memory, container, cpu_needs, *limits);
  if (!input.ok()) return AnswerWithoutMemory(job, cpu, answer);
  const bool frozen = IsFrozen(memory) || container.IsFull();
  const absl::StatusOr<LayoutChoice> best = ChooseLayout(job, *input, now);
  absl::StatusOr<LayoutChoice> taken = frozen ? ChooseLayout(job, Frozen(*input, now), now) : best;
  if (!best.ok() || !taken.ok()) return AnswerWithoutMemory(job, cpu, answer);
  // A size that was told alone may hold parts that nobody tells: it is held, whatever less would save.
  const bool holds = frozen && taken->kept && !taken->raise && !taken->hold && now.memory;
  if (holds && taken->best.chosen->pod.memory_request < *now.memory) {
    taken->hold = true;
    taken->cost_held = taken->best.chosen->cost;
  }
  if (best->best.chosen) ShowNeeded(job, *input, *best->best.chosen, cpu_needs.known, answer);
  Decide(job, *input, *taken, cpu_needs.known, answer);
  if (frozen && !taken->hold && taken->Taken() != nullptr) KeepMemory(job.policy, now, answer);
  const bool changes = answer.action == Action::kRaise || answer.action == Action::kLower;
  if (changes && answer.options.empty() && IsSameProcess(now, answer.wanted)) answer.action = Action::kHold;
  if (memory.live->trend.rising) answer.action = Action::kPerson;
}

}  // namespace tune
