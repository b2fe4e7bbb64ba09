#include "libtune/codec/recommendation_codec.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "google/protobuf/arena.h"
#include "libtune/codec/enum_codec.h"
#include "libtune/codec/evidence_wire.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/process_enums.h"
#include "libtune/codec/process_size_codec.h"
#include "libtune/codec/recommendation_enums.h"
#include "libtune/codec/wire.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ---- Structs to messages.

std::string IdOf(const JobGraph& graph, int vertex) {
  const bool known = vertex >= 0 && static_cast<size_t>(vertex) < graph.vertices.size();
  return known ? Utf8(graph.vertices[static_cast<size_t>(vertex)].id) : "";
}

void Write(const VertexRecommendation& vertex, const JobGraph& graph, v1::VertexRecommendation& proto) {
  proto.set_vertex(vertex.vertex);
  proto.set_id(IdOf(graph, vertex.vertex));
  proto.set_name(Utf8(graph.vertices[static_cast<size_t>(vertex.vertex)].name));
  proto.set_now(vertex.now);
  proto.set_needed(vertex.needed);
  proto.set_wanted(vertex.wanted);
  proto.set_low(vertex.low);
  proto.set_high(vertex.high);
  proto.set_at_least(vertex.at_least);
  proto.set_action(ToWire(kActions, vertex.action));
  proto.set_verdict(ToWire(kVerdicts, vertex.verdict));
  proto.set_confidence(ToWire(kConfidences, vertex.confidence));
  if (vertex.demand.value() != 0) proto.set_demand(vertex.demand.value());
  if (vertex.service_time.value() != 0) proto.set_service_time(vertex.service_time.value());
  if (vertex.largest_share != 0) proto.set_largest_share(vertex.largest_share);
  if (vertex.capacity_now.value() != 0) proto.set_capacity_now(vertex.capacity_now.value());
}

void Write(const JobRecommendation& job, const Finding& finding, const JobGraph& graph, v1::Finding& proto) {
  proto.set_kind(ToWire(kFindings, finding.kind));
  if (finding.vertex >= 0) proto.set_vertex(finding.vertex);
  proto.set_vertex_id(IdOf(graph, finding.vertex));
  proto.set_message(Utf8(FindingText(job, finding, graph)));
  proto.mutable_subtasks()->Assign(finding.subtasks.begin(), finding.subtasks.end());
  if (finding.share) proto.set_share(*finding.share);
  if (finding.rate_limit) proto.set_rate_limit(finding.rate_limit->value());
  if (finding.evidence >= 0) proto.set_evidence(finding.evidence);
  if (finding.role) proto.set_role(ToWire(kRoles, *finding.role));
}

// All but the evidence and what follows it, into empty messages.
void WriteHead(const JobRecommendation& recommendation, const JobWindow& window, const TuningPolicy& policy,
               v1::JobRecommendation& proto) {
  const JobGraph& graph = window.graph;
  *proto.mutable_computed_from() = ToProto(ComputedFromOf(window, policy));
  for (const VertexRecommendation& vertex : recommendation.vertices) Write(vertex, graph, *proto.add_vertices());
  proto.set_parallelism_now(recommendation.parallelism_now);
  proto.set_parallelism_wanted(recommendation.parallelism_wanted);
  proto.set_slots_now(recommendation.slots_now);
  proto.set_slots_wanted(recommendation.slots_wanted);
  proto.set_action(ToWire(kActions, recommendation.action));
  proto.set_timeliness(ToWire(kTimelinesses, recommendation.timeliness));
  for (const Finding& finding : recommendation.findings) {
    Write(recommendation, finding, graph, *proto.add_findings());
  }
}

void WriteTail(const JobRecommendation& recommendation, v1::JobRecommendation& proto) {
  *proto.mutable_task_managers() = ToProto(recommendation.task_managers);
  *proto.mutable_job_manager() = ToProto(recommendation.job_manager);
}

// ---- Messages to structs.

class Reader {
 public:
  explicit Reader(const v1::JobRecommendation& proto) : proto_(proto) {}

  absl::StatusOr<DecodedRecommendation> Read() {
    if (!CheckSizes()) return violations_.ToStatus();
    if (proto_.has_computed_from()) {
      out_.computed_from = ReadComputedFrom(proto_.computed_from(), root_.Field("computed_from"), violations_);
    } else {
      AddAbsent(root_.Field("computed_from"), "the window and policy of the answer", violations_);
    }
    ReadJob();
    ReadVertices();
    const Path findings = root_.Field("findings");
    for (int i = 0; i < proto_.findings_size(); ++i) ReadFinding(proto_.findings(i), findings.At(i));
    const Path evidence = root_.Field("evidence");
    for (int i = 0; i < proto_.evidence_size(); ++i) ReadStep(proto_.evidence(i), evidence.At(i));
    if (!violations_.empty()) return violations_.ToStatus();
    out_.texts = texts_;
    return std::move(out_);
  }

 private:
  bool CheckSizes() {
    const Path evidence = root_.Field("evidence");
    bool fit = CheckCount(root_.Field("vertices"), proto_.vertices_size(), limits::kVertices, violations_);
    fit &= CheckCount(root_.Field("findings"), proto_.findings_size(), limits::kFindings, violations_);
    fit &= CheckCount(evidence, proto_.evidence_size(), limits::kEvidence, violations_);
    for (int i = 0; i < proto_.evidence_size(); ++i) {
      const Path at = evidence.At(i);
      fit &= CheckCount(at.Field("inputs"), proto_.evidence(i).inputs_size(), limits::kTermsPerStep, violations_);
      fit &= CheckCount(at.Field("caps"), proto_.evidence(i).caps_size(), limits::kTermsPerStep, violations_);
    }
    return fit;
  }

  void ReadJob() {
    JobRecommendation& job = out_.recommendation;
    job.parallelism_now = AtLeastOne("parallelism_now", proto_.parallelism_now());
    job.parallelism_wanted = AtLeastOne("parallelism_wanted", proto_.parallelism_wanted());
    job.slots_now = AtLeastOne("slots_now", proto_.slots_now());
    job.slots_wanted = AtLeastOne("slots_wanted", proto_.slots_wanted());
    job.action = ReadEnum(kActions, proto_.action(), root_.Field("action"), violations_);
    ReadRole("task_managers", proto_.has_task_managers(), proto_.task_managers(), job.task_managers);
    ReadRole("job_manager", proto_.has_job_manager(), proto_.job_manager(), job.job_manager);
    job.timeliness = ReadEnum(kTimelinesses, proto_.timeliness(), root_.Field("timeliness"), violations_);
  }

  void ReadRole(const char* field, bool has, const v1::ProcessRecommendation& role, ProcessRecommendation& out) {
    if (!has) return AddAbsent(root_.Field(field), "the role's answer", violations_);
    out = ReadProcessRecommendation(role, root_.Field(field), violations_);
  }

  int AtLeastOne(const char* field, int value) {
    CheckRange(root_.Field(field), int64_t{value}, 1, std::numeric_limits<int>::max(), violations_);
    return value;
  }

  void ReadVertices() {
    const Path vertices = root_.Field("vertices");
    for (int i = 0; i < proto_.vertices_size(); ++i) {
      const v1::VertexRecommendation& vertex = proto_.vertices(i);
      const Path at = vertex.id().empty() ? vertices.At(i) : vertices.Key(vertex.id());
      CheckNotEmpty(at.Field("id"), vertex.id(), violations_);
      CheckRange(at.Field("vertex"), int64_t{vertex.vertex()}, i, i, violations_);
      out_.vertex_ids.push_back(vertex.id());
      out_.vertex_names.push_back(vertex.name());
      out_.recommendation.vertices.push_back(ReadVertex(vertex, at));
    }
  }

  VertexRecommendation ReadVertex(const v1::VertexRecommendation& proto, const Path& at) {
    constexpr int64_t kMost = std::numeric_limits<int>::max();
    CheckRange(at.Field("now"), int64_t{proto.now()}, 1, kMaxParallelism, violations_);
    CheckRange(at.Field("needed"), int64_t{proto.needed()}, 1, kMost, violations_);
    CheckRange(at.Field("wanted"), int64_t{proto.wanted()}, 1, kMaxParallelism, violations_);
    CheckRange(at.Field("low"), int64_t{proto.low()}, 1, kMost, violations_);
    CheckRange(at.Field("high"), int64_t{proto.high()}, std::max(1, proto.low()), kMost, violations_);
    VertexRecommendation vertex;
    vertex.vertex = proto.vertex();
    vertex.now = proto.now();
    vertex.needed = proto.needed();
    vertex.wanted = proto.wanted();
    vertex.low = proto.low();
    vertex.high = proto.high();
    vertex.at_least = proto.at_least();
    vertex.action = ReadEnum(kActions, proto.action(), at.Field("action"), violations_);
    vertex.verdict = ReadEnum(kVerdicts, proto.verdict(), at.Field("verdict"), violations_);
    vertex.confidence = ReadEnum(kConfidences, proto.confidence(), at.Field("confidence"), violations_);
    CheckRange(at.Field("demand"), proto.demand(), 0, kInfinity, violations_);
    CheckRange(at.Field("service_time"), proto.service_time(), 0, kInfinity, violations_);
    CheckRange(at.Field("largest_share"), proto.largest_share(), 0, 1, violations_);
    CheckRange(at.Field("capacity_now"), proto.capacity_now(), 0, kInfinity, violations_);
    vertex.demand = RecordsPerSecond(proto.demand());
    vertex.service_time = SecondsPerRecord(proto.service_time());
    vertex.largest_share = proto.largest_share();
    vertex.capacity_now = RecordsPerSecond(proto.capacity_now());
    return vertex;
  }

  // The vertex that a finding or step is about; -1: the job.
  template <typename Message>
  int ReadVertexIndex(const Message& proto, const Path& at) {
    if (!proto.has_vertex()) return -1;
    const int vertex = proto.vertex();
    CheckRange(at.Field("vertex"), int64_t{vertex}, 0, int64_t{proto_.vertices_size()} - 1, violations_);
    const bool known = vertex >= 0 && vertex < proto_.vertices_size();
    if (known && proto.vertex_id() != proto_.vertices(vertex).id()) {
      violations_.Add(at.Field("vertex_id").Render(), Quoted(proto.vertex_id()), Quoted(proto_.vertices(vertex).id()));
    }
    return vertex;
  }

  void ReadFinding(const v1::Finding& proto, const Path& at) {
    Finding finding;
    finding.kind = ReadEnum(kFindings, proto.kind(), at.Field("kind"), violations_);
    finding.vertex = ReadVertexIndex(proto, at);
    finding.subtasks.assign(proto.subtasks().begin(), proto.subtasks().end());
    const Path subtasks = at.Field("subtasks");
    for (int i = 0; i < proto.subtasks_size(); ++i) {
      CheckRange(subtasks.At(i), int64_t{proto.subtasks(i)}, 0, kMaxParallelism - 1, violations_);
    }
    if (proto.has_share()) {
      CheckRange(at.Field("share"), proto.share(), 0, 1, violations_);
      finding.share = proto.share();
    }
    if (proto.has_rate_limit()) {
      CheckRange(at.Field("rate_limit"), proto.rate_limit(), 0, kInfinity, violations_);
      finding.rate_limit = RecordsPerSecond(proto.rate_limit());
    }
    if (proto.has_evidence() && !proto_.evidence().empty()) {  // else the evidence was left out
      CheckRange(at.Field("evidence"), int64_t{proto.evidence()}, 0, int64_t{proto_.evidence_size()} - 1, violations_);
      finding.evidence = proto.evidence();
    }
    if (proto.has_role()) finding.role = ReadEnum(kRoles, proto.role(), at.Field("role"), violations_);
    out_.messages.push_back(proto.message());
    out_.recommendation.findings.push_back(std::move(finding));
  }

  const char* Keep(const std::string& text) { return texts_->insert(text).first->c_str(); }

  Term ReadTerm(const v1::Term& proto, const Path& at) {
    CheckFinite(at.Field("value"), proto.value(), violations_);
    return {Keep(proto.name()), proto.value(), Keep(proto.unit()), Keep(proto.source())};
  }

  std::vector<Term> ReadTerms(const google::protobuf::RepeatedPtrField<v1::Term>& protos, const Path& path) {
    std::vector<Term> terms;
    for (int i = 0; i < protos.size(); ++i) terms.push_back(ReadTerm(protos.Get(i), path.At(i)));
    return terms;
  }

  void ReadStep(const v1::Evidence& proto, const Path& at) {
    CheckNotEmpty(at.Field("rule"), proto.rule(), violations_);
    if (!proto.has_result()) AddAbsent(at.Field("result"), "a term", violations_);
    const int vertex = ReadVertexIndex(proto, at);
    const std::vector<Term> inputs = ReadTerms(proto.inputs(), at.Field("inputs"));
    const std::vector<Term> caps = ReadTerms(proto.caps(), at.Field("caps"));
    const Term result = ReadTerm(proto.result(), at.Field("result"));
    out_.recommendation.evidence.Add(Keep(proto.rule()), vertex, inputs, result, caps);
  }

  const v1::JobRecommendation& proto_;
  const Path root_;
  Violations violations_;
  DecodedRecommendation out_;
  // A set's nodes never move, so what points into them stays good while it grows.
  const std::shared_ptr<std::set<std::string>> texts_ = std::make_shared<std::set<std::string>>();
};

}  // namespace

ComputedFrom ComputedFromOf(const JobWindow& window, const TuningPolicy& policy) {
  return {window.facts.job_name, window.start, window.length, window.bin, policy.name};
}

v1::ComputedFrom ToProto(const ComputedFrom& from) {
  v1::ComputedFrom proto;
  proto.set_job_name(Utf8(from.job_name));
  *proto.mutable_window_start() = ToProto(from.window_start);
  *proto.mutable_window_length() = ToProto(from.window_length);
  *proto.mutable_bin() = ToProto(from.bin);
  proto.set_policy_name(Utf8(from.policy_name));
  return proto;
}

ComputedFrom ReadComputedFrom(const v1::ComputedFrom& proto, const Path& path, Violations& violations) {
  ComputedFrom from;
  from.job_name = proto.job_name();
  from.policy_name = proto.policy_name();
  if (!proto.has_window_start()) AddAbsent(path.Field("window_start"), "a time", violations);
  if (!proto.has_window_length()) AddAbsent(path.Field("window_length"), ">= 0", violations);
  if (!proto.has_bin()) AddAbsent(path.Field("bin"), "> 0", violations);
  from.window_start = ReadTime(proto.window_start(), path.Field("window_start"), violations);
  from.window_length = ReadDuration(proto.window_length(), path.Field("window_length"), violations);
  from.bin = ReadDuration(proto.bin(), path.Field("bin"), violations);
  if (from.window_length < absl::ZeroDuration()) {
    violations.Add(path.Field("window_length").Render(), absl::FormatDuration(from.window_length), ">= 0");
  }
  if (proto.has_bin() && from.bin <= absl::ZeroDuration()) {
    violations.Add(path.Field("bin").Render(), absl::FormatDuration(from.bin), "> 0");
  }
  return from;
}

v1::JobRecommendation ToProto(const JobRecommendation& recommendation, const JobWindow& window,
                              const TuningPolicy& policy) {
  v1::JobRecommendation proto;
  Write(recommendation, window, policy, EvidenceIn::kMessage, proto);
  return proto;
}

void Write(const JobRecommendation& recommendation, const JobWindow& window, const TuningPolicy& policy,
           EvidenceIn evidence, v1::JobRecommendation& proto) {
  WriteHead(recommendation, window, policy, proto);
  WriteTail(recommendation, proto);
  // The bytes are the writer's own: they are that message.
  if (evidence == EvidenceIn::kMessage) proto.MergeFromString(EvidenceBytes(recommendation.evidence, window.graph));
}

void AppendBytes(const JobRecommendation& recommendation, const JobWindow& window, const TuningPolicy& policy,
                 EvidenceIn evidence, std::string& bytes) {
  google::protobuf::Arena arena;
  auto* head = google::protobuf::Arena::CreateMessage<v1::JobRecommendation>(&arena);
  auto* tail = google::protobuf::Arena::CreateMessage<v1::JobRecommendation>(&arena);
  WriteHead(recommendation, window, policy, *head);
  WriteTail(recommendation, *tail);
  bytes += SerializeDeterministic(*head);
  if (evidence == EvidenceIn::kMessage) bytes += EvidenceBytes(recommendation.evidence, window.graph);
  bytes += SerializeDeterministic(*tail);
}

absl::StatusOr<DecodedRecommendation> FromProto(const v1::JobRecommendation& proto) { return Reader(proto).Read(); }

}  // namespace tune
