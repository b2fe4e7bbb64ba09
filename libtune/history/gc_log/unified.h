// Messages of unified logs (JDK 9 and later) -> collections. Tags and levels are not looked at: logs may lack them, and
// every message tells by its words what it is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libtune/history/gc_log/collection_queue.h"
#include "libtune/history/gc_log/cursor.h"
#include "libtune/history/gc_log/stamp.h"

namespace tune {

// G1's regions of one kind, before and after; -1: not told.
struct RegionCount {
  int64_t before = -1;
  int64_t after = -1;
  int64_t target = -1;
  bool told() const { return before >= 0 && after >= 0; }
};

// A collection of which the log has told something, but not yet all.
struct OpenCollection {
  Collection collection;
  bool is_cycle = false;    // a concurrent cycle; a pause inside it has the same number
  bool started = false;     // its first line was seen
  bool has_phases = false;  // a cycle that did something
  char statistics = '\0';   // which of ZGC's tables comes: h(eap), y(oung), o(ld)
  int64_t young_live = -1;  // ZGC: bytes, -1: not told
  RegionCount eden, survivor, old, humongous;
};

class UnifiedParser {
 public:
  explicit UnifiedParser(CollectionQueue& queue) : queue_(queue) {}

  // False: `message` (a line without its decorations) is nothing of the collector's.
  bool Take(std::string_view message, const Stamp& stamp);
  // The log or its JVM ends here.
  void Flush();
  // A pause has begun and not ended.
  bool in_pause() const {
    return std::any_of(open_.begin(), open_.end(), [](const OpenCollection& o) { return o.started && !o.is_cycle; });
  }

 private:
  // unified.cc: the messages that begin with GC(number).
  void TakeNumbered(int64_t number, std::string_view body, const Stamp& stamp);
  void TakePause(int64_t number, std::string_view body, const Stamp& stamp);
  void TakeCpu(int64_t number, std::string_view body);
  void CheckNumber(int64_t number);
  void EmitEnded();
  OpenCollection* Find(int64_t number, bool is_cycle);
  OpenCollection& Obtain(int64_t number, bool is_cycle);
  void Close(OpenCollection* open);

  // unified_nested.cc: collections inside others.
  void EndPause(int64_t number, OpenCollection open);
  double WithoutYoungInRemark(CollectionKind kind, const std::string& cause, double seconds);

  // unified_spaces.cc: what a space held before and after.
  bool TakeSpace(int64_t number, std::string_view body);
  bool TakeRegions(int64_t number, std::string_view body);
  void SumRegions(OpenCollection& open);
  std::optional<Bytes> RegionSize(const OpenCollection& open);

  // unified_cycles.cc: concurrent collections.
  void TakeConcurrent(int64_t number, std::string_view body, const Stamp& stamp);
  void TakeCyclePause(int64_t number, std::string_view name, double seconds, const Stamp& stamp);
  void TakeZCollection(int64_t number, std::string_view body, const Stamp& stamp);
  void TakeZTable(OpenCollection& open, std::string_view row);
  OpenCollection& ObtainPhase(int64_t number, const Stamp& stamp);
  void EndCycle(OpenCollection* open, const Stamp& stamp);
  void EndOtherCycles(int64_t number);
  void SetEnd(Collection& collection, const Stamp& stamp);

  // unified_facts.cc: messages without a number.
  bool TakeFact(std::string_view message);
  bool TakeSizeFact(std::string_view message);
  bool TakeUsing(std::string_view name);
  void TakeTrigger(std::string_view text);

  CollectionQueue& queue_;
  std::vector<OpenCollection> open_;   // in the order of their first lines
  std::vector<OpenCollection> ended_;  // pauses whose CPU time may still come
  int64_t highest_number_ = -1;        // of pauses
  double young_in_remark_s_ = 0;       // CMS: pauses of young collections inside the remark that is under way
  bool using_seen_ = false;            // this JVM has said which collector it uses
  std::string trigger_;                // Shenandoah: why the next cycle comes
};

}  // namespace tune
