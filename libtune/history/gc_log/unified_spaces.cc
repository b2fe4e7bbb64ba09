#include <algorithm>

#include "libtune/history/gc_log/unified.h"

namespace tune {
namespace {

// "17294K->2176K(19648K)", and since JDK 14 "29326K(29504K)->0K(29504K)". False: something else, or cut off.
bool TakeChange(Cursor& cursor, SpaceChange& change) {
  SpaceChange read;
  const auto skip_capacity = [&cursor, &read] {
    if (!cursor.Skip("(")) return true;
    read.capacity = cursor.Size();
    return read.capacity.has_value() && cursor.Skip(")");
  };
  read.before = cursor.Size();
  if (!read.before || !skip_capacity() || !cursor.Skip("->")) return false;
  read.capacity.reset();
  read.after = cursor.Size();
  if (!read.after || !skip_capacity()) return false;
  change = read;
  return true;
}

}  // namespace

bool UnifiedParser::TakeSpace(int64_t number, std::string_view body) {
  if (TakeRegions(number, body)) return true;
  struct Name {
    std::string_view text;
    SpaceChange Collection::* space;
    Collector collector;
  };
  constexpr Name kNames[] = {
      {"DefNew: ", &Collection::young, Collector::kSerial},
      {"Tenured: ", &Collection::old, Collector::kSerial},
      {"PSYoungGen: ", &Collection::young, Collector::kParallel},
      {"ParOldGen: ", &Collection::old, Collector::kParallel},
      {"PSOldGen: ", &Collection::old, Collector::kParallel},
      {"ParNew: ", &Collection::young, Collector::kCms},
      {"CMS: ", &Collection::old, Collector::kCms},
      {"Old: ", &Collection::old, Collector::kCms},
      {"Metaspace: ", &Collection::metaspace, Collector::kUnknown},
  };
  for (const Name& name : kNames) {
    Cursor cursor(body);
    if (!cursor.Skip(name.text)) continue;
    SpaceChange change;
    if (!TakeChange(cursor, change)) return name.collector != Collector::kUnknown;
    if (name.collector != Collector::kUnknown) queue_.Infer(name.collector);
    // "Old" is of CMS's cycle; the metaspace is told in the cycles of ZGC and Shenandoah too.
    OpenCollection* open = Find(number, name.text == "Old: " || Find(number, false) == nullptr);
    if (open == nullptr && name.text == "Old: ") return true;
    if (open == nullptr) open = &Obtain(number, false);
    Collection& c = open->collection;
    c.*name.space = change;
    // Up to JDK 15 the figure in brackets is what is reserved, 1 GiB and more; later ones tell NonClass and Class too.
    if (name.collector == Collector::kUnknown && body.find("NonClass:") == std::string_view::npos) {
      c.metaspace.capacity.reset();
    }
    if (cursor.SkipPast("From: ")) TakeChange(cursor, c.survivor);
    return true;
  }
  return false;
}

// "Eden regions: 7->0(4)", "Old regions: 0->6".
bool UnifiedParser::TakeRegions(int64_t number, std::string_view body) {
  struct Name {
    std::string_view text;
    RegionCount OpenCollection::* count;
  };
  constexpr Name kNames[] = {{"Eden regions: ", &OpenCollection::eden},
                             {"Survivor regions: ", &OpenCollection::survivor},
                             {"Old regions: ", &OpenCollection::old},
                             {"Humongous regions: ", &OpenCollection::humongous}};
  for (const Name& name : kNames) {
    Cursor cursor(body);
    if (!cursor.Skip(name.text)) continue;
    const std::optional<int64_t> before = cursor.Integer();
    if (!before || !cursor.Skip("->")) return true;
    const std::optional<int64_t> after = cursor.Integer();
    if (!after) return true;
    RegionCount count{*before, *after, -1};
    if (cursor.Skip("(")) count.target = cursor.Integer().value_or(-1);
    queue_.Infer(Collector::kG1);
    Obtain(number, false).*name.count = count;
    return true;
  }
  return false;
}

// The size of a region, if the log has not told it (its start is missing): a power of two of 1 MiB and more. Too small
// is one whose regions could not hold what the heap held; too large one whose regions are more than the heap. Only when
// that leaves a single one it is the size.
std::optional<Bytes> UnifiedParser::RegionSize(const OpenCollection& open) {
  std::optional<Bytes>& size = queue_.outline().region_size;
  const SpaceChange& heap = open.collection.heap;
  if (size || !heap.before || !heap.capacity) return size;
  if (!open.eden.told() || !open.survivor.told() || !open.old.told() || !open.humongous.told()) return size;
  const int64_t regions = open.eden.before + open.survivor.before + open.old.before + open.humongous.before;
  constexpr int64_t kLeast = int64_t{1} << 20, kLargest = int64_t{512} << 20;
  if (regions <= 0 || regions > (int64_t{1} << 30)) return size;
  int64_t fit = kLeast;
  while (fit < kLargest && regions * fit < heap.before->value()) fit *= 2;
  if (regions * fit >= heap.before->value() && regions * fit * 2 > heap.capacity->value()) size = Bytes(fit);
  return size;
}

void UnifiedParser::SumRegions(OpenCollection& open) {
  if (!open.old.told() && !open.eden.told()) return;
  const std::optional<Bytes> size = RegionSize(open);
  if (!size) return;
  constexpr int64_t kMost = int64_t{1} << 30;  // regions; more is no heap
  const int64_t all = std::max({open.eden.before, open.survivor.before, open.old.before, open.humongous.before,
                                open.eden.after, open.survivor.after, open.old.after, open.humongous.after});
  if (all > kMost || size->value() > (int64_t{1} << 30)) return;
  const auto bytes = [&size](int64_t regions) { return *size * regions; };
  Collection& c = open.collection;
  if (open.survivor.told()) c.survivor = {bytes(open.survivor.before), bytes(open.survivor.after), std::nullopt};
  if (open.humongous.told()) c.humongous = {bytes(open.humongous.before), bytes(open.humongous.after), std::nullopt};
  if (open.eden.told() && open.survivor.told()) {
    c.young = {bytes(open.eden.before + open.survivor.before), bytes(open.eden.after + open.survivor.after),
               std::nullopt};
    if (open.eden.target >= 0) c.young.capacity = bytes(open.eden.target + open.survivor.after);
  }
  if (open.old.told()) {
    const int64_t humongous_before = std::max<int64_t>(open.humongous.before, 0);
    const int64_t humongous_after = std::max<int64_t>(open.humongous.after, 0);
    c.old = {bytes(open.old.before + humongous_before), bytes(open.old.after + humongous_after), std::nullopt};
  }
}

}  // namespace tune
