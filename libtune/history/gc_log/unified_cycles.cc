#include <algorithm>
#include <utility>

#include "libtune/history/gc_log/unified.h"

namespace tune {
namespace {

// "… 3.711ms" at the end of `body`.
std::optional<double> DurationAtEnd(std::string_view body) {
  const size_t blank = body.rfind(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  Cursor cursor(body.substr(blank + 1));
  const std::optional<double> number = cursor.Number();
  if (!number) return std::nullopt;
  if (cursor.rest() == "ms") return *number / 1e3;
  if (cursor.rest() == "s") return number;
  return std::nullopt;
}

// "160M(100%)->98M(61%)". False: something else.
bool TakePercentChange(Cursor& cursor, SpaceChange& change) {
  const std::optional<Bytes> before = cursor.Size();
  if (!before || cursor.Parenthesis().empty() || !cursor.Skip("->")) return false;
  const std::optional<Bytes> after = cursor.Size();
  if (!after || cursor.Parenthesis().empty()) return false;
  change.before = before;
  change.after = after;
  return true;
}

// "160M (100%)  -  38M (24%)": the columns of ZGC's tables.
std::optional<Bytes> TakeColumn(Cursor& cursor) {
  cursor.SkipBlanks();
  if (cursor.Skip("-")) return std::nullopt;
  const std::optional<Bytes> size = cursor.Size();
  cursor.SkipBlanks();
  cursor.Parenthesis();
  return size;
}

bool IsWholeG1Cycle(std::string_view body) {
  return body.starts_with("Concurrent Cycle") || body.starts_with("Concurrent Mark Cycle") ||
         body.starts_with("Concurrent Undo Cycle");
}

}  // namespace

void UnifiedParser::TakeConcurrent(int64_t number, std::string_view body, const Stamp& stamp) {
  const std::optional<double> seconds = DurationAtEnd(body);
  if (IsWholeG1Cycle(body)) {
    queue_.Infer(Collector::kG1);
    OpenCollection& open = Obtain(number, true);
    open.started = true;
    if (!seconds) return;
    open.collection.name = body.substr(0, body.rfind(' '));
    open.collection.concurrent_s = std::max(0.0, *seconds - open.collection.pause_s);
    return EndCycle(&open, stamp);
  }
  const Collector collector = queue_.outline().collector;
  if (collector == Collector::kG1 || !seconds) return;  // phases of G1's cycle; announcements
  if (collector == Collector::kUnknown && body.starts_with("Concurrent reset ")) queue_.Infer(Collector::kShenandoah);
  OpenCollection& open = ObtainPhase(number, stamp);
  Collection& c = open.collection;
  c.concurrent_s += *seconds;
  if (body.starts_with(
          "Concurrent cleanup")) {  // Shenandoah: "Concurrent cleanup (unload classes) 80M->70M(96M) 0.1ms"
    Cursor cursor(body.substr(0, body.rfind(' ')));
    const size_t blank = cursor.rest().rfind(' ');
    cursor.Advance(blank == std::string_view::npos ? 0 : blank + 1);
    const std::optional<Bytes> before = cursor.Size();
    if (before && cursor.Skip("->")) {
      if (!c.heap.before) c.heap.before = before;
      c.heap.after = cursor.Size();
      if (cursor.Skip("(")) c.heap.capacity = cursor.Size();
    }
  }
  if (collector == Collector::kCms && body.starts_with("Concurrent Reset")) {
    EndCycle(&open, stamp);
  }
}

// A pause of a cycle whose pauses are not collections of their own.
void UnifiedParser::TakeCyclePause(int64_t number, std::string_view name, double seconds, const Stamp& stamp) {
  const bool shenandoah = name.starts_with("Pause Init ") || name.starts_with("Pause Final ");
  queue_.Infer(shenandoah ? Collector::kShenandoah : Collector::kZ);
  OpenCollection& open = ObtainPhase(number, stamp);
  open.collection.pause_s += seconds;
  open.collection.longest_pause_s = std::max(open.collection.longest_pause_s, seconds);
}

// The cycle that a phase belongs to.
OpenCollection& UnifiedParser::ObtainPhase(int64_t number, const Stamp& stamp) {
  if (queue_.outline().collector == Collector::kShenandoah) EndOtherCycles(number);
  OpenCollection& open = Obtain(number, true);
  if (!open.has_phases) {
    open.has_phases = true;
    open.collection.kind = CollectionKind::kConcurrent;
    open.collection.name = "Concurrent Cycle";
    open.collection.cause = std::exchange(trigger_, "");
  }
  SetEnd(open.collection, stamp);
  return open;
}

void UnifiedParser::EndCycle(OpenCollection* open, const Stamp& stamp) {
  EmitEnded();
  Collection c = std::move(open->collection);
  Close(open);
  if (c.kind == CollectionKind::kOther) c.kind = CollectionKind::kConcurrent;  // G1's, which has nothing but an end
  const Collector collector = queue_.outline().collector;
  if (collector == Collector::kG1 || collector == Collector::kCms) c.pause_s = 0;  // its pauses are told apart
  SetEnd(c, stamp);
  queue_.Emit(c);
}

// Shenandoah does not say that a cycle has ended, nor does CMS of one that was cut short: it has when another begins.
void UnifiedParser::EndOtherCycles(int64_t number) {
  for (size_t i = 0; i < open_.size();) {
    OpenCollection& open = open_[i];
    if (!open.is_cycle || open.collection.number == number || !open.has_phases) {
      ++i;
      continue;
    }
    const Stamp end{open.collection.time_ms, open.collection.uptime_s};
    EndCycle(&open, end);
  }
}

// Lines of ZGC: "Garbage Collection (cause) 160M(100%)->98M(61%)", since JDK 21 "Minor Collection" and "Major
// Collection" too, whose phases and tables begin with y:, Y: or O:.
void UnifiedParser::TakeZCollection(int64_t number, std::string_view body, const Stamp& stamp) {
  if (body.front() == ' ') {
    if (queue_.outline().collector != Collector::kZ) return;
    if (OpenCollection* open = Find(number, true); open != nullptr) TakeZTable(*open, body);
    return;
  }
  if (body.size() > 3 && body.substr(1, 2) == ": ") {
    OpenCollection& open = Obtain(number, true);
    Cursor cursor(body.substr(3));
    const std::optional<double> seconds = DurationAtEnd(body);
    if (cursor.front() == ' ') return TakeZTable(open, cursor.rest());
    if (cursor.rest() == "Heap Statistics:") open.statistics = 'h';
    if (cursor.rest() == "Young Generation Statistics:") open.statistics = 'y';
    if (cursor.rest() == "Old Generation Statistics:") open.statistics = 'o';
    if (cursor.Skip("Pause ") && seconds) TakeCyclePause(number, "Pause Mark ", *seconds, stamp);
    if (cursor.Skip("Concurrent ") && seconds) open.collection.concurrent_s += *seconds;
    return;
  }
  const size_t group = body.find('(');
  if (group == std::string_view::npos || !body.substr(0, group).ends_with("Collection ")) return;
  queue_.Infer(Collector::kZ);
  const bool minor = body.starts_with("Minor");
  OpenCollection* known = Find(number, true);
  Cursor cursor(body.substr(group));
  const std::string_view cause = cursor.Parenthesis();
  cursor.SkipBlanks();
  SpaceChange heap;
  const bool result = TakePercentChange(cursor, heap);
  if (known == nullptr && !(result && body.starts_with("Major"))) CheckNumber(number);
  OpenCollection& open = Obtain(number, true);
  open.started = true;
  Collection& c = open.collection;
  if (cursor.rest().starts_with("Aborted")) return Close(&open);
  if (!result) return;
  c.kind = minor ? CollectionKind::kYoung : CollectionKind::kConcurrent;
  c.name = body.substr(0, group - 1);
  c.cause = cause;
  c.heap.before = heap.before;
  c.heap.after = heap.after;
  if (minor) {
    c.marked_live.reset();
    // Lines of two JVMs may have met under one number.
    const bool holds_young = c.young.before <= heap.before && c.young.after <= heap.after;
    if (c.young.before && c.young.after && holds_young) {
      c.old = {*heap.before - *c.young.before, *heap.after - *c.young.after, {}};
    }
  }
  EndCycle(&open, stamp);
}

// A row of ZGC's statistics. Columns: mark start, mark end, relocate start, relocate end.
void UnifiedParser::TakeZTable(OpenCollection& open, std::string_view row) {
  Cursor cursor(row);
  cursor.SkipBlanks();
  Collection& c = open.collection;
  const char which = open.statistics == '\0' ? 'h' : open.statistics;
  const bool used = cursor.Skip("Used: "), live = !used && cursor.Skip("Live: ");
  if (!used && !live) {
    if (which != 'h' || !cursor.Skip("Capacity: ")) return;
    for (int i = 0; i < 3; ++i) TakeColumn(cursor);
    c.heap.capacity = TakeColumn(cursor);
    return;
  }
  const std::optional<Bytes> mark_start = TakeColumn(cursor), mark_end = TakeColumn(cursor);
  TakeColumn(cursor);
  const std::optional<Bytes> relocate_end = TakeColumn(cursor);
  if (used && which != 'h') {
    SpaceChange& space = which == 'y' ? c.young : c.old;
    if (which == 'o' || !space.before) space.before = mark_start;
    space.after = relocate_end;
  }
  if (!live || !mark_end) return;
  // A major collection first promotes all of the young generation, so that what is old at the end of its own marking,
  // and what the young one's last marking found, are all that lives.
  if (which == 'y') open.young_live = mark_end->value();
  if (which == 'h') c.marked_live = mark_end;
  if (which == 'o') c.marked_live = *mark_end + Bytes(std::max<int64_t>(open.young_live, 0));
}

}  // namespace tune
