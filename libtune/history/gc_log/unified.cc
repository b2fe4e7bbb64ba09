#include "libtune/history/gc_log/unified.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tune {
namespace {

constexpr size_t kMostOpen = 64;  // collections that may be under way at once; more are a log with lines missing

// "Pause Young (Mixed) (G1 Evacuation Pause) 23M->12M(96M) 4.019ms"; a line that announces a pause ends before the
// sizes.
struct PauseLine {
  std::string_view name;     // Pause Young (Mixed)
  std::string_view type;     // Mixed
  std::string_view cause;    // G1 Evacuation Pause
  std::string_view failure;  // Evacuation Failure: Allocation
  SpaceChange heap;
  std::optional<double> seconds;  // nullopt: it starts only
};

bool IsTypeOfPause(std::string_view group) {
  constexpr std::array<std::string_view, 4> kTypes = {"Normal", "Mixed", "Prepare Mixed", "Concurrent Start"};
  return std::find(kTypes.begin(), kTypes.end(), group) != kTypes.end();
}

// 4.019ms, or 0.004s.
std::optional<double> TakeDuration(Cursor& cursor) {
  const std::optional<double> number = cursor.Number();
  if (!number) return std::nullopt;
  if (cursor.Skip("ms")) return *number / 1e3;
  if (cursor.Skip("s")) return number;
  return std::nullopt;
}

// Behind the words: sizes, if they are told, and the duration.
void TakeFigures(Cursor& cursor, PauseLine& line) {
  const Cursor start = cursor;
  SpaceChange heap;
  heap.before = cursor.Size();
  if (!heap.before || !cursor.Skip("->")) {
    cursor = start;
    line.seconds = TakeDuration(cursor);
    return;
  }
  heap.after = cursor.Size();
  if (!heap.after) return;
  if (cursor.Skip("(")) {
    heap.capacity = cursor.Size();
    if (!cursor.Skip(")")) return;
  }
  cursor.SkipBlanks();
  if (cursor.Skip("(")) {  // JDK 9: (0.015s, 0.023s), when it began and ended
    if (!cursor.SkipPast(")")) return;
    cursor.SkipBlanks();
  }
  line.seconds = TakeDuration(cursor);
  if (line.seconds) line.heap = heap;
}

PauseLine ReadPause(std::string_view body) {
  PauseLine line;
  Cursor cursor(body);
  std::array<std::string_view, 4> groups;
  size_t count = 0, words = body.size();
  for (;;) {
    size_t at = 0;
    const std::string_view rest = cursor.rest();
    while (at < rest.size() && rest[at] != '(' && (rest[at] < '0' || rest[at] > '9')) ++at;
    cursor.Advance(at);
    if (cursor.front() != '(') break;
    if (count == 0) words = body.size() - cursor.rest().size();
    const std::string_view group = cursor.Parenthesis();
    if (group.empty()) return line;
    if (count < groups.size()) groups[count++] = group;
  }
  if (count == 0) words = body.size() - cursor.rest().size();
  if (count > 0 && groups[count - 1].starts_with("Evacuation Failure")) line.failure = groups[--count];
  line.name = body.substr(0, words);
  while (!line.name.empty() && line.name.back() == ' ') line.name.remove_suffix(1);
  if (count >= 2 || (count == 1 && IsTypeOfPause(groups[0]))) {
    line.type = groups[0];
    line.name = body.substr(0, static_cast<size_t>(groups[0].data() - body.data()) + groups[0].size() + 1);
  }
  if (count >= 2 || (count == 1 && line.type.empty())) line.cause = groups[count - 1];
  TakeFigures(cursor, line);
  return line;
}

CollectionKind KindOf(const PauseLine& line, Collector collector) {
  if (line.name.starts_with("Pause Full")) return CollectionKind::kFull;
  if (line.name.starts_with("Pause Mixed") || line.type == "Mixed") return CollectionKind::kMixed;
  if (line.name.starts_with("Pause Young") || line.name.starts_with("Pause Incremental")) return CollectionKind::kYoung;
  if (line.name.starts_with("Pause Remark")) return CollectionKind::kRemark;
  if (line.name.starts_with("Pause Cleanup")) return CollectionKind::kCleanup;
  // JDK 9's G1 begins a marking with a young collection of this name; CMS's pause has no cause.
  if (line.name.starts_with("Pause Initial Mark") && (collector == Collector::kG1 || !line.cause.empty())) {
    return CollectionKind::kYoung;
  }
  return CollectionKind::kOther;
}

bool IsPhaseOfCycle(std::string_view name) {
  return name.starts_with("Pause Init ") || name.starts_with("Pause Final ") || name.starts_with("Pause Mark ") ||
         name.starts_with("Pause Relocate ");
}

// Whether a cycle may end without a line that says so: CMS's when a full collection cuts it short.
bool EndsUntold(Collector collector) { return collector == Collector::kShenandoah || collector == Collector::kCms; }

void AddFailure(Collection& collection, std::string_view failure) {
  if (failure.empty()) return;
  if (!collection.failure.empty()) collection.failure += ", ";
  collection.failure += failure;
}

}  // namespace

OpenCollection* UnifiedParser::Find(int64_t number, bool is_cycle) {
  for (size_t i = open_.size(); i-- > 0;) {
    if (open_[i].collection.number == number && open_[i].is_cycle == is_cycle) return &open_[i];
  }
  return nullptr;
}

OpenCollection& UnifiedParser::Obtain(int64_t number, bool is_cycle) {
  if (OpenCollection* found = Find(number, is_cycle); found != nullptr) return *found;
  if (open_.size() >= kMostOpen) {
    open_.erase(open_.begin());
    queue_.LeaveOut(kNoEnd);
  }
  open_.emplace_back();
  open_.back().collection.number = number;
  open_.back().is_cycle = is_cycle;
  return open_.back();
}

void UnifiedParser::Close(OpenCollection* open) { open_.erase(open_.begin() + (open - open_.data())); }

void UnifiedParser::SetEnd(Collection& collection, const Stamp& stamp) {
  collection.time_ms = stamp.time_ms;
  collection.uptime_s = stamp.uptime_s;
}

void UnifiedParser::EmitEnded() {
  for (OpenCollection& ended : ended_) queue_.Emit(ended.collection);
  ended_.clear();
}

void UnifiedParser::Flush() {
  EmitEnded();
  for (OpenCollection& open : open_) {
    if (open.is_cycle) {
      if (open.has_phases && EndsUntold(queue_.outline().collector)) queue_.Emit(open.collection);
    } else if (open.started) {
      queue_.LeaveOut(kNoEnd);
    }
  }
  open_.clear();
  highest_number_ = -1;
  young_in_remark_s_ = 0;
  using_seen_ = false;
  trigger_.clear();
}

// A number that does not rise is another JVM's.
void UnifiedParser::CheckNumber(int64_t number) {
  const bool encloses_full = !ended_.empty() && ended_.back().collection.kind == CollectionKind::kFull &&
                             ended_.back().collection.number == number + 1;
  if (number <= highest_number_ && !encloses_full) {
    Flush();
    queue_.Restart();
  }
  highest_number_ = std::max(highest_number_, number);
}

bool UnifiedParser::Take(std::string_view message, const Stamp& stamp) {
  Cursor cursor(message);
  if (!cursor.Skip("GC(")) return TakeFact(message);
  const std::optional<int64_t> number = cursor.Integer();
  if (!number || !cursor.Skip(") ")) return TakeFact(message);
  TakeNumbered(*number, cursor.rest(), stamp);
  return true;
}

void UnifiedParser::TakeNumbered(int64_t number, std::string_view body, const Stamp& stamp) {
  if (body.empty()) return;
  switch (body.front()) {
    case 'P':
      if (body.starts_with("Pause ")) return TakePause(number, body, stamp);
      break;
    case 'C':
      if (body.starts_with("Concurrent ")) return TakeConcurrent(number, body, stamp);
      break;
    case 'U':
      return TakeCpu(number, body);
    case 'T':
      if (body.starts_with("To-space exhausted")) return AddFailure(Obtain(number, false).collection, body);
      break;
    case 'G':
    case 'y':
    case 'Y':
    case ' ':
      return TakeZCollection(number, body, stamp);
    default:
      break;
  }
  if (!TakeSpace(number, body) && (body.front() == 'M' || body.front() == 'O')) TakeZCollection(number, body, stamp);
}

void UnifiedParser::TakePause(int64_t number, std::string_view body, const Stamp& stamp) {
  const PauseLine line = ReadPause(body);
  if (line.name.empty()) return;
  if (IsPhaseOfCycle(line.name)) {
    if (line.seconds) TakeCyclePause(number, line.name, *line.seconds, stamp);
    return;
  }
  if (line.type == "Normal" || line.cause.starts_with("G1 ")) queue_.Infer(Collector::kG1);
  if (line.name.starts_with("Pause Degenerated")) queue_.Infer(Collector::kShenandoah);
  const CollectionKind kind = KindOf(line, queue_.outline().collector);
  const bool own_number = kind == CollectionKind::kYoung || kind == CollectionKind::kMixed ||
                          (kind == CollectionKind::kFull && queue_.outline().collector != Collector::kShenandoah);
  OpenCollection* known = Find(number, false);
  if (own_number && (known == nullptr || (!line.seconds && known->started))) CheckNumber(number);
  if (queue_.outline().collector == Collector::kShenandoah ||
      (queue_.outline().collector == Collector::kCms && line.name.starts_with("Pause Initial Mark"))) {
    EndOtherCycles(number);
  }
  if (!line.seconds) {
    EmitEnded();
    Obtain(number, false).started = true;
    return;
  }
  OpenCollection ended;
  if (OpenCollection* open = Find(number, false); open != nullptr) {
    ended = std::move(*open);
    Close(open);
  }
  Collection& c = ended.collection;
  c.number = number;
  c.kind = kind;
  c.name = line.name;
  c.cause = line.cause;
  if (queue_.outline().collector == Collector::kShenandoah) {
    if (c.cause.empty()) c.cause = trigger_;
    trigger_.clear();
  }
  AddFailure(c, line.failure);
  c.starts_marking = line.type == "Concurrent Start" || line.name.starts_with("Pause Initial Mark");
  c.heap = line.heap;
  c.pause_s = c.longest_pause_s = WithoutYoungInRemark(kind, c.cause, *line.seconds);
  SetEnd(c, stamp);
  SumRegions(ended);
  if (OpenCollection* cycle = Find(number, true); cycle != nullptr) cycle->collection.pause_s += *line.seconds;
  EndPause(number, std::move(ended));
}

// "User=0.01s Sys=0.00s Real=0.01s", behind the collection that it belongs to.
void UnifiedParser::TakeCpu(int64_t number, std::string_view body) {
  Cursor cursor(body);
  if (!cursor.Skip("User=")) return;
  const std::optional<double> user = cursor.Number();
  if (!user || !cursor.Skip("s Sys=")) return;
  const std::optional<double> system = cursor.Number();
  if (!system || !cursor.SkipPast("Real=") || !cursor.Number() || !cursor.Skip("s")) return;
  const bool of_ended = std::any_of(ended_.begin(), ended_.end(), [number](const OpenCollection& ended) {
    return ended.collection.number == number;
  });
  if (of_ended) {
    ended_.back().collection.cpu_s += *user + *system;  // of both, where one was inside the other
    EmitEnded();
  } else if (OpenCollection* cycle = Find(number, true); cycle != nullptr) {
    cycle->collection.cpu_s += *user + *system;
  }
}

}  // namespace tune
