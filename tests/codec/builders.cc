#include "tests/codec/builders.h"

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsWellKnown(const Message& message) { return message.GetDescriptor()->file()->package() == "google.protobuf"; }

void AddEmptyFields(const Message& message, const std::string& prefix, std::vector<std::string>& empty) {
  if (IsWellKnown(message)) return;
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const std::string path = absl::StrCat(prefix, field->name());
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 0;
    if (field->is_repeated() ? size == 0 : !reflection.HasField(message, field)) empty.push_back(path);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    for (int k = 0; k < size; ++k) {
      AddEmptyFields(reflection.GetRepeatedMessage(message, field, k), absl::StrCat(path, "[", k, "]."), empty);
    }
    if (!field->is_repeated() && reflection.HasField(message, field)) {
      AddEmptyFields(reflection.GetMessage(message, field), absl::StrCat(path, "."), empty);
    }
  }
}

void VisitDoubles(Message& message, const std::string& prefix, double value,
                  const std::function<void(const std::string&)>& visit) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const std::string path = absl::StrCat(prefix, field->name());
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE && !field->is_repeated()) {
      if (!reflection.HasField(message, field)) continue;
      const double before = reflection.GetDouble(message, field);
      reflection.SetDouble(&message, field, value);
      visit(path);
      reflection.SetDouble(&message, field, before);
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (field->is_repeated()) {
      for (int k = 0; k < reflection.FieldSize(message, field); ++k) {
        VisitDoubles(*reflection.MutableRepeatedMessage(&message, field, k), absl::StrCat(path, "[", k, "]."), value,
                     visit);
      }
    } else if (reflection.HasField(message, field)) {
      VisitDoubles(*reflection.MutableMessage(&message, field), absl::StrCat(path, "."), value, visit);
    }
  }
}

// ---- What rapidcheck draws.

int Int(int low, int high) { return *rc::gen::inRange(low, high + 1); }
bool Bool() { return *rc::gen::arbitrary<bool>(); }
// Sixteenths have no rounding, thirds have.
double Amount() { return Int(0, 1 << 20) / (Bool() ? 16.0 : 3.0); }
double Fraction() { return Int(1, 1000) / 1000.0; }
absl::Duration Length() { return absl::Nanoseconds(*rc::gen::inRange<int64_t>(1, int64_t{1} << 50)); }
std::string Name() {
  return *rc::gen::element<std::string>("", "a", "Source: größe -> x", "\"q\"\n\\", "map.1", "日本");
}

template <typename T>
std::optional<T> Maybe(T value) {
  return Bool() ? std::optional<T>(value) : std::nullopt;
}

VertexWindow AnyVertexWindow(int bins, double bin_s, int parallelism) {
  VertexWindow vertex;
  for (int i = 0; i < bins; ++i) {
    vertex.bins.push_back({bin_s * Fraction(), Amount(), Amount(), Amount(), Amount(), Amount(), bin_s * Fraction()});
  }
  vertex.service = {Amount(), Amount(), Amount(), Amount(), Amount(), Amount()};
  const int subtasks = Int(0, parallelism);
  for (int i = 0; i < subtasks; ++i) {
    vertex.subtasks.push_back({Amount(), Amount(), Amount(), Amount(), Maybe(Amount()), Amount()});
  }
  for (int p = 1; p <= Int(0, 3); ++p) vertex.runs.push_back({p, Amount(), Amount(), Amount()});
  vertex.coverage = {Amount(), Amount(), Int(0, 9), Int(0, 9), Int(0, 9), Int(0, 9), Int(0, 9), Int(0, 9)};
  vertex.busy_measured = Bool();
  vertex.latency = Maybe(SecondsPerRecord(Fraction()));
  return vertex;
}

SourceWindow AnySourceWindow(int vertex, int bins) {
  SourceWindow source;
  source.vertex = vertex;
  source.kind = static_cast<DemandKind>(Int(0, 3));
  if (source.kind == DemandKind::kGiven) source.given = RecordsPerSecond(Fraction());
  if (source.kind == DemandKind::kLag || source.kind == DemandKind::kOffsets) {
    for (int i = 0; i < bins; ++i) source.bins.push_back({Amount(), Amount(), Amount()});
  }
  source.lag_records = Maybe(Amount());
  return source;
}

std::optional<Bytes> AnyBytes() { return Maybe(Bytes(int64_t{1} << Int(0, 40))); }

ProcessWindow AnyProcess(int i) {
  ProcessWindow process;
  process.id = absl::StrCat("tm-", i);
  process.covered_s = Amount();
  process.cpu_cores_p90 = Maybe(Statistic{Amount(), Bool() ? 0 : 0.01, Amount()});
  process.gc_fraction = Maybe(Fraction());
  process.heap_used_max = AnyBytes();
  process.heap_max = AnyBytes();
  process.old_capacity = AnyBytes();
  process.memory_limit = AnyBytes();
  process.cpu_limit_cores = Maybe(Amount());
  process.collector = static_cast<Collector>(Int(0, 7));
  return process;
}

RoleWindow AnyRole(int bins) {
  RoleWindow role;
  for (int i = 0; i < Int(0, 3); ++i) role.processes.push_back(AnyProcess(i));
  if (role.processes.empty()) return role;
  for (int i = 0; i < bins; ++i) {
    const double covered_s = Amount();
    role.cpu.push_back({covered_s, Amount(), Amount(), covered_s / 2, covered_s, covered_s / 3, Int(0, 9), Int(0, 9),
                        Maybe(Amount())});
    MemoryBin& memory = role.memory.emplace_back();
    for (auto& reading : memory.live) reading = AnyBytes();
    memory.log_s = Amount();
    memory.log_allocated = Amount();
    memory.rss = AnyBytes();
    memory.oom_kills = Int(0, 2);
    if (memory.oom_kills > 0) memory.killed_limit = AnyBytes();
  }
  return role;
}

JobFacts AnyFacts() {
  JobFacts facts;
  facts.job_name = Name();
  facts.flink_major = Int(0, 2);
  facts.flink_minor = facts.flink_major > 0 ? Int(0, 20) : 0;
  facts.adaptive_scheduler = Maybe(Bool());
  facts.slots_per_task_manager = Maybe(Int(1, 8));
  for (int i = 0; i < Int(0, 4); ++i) facts.configuration[absl::StrCat("key.", i)] = Name();
  if (Bool()) facts.task_manager = {"4g", 0.5, "", Int(0, 3)};
  if (Bool()) facts.job_manager = {Name(), std::nullopt, Name(), 0};
  if (Bool()) facts.limits.quota = {MilliCores(Int(0, 9000)), std::nullopt, AnyBytes(), std::nullopt, Int(0, 9)};
  for (int i = 0; i < Int(0, 2); ++i) facts.session_jobs.push_back(Name());
  if (Bool()) facts.limits.node.memory = Bytes(Int(1, 1 << 30));
  return facts;
}

}  // namespace

std::vector<std::string> EmptyFields(const Message& message) {
  std::vector<std::string> empty;
  AddEmptyFields(message, "", empty);
  return empty;
}

void ForEachDouble(Message& message, double value, const std::function<void(const std::string&)>& visit) {
  VisitDoubles(message, "", value, visit);
}

std::string FullWindowText() {
  return R"(
graph {
  vertices { id: "src" name: "Source: orders" parallelism: 2 max_parallelism: 64 slot_sharing_group: "in"
             source_partitions: 8 }
  vertices { id: "map" name: "map -> sink" parallelism: 3 max_parallelism: 128 slot_sharing_group: "out"
             source_partitions: 9 }
  edges { from: 1 to: 0 ship: SHIP_STRATEGY_HASH }
  inferred: true
}
facts { job_name: "orders" flink_major: 1 flink_minor: 20 adaptive_scheduler: true slots_per_task_manager: 4
        configuration { key: "a.b" value: "c" }
        task_manager { memory: "4g" cpu: 1.5 ephemeral_storage: "2G" replicas: 3 }
        job_manager { memory: "2g" cpu: 0.5 ephemeral_storage: "1G" replicas: 2 }
        limits { range { min_cpu: 1 max_cpu: 2 min_memory: 3 max_memory: 4 max_cpu_ratio: 5 max_memory_ratio: 6 }
                 quota { cpu_request: 7 cpu_limit: 8 memory_request: 9 memory_limit: 10 pods: 11 }
                 node { cpu: 12 memory: 13 } }
        session_jobs: "orders" session_jobs: "clicks" }
start { seconds: 1700000000 nanos: 5000000 }
bin { seconds: 60 }
length { seconds: 61 nanos: 7 }
vertices {
  bins { covered_s: 1 records_in: 2 records_out: 3 task_s: 4 busy_s: 5 backpressured_s: 6 warm_s: 7 }
  service { blocks: 11 x: 12 y: 13 xx: 14 xy: 15 yy: 16 }
  subtasks { covered_s: 21 records_in: 22 busy_s: 23 backpressured_s: 24 cpu_s: 25 saturated_s: 26 }
  runs { parallelism: 31 task_s: 32 records: 33 busy_s: 34 }
  coverage { covered_s: 41 longest_gap_s: 42 samples: 43 gaps: 44 counter_resets: 45 duplicates: 46 out_of_order: 47
             stale: 48 }
  busy_measured: true
  latency: 0.051
}
vertices {
  bins { covered_s: 51 records_in: 102 records_out: 103 task_s: 104 busy_s: 105 backpressured_s: 106 warm_s: 57 }
  service { blocks: 111 x: 112 y: 113 xx: 114 xy: 115 yy: 116 }
  subtasks { covered_s: 121 records_in: 122 busy_s: 123 backpressured_s: 124 cpu_s: 125 saturated_s: 126 }
  runs { parallelism: 131 task_s: 132 records: 133 busy_s: 134 }
  coverage { covered_s: 141 longest_gap_s: 142 samples: 143 gaps: 144 counter_resets: 145 duplicates: 146
             out_of_order: 147 stale: 148 }
  busy_measured: true
  latency: 0.151
}
sources { vertex: 1 kind: DEMAND_KIND_GIVEN bins { covered_s: 61 records: 62 lag_records: 63 } given: 64 lag_records: 65 }
task_managers {
  processes { id: "tm-1" covered_s: 1001
              cpu_cores_p90 { value: 1072 method: STATISTIC_METHOD_SKETCH relative_error: 0.01 weight: 1073 }
              gc_fraction: 0.074 heap_used_max: 1300 heap_max: 1301 old_capacity: 1302 young_capacity: 1303
              metaspace_max: 1304 managed_total: 1305 network_total: 1306 memory_limit: 1307 cpu_limit_cores: 1061
              cpu_request_cores: 1062 collector: COLLECTOR_G1 }
  cpu { covered_s: 1005 cpu_s: 1002 busiest_cores: 1003 warm_s: 1004 throttle_seen_s: 1009 throttled_s: 1006 processes: 1007 slots: 1008
        limit_cores: 1010 }
  memory { live_full_collection: 1200 live_marking: 1201 live_collection: 1202 live_old_gen: 1203 live_heap: 1204
           gc_seen_s: 1205 gc_s: 1206 full_seen_s: 1207 full_gcs: 1208 full_gc_time_s: 1209 log_s: 1210
           log_pause_s: 1211 log_young_pause_s: 1212 log_full_pause_s: 1213 log_full_gcs: 1214 log_young_gcs: 1215 log_futile_full_gcs: 1199
           log_allocated: 1216 log_promoted: 1217 log_survived: 1218 oom_kills: 1219 heap_used: 1220
           metaspace_used: 1221 direct_used: 1222 managed_used: 1223 network_used: 1224 rss: 1225 working_set: 1226
           unreclaimable: 1227 file_cache: 1228 dirty_file: 1229 native: 1230 killed_limit: 1231 }
}
checkpoints { completed: 81 failed: 82 longest { seconds: 83 } }
restarts: 91
not_running_s: 92
running_at_end: true
stale_at_end_s: 93
job_managers {
  processes { id: "tm-1" covered_s: 2001
              cpu_cores_p90 { value: 2072 method: STATISTIC_METHOD_SKETCH relative_error: 0.01 weight: 2073 }
              gc_fraction: 0.074 heap_used_max: 2300 heap_max: 2301 old_capacity: 2302 young_capacity: 2303
              metaspace_max: 2304 managed_total: 2305 network_total: 2306 memory_limit: 2307 cpu_limit_cores: 2061
              cpu_request_cores: 2062 collector: COLLECTOR_G1 }
  cpu { covered_s: 2005 cpu_s: 2002 busiest_cores: 2003 warm_s: 2004 throttle_seen_s: 2009 throttled_s: 2006 processes: 2007 slots: 2008
        limit_cores: 2010 }
  memory { live_full_collection: 2200 live_marking: 2201 live_collection: 2202 live_old_gen: 2203 live_heap: 2204
           gc_seen_s: 2205 gc_s: 2206 full_seen_s: 2207 full_gcs: 2208 full_gc_time_s: 2209 log_s: 2210
           log_pause_s: 2211 log_young_pause_s: 2212 log_full_pause_s: 2213 log_full_gcs: 2214 log_young_gcs: 2215 log_futile_full_gcs: 2199
           log_allocated: 2216 log_promoted: 2217 log_survived: 2218 oom_kills: 2219 heap_used: 2220
           metaspace_used: 2221 direct_used: 2222 managed_used: 2223 network_used: 2224 rss: 2225 working_set: 2226
           unreclaimable: 2227 file_cache: 2228 dirty_file: 2229 native: 2230 killed_limit: 2231 }
}
)";
}

JobGraph AnyGraph() {
  JobGraph graph;
  const int count = Int(1, 6);
  for (int v = 0; v < count; ++v) {
    const int parallelism = Int(1, 8);
    graph.vertices.push_back(
        {absl::StrCat("v-", v), Name(), parallelism, Int(parallelism, kMaxParallelism), Name(), Maybe(Int(1, 64))});
    for (int from = 0; from < v; ++from) {
      const auto ship = static_cast<ShipStrategy>(Int(0, 7));
      // A forward edge needs equal sides.
      if (Bool()) graph.edges.push_back({from, v, ship == ShipStrategy::kForward ? ShipStrategy::kHash : ship});
    }
  }
  graph.inferred = Bool();
  return graph;
}

JobWindow AnyWindow() {
  JobWindow window;
  window.graph = AnyGraph();
  window.facts = AnyFacts();
  const int bins = Int(0, 4);
  window.start = absl::FromUnixMillis(*rc::gen::inRange<int64_t>(0, 4'000'000'000'000));
  window.bin = Length();
  window.length = window.bin * bins;
  std::vector<bool> has_input(window.graph.vertices.size());
  for (const Edge& edge : window.graph.edges) has_input[static_cast<size_t>(edge.to)] = true;
  for (size_t v = 0; v < window.graph.vertices.size(); ++v) {
    window.vertices.push_back(
        AnyVertexWindow(bins, absl::ToDoubleSeconds(window.bin), window.graph.vertices[v].parallelism));
    if (!has_input[v]) window.sources.push_back(AnySourceWindow(static_cast<int>(v), bins));
  }
  window.task_managers = AnyRole(bins);
  window.job_managers = AnyRole(bins);
  window.checkpoints = {Amount(), Amount(), Maybe(Length())};
  window.restarts = Amount();
  window.not_running_s = Amount();
  window.running_at_end = Bool();
  window.stale_at_end_s = Amount();
  return window;
}

TuningPolicy AnyPolicy() {
  TuningPolicy policy;
  policy.name = Name();
  policy.demand_quantile = Fraction();
  policy.horizon = Length();
  policy.target_busy_fraction = Fraction();
  policy.catch_up = Bool();
  policy.catch_up_time = Length();
  policy.restart_time = Length();
  policy.lag_goal = Bool() ? absl::InfiniteDuration() : Length();
  policy.throttled_fraction = Fraction();
  policy.share_model = static_cast<ShareModel>(Int(0, 1));
  policy.side = static_cast<Side>(Int(0, 1));
  policy.confidence = Fraction() * 0.99;
  policy.skew_ratio = 1 + Amount();
  policy.slow_record = Length();
  for (int i = 0; i < Int(0, 3); ++i) policy.slow_record_of[absl::StrCat("v-", i)] = Length();
  policy.gc_bound_fraction = Fraction();
  policy.min_coverage = Length();
  policy.min_records = Amount();
  policy.max_staleness = Length();
  policy.scope = static_cast<Scope>(Int(0, 1));
  policy.max_parallelism = Int(1, kMaxParallelism);
  policy.min_parallelism = Int(1, policy.max_parallelism);
  policy.max_step_up_factor = Bool() ? 0 : 1 + Fraction();
  policy.max_step_down_factor = Bool() ? 0 : Fraction() * 0.99;
  policy.lower_ratio = 1 + Amount();
  policy.payback_time = Length();
  policy.max_checkpoint_failure_fraction = Fraction();
  policy.size_processes = Bool();
  policy.min_process_coverage = Length();
  policy.gc_overhead_goal = Fraction() * 0.99;
  policy.heap_margin = 1 + Fraction();
  policy.heap_live_factor = Bool() ? 0 : 1 + Amount() / 1e9;
  policy.metaspace_margin = 1.2 + Fraction();
  policy.oom_memory = Bool() ? absl::InfiniteDuration() : Length();
  policy.cpu_quantile = Fraction() * 0.99;
  policy.cpu_band_low = Fraction() / 2;
  policy.cpu_band_high = 0.5 + Fraction() / 2;
  policy.cpu_over_price = Fraction();
  policy.min_cpu_request = MilliCores(Int(1, 1000));
  policy.cpu_start_up = MilliCores(Int(0, 1000));
  policy.min_slots = Int(1, 4);
  policy.max_slots = Int(4, 9);
  policy.min_task_managers = Int(1, 4);
  policy.max_task_managers = Int(4, 9);
  policy.price_per_core = Amount();
  policy.price_per_gib = Amount();
  policy.least_saving = Fraction() * 0.99;
  return policy;
}

namespace {

ProcessSize AnySize() {
  ProcessSize size;
  size.count = Maybe(Int(1, 100));
  size.slots = Maybe(Int(1, 100));
  size.cpu = Maybe(MilliCores(Int(1, 9000)));
  size.cpu_limit_factor = 1 + Fraction();
  size.memory = AnyBytes();
  size.memory_limit_factor = 1 + Fraction();
  size.heap = AnyBytes();
  size.managed = AnyBytes();
  size.cost = Maybe(Amount());
  return size;
}

ProcessRecommendation AnyProcessRecommendation() {
  ProcessRecommendation role;
  role.memory_verdict = static_cast<Verdict>(Int(0, 4));
  role.cpu_verdict = static_cast<Verdict>(Int(0, 4));
  role.action = static_cast<Action>(Int(0, 3));
  role.confidence = static_cast<Confidence>(Int(0, 2));
  role.now = AnySize();
  role.needed = AnySize();
  role.wanted = AnySize();
  for (int i = 0; i < Int(0, 3); ++i) role.options[absl::StrCat("key.", i)] = Name();
  if (Bool()) role.live = LiveFigures{Bytes(Int(7, 1 << 30)), Bytes(7), static_cast<LiveRung>(Int(0, 4)), Bool()};
  role.gc_overhead = Maybe(Fraction());
  role.cores_quantile = Maybe(Amount());
  role.classic_heap_low = AnyBytes();
  return role;
}

}  // namespace

JobRecommendation AnyRecommendation(const JobWindow& window) {
  JobRecommendation job;
  const int count = static_cast<int>(window.graph.vertices.size());
  for (int i = 0; i < Int(0, 4); ++i) {
    const std::vector<Term> inputs(static_cast<size_t>(Int(0, 3)), Term{"rate", Amount(), "records/s", "window"});
    const std::vector<Term> caps(static_cast<size_t>(Int(0, 2)),
                                 Term{"max_parallelism", Amount(), "subtasks", "graph"});
    job.evidence.Add("parallelism.steady", Int(-1, count - 1), inputs, {"parallelism", Amount(), "subtasks", "given"},
                     caps);
  }
  for (int v = 0; v < count; ++v) {
    VertexRecommendation r;
    r.vertex = v;
    r.now = Int(1, kMaxParallelism);
    r.needed = Int(1, 1 << 20);
    r.wanted = Int(1, kMaxParallelism);
    r.low = Int(1, 100);
    r.high = Int(r.low, 1 << 20);
    r.at_least = Bool();
    r.action = static_cast<Action>(Int(0, 3));
    r.verdict = static_cast<Verdict>(Int(0, 4));
    r.confidence = static_cast<Confidence>(Int(0, 2));
    r.demand = RecordsPerSecond(Amount());
    r.service_time = SecondsPerRecord(Amount());
    r.largest_share = Fraction();
    r.capacity_now = RecordsPerSecond(Amount());
    job.vertices.push_back(r);
  }
  for (int i = 0; i < Int(0, 4); ++i) {
    Finding finding;
    finding.kind = static_cast<FindingKind>(Int(0, 27));
    if (Bool()) finding.role = static_cast<ProcessRole>(Int(0, 1));
    finding.vertex = Int(-1, count - 1);
    for (int s = 0; s < Int(0, 3); ++s) finding.subtasks.push_back(Int(0, 7));
    finding.share = Maybe(Fraction());
    finding.rate_limit = Maybe(RecordsPerSecond(Amount()));
    finding.evidence = job.evidence.empty() ? -1 : Int(-1, static_cast<int>(job.evidence.size()) - 1);
    job.findings.push_back(finding);
  }
  job.parallelism_now = Int(1, kMaxParallelism);
  job.parallelism_wanted = Int(1, kMaxParallelism);
  job.slots_now = Int(1, 1 << 20);
  job.slots_wanted = Int(1, 1 << 20);
  job.task_managers = AnyProcessRecommendation();
  job.job_manager = AnyProcessRecommendation();
  job.action = static_cast<Action>(Int(0, 3));
  job.timeliness = static_cast<Timeliness>(Int(0, 2));
  return job;
}

}  // namespace tune
