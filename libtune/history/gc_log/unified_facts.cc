#include <cctype>

#include "libtune/history/gc_log/unified.h"

namespace tune {
namespace {

// `text` without the brackets and the clauses behind a comma that hold figures, which differ every time.
std::string WithoutFigures(std::string_view text) {
  std::string kept;
  Cursor cursor(text);
  while (!cursor.empty()) {
    if (cursor.front() == '(') {
      Cursor ahead = cursor;
      const std::string_view group = ahead.Parenthesis();
      const bool figures = group.find_first_of("0123456789") != std::string_view::npos;
      if (!group.empty() && figures) {
        if (!kept.empty() && kept.back() == ' ') kept.pop_back();
        cursor = ahead;
        continue;
      }
    }
    if (cursor.rest().starts_with(", ")) {
      const std::string_view clause = cursor.rest().substr(0, cursor.rest().find(", ", 2));
      if (clause.find_first_of("0123456789") != std::string_view::npos) {
        cursor.Advance(clause.size());
        continue;
      }
    }
    kept += cursor.front();
    cursor.Advance(1);
  }
  return CutText(kept);
}

Collector CollectorOf(std::string_view name) {
  if (name.starts_with("G1")) return Collector::kG1;
  if (name.starts_with("Serial")) return Collector::kSerial;
  if (name.starts_with("Parallel")) return Collector::kParallel;
  if (name.starts_with("Concurrent Mark Sweep")) return Collector::kCms;
  if (name.find("Shenandoah") != std::string_view::npos) return Collector::kShenandoah;
  if (name.starts_with("The Z") || name.starts_with("Z")) return Collector::kZ;
  if (name.starts_with("Epsilon")) return Collector::kEpsilon;
  return Collector::kUnknown;
}

}  // namespace

bool UnifiedParser::TakeFact(std::string_view message) {
  if (message.empty()) return false;
  Cursor cursor(message);
  switch (message.front()) {
    case 'U':
      return cursor.Skip("Using ") && TakeUsing(cursor.rest());
    case 'V':
      if (!cursor.Skip("Version: ")) return false;
      queue_.outline().jvm_version = CutText(cursor.rest());
      return true;
    case 'T':
      if (!cursor.Skip("Trigger")) return false;
      if (cursor.Skip(" (")) cursor.SkipPast(")");  // which generation
      if (!cursor.Skip(": ")) return false;
      TakeTrigger(cursor.rest());
      return true;
    case 'P':
      if (!message.starts_with("Promotion failed")) return false;
      for (size_t i = open_.size(); i-- > 0;) {
        if (open_[i].is_cycle || !open_[i].started) continue;
        open_[i].collection.failure = "Promotion failed";
        break;
      }
      return true;
    case 'A': {
      if (!cursor.Skip("Allocation Stall (") || !cursor.SkipPast(") ")) return false;
      const std::optional<double> ms = cursor.Number();
      if (!ms || cursor.rest() != "ms") return false;
      ++queue_.outline().allocation_stalls;
      queue_.outline().allocation_stall_s += *ms / 1e3;
      return true;
    }
    default:
      return TakeSizeFact(message);
  }
}

bool UnifiedParser::TakeSizeFact(std::string_view message) {
  struct Name {
    std::string_view text;
    std::optional<Bytes> GcLogOutline::* fact;
  };
  constexpr Name kNames[] = {
      {"Heap region size: ", &GcLogOutline::region_size},       {"Heap Region Size: ", &GcLogOutline::region_size},
      {"Heap Min Capacity: ", &GcLogOutline::min_heap},         {"Min Capacity: ", &GcLogOutline::min_heap},
      {"Heap Initial Capacity: ", &GcLogOutline::initial_heap}, {"Initial Capacity: ", &GcLogOutline::initial_heap},
      {"Heap Max Capacity: ", &GcLogOutline::max_heap},         {"Max Capacity: ", &GcLogOutline::max_heap}};
  for (const Name& name : kNames) {
    Cursor cursor(message);
    if (!cursor.Skip(name.text)) continue;
    const std::optional<Bytes> size = cursor.Size();
    if (size && size->value() > 0) queue_.outline().*name.fact = size;
    return true;
  }
  Cursor cursor(message);
  if (cursor.Skip("Heap address: ") && cursor.SkipPast("size: ")) {  // "64 MB": what is reserved, the largest heap
    const std::optional<int64_t> mib = cursor.Integer();
    constexpr int64_t kMostMib = int64_t{1} << 30;
    if (mib && *mib <= kMostMib && cursor.Skip(" MB")) queue_.outline().max_heap = Bytes(*mib << 20);
    return true;
  }
  // Epsilon collects nothing, but tells how much it holds.
  return message.starts_with("Heap: ") || message.starts_with("Cancelling GC") ||
         message.starts_with("Initializing ") || message.starts_with("Free: ");
}

// A JVM says once which collector it uses.
bool UnifiedParser::TakeUsing(std::string_view name) {
  const Collector collector = CollectorOf(name);
  if (collector == Collector::kUnknown) return false;
  if (using_seen_) {
    Flush();
    queue_.Restart();
  }
  using_seen_ = true;
  queue_.outline().collector = collector;
  return true;
}

void UnifiedParser::TakeTrigger(std::string_view text) {
  queue_.Infer(Collector::kShenandoah);
  trigger_ = WithoutFigures(text);
}

}  // namespace tune
