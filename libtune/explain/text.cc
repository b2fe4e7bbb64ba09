#include "libtune/explain/text.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace tune {
namespace {

// Small shares keep two digits: 0.25 % is not 0 %.
std::string Percent(double fraction) {
  return fraction > 0 && fraction < 0.02 ? absl::StrFormat("%.2g %%", 100 * fraction)
                                         : absl::StrFormat("%.0f %%", 100 * fraction);
}

void AppendTerms(std::span<const Term> terms, std::string& text) {
  for (const Term& term : terms) {
    absl::StrAppend(&text, &term == terms.data() ? "" : ", ", term.name, " ", NumberText(term.value));
    if (std::string(term.unit) != "1") absl::StrAppend(&text, " ", term.unit);
  }
}

std::string Subtasks(const Finding& f) {
  if (f.subtasks.empty()) return "";
  const size_t shown = std::min<size_t>(f.subtasks.size(), 8);
  std::string list = absl::StrJoin(f.subtasks.begin(), f.subtasks.begin() + static_cast<std::ptrdiff_t>(shown), ", ");
  if (shown < f.subtasks.size()) absl::StrAppend(&list, " and ", f.subtasks.size() - shown, " more");
  return absl::StrCat(f.subtasks.size() == 1 ? "subtask " : "subtasks ", list);
}

std::string ShareText(const Finding& f) { return f.share ? Percent(*f.share) : "an unknown share"; }

std::string LimitText(const Finding& f) {
  return f.rate_limit
             ? absl::StrCat("; no parallelism carries more than ", NumberText(f.rate_limit->value()), " records/s")
             : "";
}

std::string PodsText(const Finding& f) {
  return f.share ? absl::StrCat("; no container may be so large: more and smaller ones, each with ", ShareText(f),
                                " of what one holds now")
                 : "";
}

// What a finding means, without its vertex.
std::string Meaning(const Finding& f) {
  switch (f.kind) {
    case FindingKind::kHotKey:
      return absl::StrCat("hot key: ", Subtasks(f), " gets ", ShareText(f), " of the traffic by one key alone",
                          LimitText(f));
    case FindingKind::kKeyGroupSkew:
      return absl::StrCat("key groups do not divide evenly: ", Subtasks(f), " has ", ShareText(f), " of the traffic");
    case FindingKind::kPartitionSkew:
      return absl::StrCat("partitions are unevenly filled or spread: ", Subtasks(f), " has ", ShareText(f),
                          " of the traffic");
    case FindingKind::kUnevenLoad:
      return absl::StrCat("uneven load: ", Subtasks(f), " above the healthy share, the busiest with ", ShareText(f));
    case FindingKind::kSlowBlocking:
      return "slow, and mostly waiting for something outside: more resources do not make it answer faster";
    case FindingKind::kSlowComputing:
      return "slow, and mostly computing: its code is the place to look";
    case FindingKind::kSlowUnknown:
      return "slow a record, kind unknown: no thread CPU was measured (libtune's metrics plugin exports it)";
    case FindingKind::kGcBound:
      return absl::StrCat("garbage collection takes ", ShareText(f),
                          " of the time: memory is the lever, not parallelism");
    case FindingKind::kBottleneck:
      return absl::StrCat("saturated", f.subtasks.empty() ? "" : absl::StrCat(": ", Subtasks(f), " had no time left"),
                          "; mean busy share ", ShareText(f));
    case FindingKind::kHidden:
      return "looks fine only because a bottleneck upstream starves it; sized for the full demand";
    case FindingKind::kBackPressured:
      return absl::StrCat("held back by something downstream ", ShareText(f), " of the time");
    case FindingKind::kDemandHidden:
      return absl::StrCat(
          "throttled ", ShareText(f),
          " of the time, and nothing outside says what it was meant to read: every size below is a lower "
          "bound; give the rate with --source-rate");
    case FindingKind::kWarmingUp:
      return "only its warm-up was seen";
    case FindingKind::kCatchingUp:
      return "works off a backlog";
    case FindingKind::kRestarting:
      return "restarting or not running: metrics are not those of a steady job";
    case FindingKind::kCheckpointBound:
      return absl::StrCat(ShareText(f), " of the checkpoints failed: no change that needs a savepoint");
    case FindingKind::kThinData:
      return "too little data to size it";
    case FindingKind::kStaleMetrics:
      return "the metrics stopped changing: the job is dead or unreachable";
    case FindingKind::kNotMeasured:
      return "no busy time or no demand is measured (legacy sources report none)";
    case FindingKind::kGraphInferred:
      return "the history holds no plan: edges were inferred from record and byte counts; --graph gives them";
    case FindingKind::kInfeasible:
      return absl::StrCat("no parallelism allowed meets the demand",
                          f.subtasks.empty() ? "" : absl::StrCat("; ", Subtasks(f)), LimitText(f));
    case FindingKind::kLeak:
      return absl::StrCat(
          "what is alive on the heap rises (by ", ShareText(f),
          " of it), and not with the load: a leak, or state that still fills. More heap only puts it off; "
          "nothing is lowered");
    case FindingKind::kHeapExhausted:
      return "full collections free next to nothing: more is alive than the heap holds";
    case FindingKind::kOomKilled:
      return "a container was killed for its memory: it stays above what it had then for a while";
    case FindingKind::kNativeMemory:
      return absl::StrCat(
          "native memory (RocksDB, JNI, malloc) asks for a larger container: JVM overhead is the lever, "
          "not the heap",
          PodsText(f));
    case FindingKind::kDirtyCache:
      return absl::StrCat(
          "page cache that waits to be written back asks for a larger container: the memory limit's "
          "factor is the lever, not the heap",
          PodsText(f));
    case FindingKind::kThrottled:
      return absl::StrCat("held back by the CPU limit ", ShareText(f), " of the time");
    case FindingKind::kNoRoom:
      return absl::StrCat("room for ", ShareText(f), " of the slots that are needed");
  }
  return "";
}

std::string AmountText(const Term& term) {
  constexpr double kMebibyte = 1 << 20;
  const std::string unit(term.unit);
  if (unit == "bytes") return absl::StrCat(NumberText(term.value / kMebibyte), " MiB");
  return unit == "1" ? NumberText(term.value) : absl::StrCat(NumberText(term.value), " ", unit);
}

// What stands in the way, by the step behind the finding.
std::string NoRoomText(const JobRecommendation& job, const Finding& f) {
  if (f.evidence < 0) return Meaning(f);
  const Evidence step = job.evidence[static_cast<size_t>(f.evidence)];
  if (step.inputs.size() < 2) return Meaning(f);  // one that was read, of another step
  const Term &needed = step.inputs[0], &allowed = step.inputs[1];
  return absl::StrCat(Meaning(f), ": ", allowed.source, ", ", AmountText(needed), " needed and ", AmountText(allowed),
                      " allowed");
}

// The guard that had the last word on a vertex which is kept larger than it needs to be.
std::string WhyKept(const JobRecommendation& job, int vertex) {
  std::string rule;
  for (size_t i = 0; i < job.evidence.size(); ++i) {
    const Evidence step = job.evidence[i];
    if (step.vertex == vertex && absl::StartsWith(step.rule, "guard.")) rule = step.rule;
  }
  if (rule.empty() || rule == "guard.dead_band" || rule == "guard.payback")
    return "the saving is too small for a restart";
  if (rule == "guard.checkpoints") return "checkpoints fail: no change that needs a savepoint";
  if (rule == "guard.forward") return "the other side of a forward edge needs as many";
  return absl::StrCat(rule, " keeps it");
}

}  // namespace

std::string NumberText(double value) { return absl::StrFormat("%.6g", value); }

std::string EvidenceText(const Evidence& evidence) {
  std::string text = absl::StrCat(evidence.rule, ": ");
  AppendTerms(evidence.inputs, text);
  if (!evidence.caps.empty()) {
    absl::StrAppend(&text, "; caps: ");
    AppendTerms(evidence.caps, text);
  }
  absl::StrAppend(&text, " -> ", evidence.result.name, " ", NumberText(evidence.result.value));
  if (std::string(evidence.result.unit) != "1") absl::StrAppend(&text, " ", evidence.result.unit);
  return text;
}

std::string FindingText(const JobRecommendation& job, const Finding& finding, const JobGraph& graph) {
  const std::string meaning = finding.kind == FindingKind::kNoRoom ? NoRoomText(job, finding) : Meaning(finding);
  if (finding.role) return absl::StrCat(Name(*finding.role), ": ", meaning);
  if (finding.vertex < 0) return meaning;
  return absl::StrCat(NameOf(graph.vertices[static_cast<size_t>(finding.vertex)]), ": ", meaning);
}

const char* Name(FindingKind kind) {
  switch (kind) {
    case FindingKind::kHotKey:
      return "hot-key";
    case FindingKind::kKeyGroupSkew:
      return "key-group-skew";
    case FindingKind::kPartitionSkew:
      return "partition-skew";
    case FindingKind::kUnevenLoad:
      return "uneven-load";
    case FindingKind::kSlowBlocking:
      return "slow-blocking";
    case FindingKind::kSlowComputing:
      return "slow-computing";
    case FindingKind::kSlowUnknown:
      return "slow-unknown";
    case FindingKind::kGcBound:
      return "gc-bound";
    case FindingKind::kBottleneck:
      return "bottleneck";
    case FindingKind::kHidden:
      return "hidden";
    case FindingKind::kBackPressured:
      return "back-pressured";
    case FindingKind::kDemandHidden:
      return "demand-hidden";
    case FindingKind::kWarmingUp:
      return "warming-up";
    case FindingKind::kCatchingUp:
      return "catching-up";
    case FindingKind::kRestarting:
      return "restarting";
    case FindingKind::kCheckpointBound:
      return "checkpoint-bound";
    case FindingKind::kThinData:
      return "thin-data";
    case FindingKind::kStaleMetrics:
      return "stale-metrics";
    case FindingKind::kNotMeasured:
      return "not-measured";
    case FindingKind::kGraphInferred:
      return "graph-inferred";
    case FindingKind::kInfeasible:
      return "infeasible";
    case FindingKind::kLeak:
      return "leak";
    case FindingKind::kHeapExhausted:
      return "heap-exhausted";
    case FindingKind::kOomKilled:
      return "oom-killed";
    case FindingKind::kNativeMemory:
      return "native-memory";
    case FindingKind::kDirtyCache:
      return "dirty-cache";
    case FindingKind::kThrottled:
      return "throttled";
    case FindingKind::kNoRoom:
      return "no-room";
  }
  return "";
}

const char* Name(Action action) {
  switch (action) {
    case Action::kHold:
      return "hold";
    case Action::kRaise:
      return "raise";
    case Action::kLower:
      return "lower";
    case Action::kPerson:
      return "person";
  }
  return "";
}

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kEstimated:
      return "estimated";
    case Verdict::kLowerBound:
      return "lower-bound";
    case Verdict::kExcluded:
      return "excluded";
    case Verdict::kThinData:
      return "thin-data";
    case Verdict::kNotMeasured:
      return "not-measured";
  }
  return "";
}

const char* Name(Timeliness timeliness) {
  switch (timeliness) {
    case Timeliness::kUnknown:
      return "lag-unknown";
    case Timeliness::kOnTime:
      return "on-time";
    case Timeliness::kDelayed:
      return "delayed";
  }
  return "";
}

const char* Name(Confidence confidence) {
  switch (confidence) {
    case Confidence::kLow:
      return "low";
    case Confidence::kMedium:
      return "medium";
    case Confidence::kHigh:
      return "high";
  }
  return "";
}

std::string VertexSummary(const JobRecommendation& job, int vertex, const JobGraph& graph) {
  const VertexRecommendation& r = job.vertices[static_cast<size_t>(vertex)];
  const std::string name = NameOf(graph.vertices[static_cast<size_t>(vertex)]);
  switch (r.action) {
    case Action::kRaise:
      return absl::StrCat(name, ": raise from ", r.now, " to ", r.at_least ? "at least " : "", r.wanted);
    case Action::kLower:
      return absl::StrCat(name, ": lower from ", r.now, " to ", r.wanted);
    case Action::kPerson:
      return absl::StrCat(name, ": needs a person; stays at ", r.now);
    case Action::kHold:
      break;
  }
  if (r.verdict == Verdict::kEstimated && r.needed < r.now) {
    return absl::StrCat(name, ": keep ", r.now, "; ", r.needed, " would do, but ", WhyKept(job, vertex));
  }
  return absl::StrCat(name, ": keep ", r.now);
}

}  // namespace tune
