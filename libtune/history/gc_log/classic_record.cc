#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "libtune/history/gc_log/classic.h"
#include "libtune/history/gc_log/cursor.h"

namespace tune {
namespace {

// What stands in a record, bracket by bracket.
class RecordReader {
 public:
  explicit RecordReader(std::string_view record) : cursor_(record) {}

  void Read() {
    while (!cursor_.empty()) Step();
  }

  SpaceChange heap, young, old, metaspace;
  std::string_view old_name, young_name;  // "CMS", "ParNew"; empty: none
  std::string_view first;                 // behind the first bracket: "GC", "Full GC", "GC remark"
  std::vector<std::string_view> groups;   // in round brackets, those of the record itself
  std::string failure;
  std::optional<double> seconds;  // of the whole
  std::optional<Bytes> heap_now;  // "15000K(63360K)": at a remark
  bool initial_mark = false, remark = false;

 private:
  void Step() {
    const char c = cursor_.front();
    if (c == '[') return Enter();
    if (c == ']') {
      if (!names_.empty()) names_.pop_back();
      return cursor_.Advance(1);
    }
    if (c == '(') return Group();
    if (c == ',') return Comma();
    if (cursor_.AtDigit()) return Figures();
    if (c == '-' && cursor_.Skip("--")) return AddFailure("promotion failed");  // Parallel's sign for it
    cursor_.Advance(1);
  }

  // A name goes up to what is no part of one: "ParNew", "CMS Perm ", "1 CMS-remark", "GC remark".
  void Enter() {
    cursor_.Advance(1);
    const std::string_view rest = cursor_.rest();
    size_t length = rest.starts_with("1 ") ? 2 : 0;
    while (length < rest.size() && (std::isalpha(static_cast<unsigned char>(rest[length])) != 0 ||
                                    rest[length] == ' ' || (rest[length] == '-' && rest.substr(length, 2) != "--"))) {
      ++length;
    }
    std::string_view name = rest.substr(0, length);
    cursor_.Advance(length);
    if (name == "G" && cursor_.Skip("1Ergonomics")) name = "Ergonomics";
    if (name == "CMS CMS") name = "CMS";  // "[CMS CMS: abort preclean due to time …"
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (names_.empty() && first.empty()) first = name;
    initial_mark = initial_mark || name == "1 CMS-initial-mark";
    remark = remark || name == "1 CMS-remark" || name == "GC remark";
    names_.push_back(name);
  }

  void Group() {
    const std::string_view group = cursor_.Parenthesis();
    if (group.empty()) return cursor_.Advance(1);
    if (group == "concurrent mode failure" || group == "concurrent mode interrupted" || group == "promotion failed" ||
        group == "to-space exhausted" || group == "to-space overflow") {
      return AddFailure(group);
    }
    if (names_.size() == 1) groups.push_back(group);
  }

  void AddFailure(std::string_view what) {
    if (!failure.empty()) failure += ", ";
    failure += what;
  }

  // ", 0.0040346 secs"
  void Comma() {
    cursor_.Advance(1);
    cursor_.SkipBlanks();
    Cursor ahead = cursor_;
    const std::optional<double> number = ahead.Number();
    if (!number || !ahead.Skip(" secs")) return;
    cursor_ = ahead;
    if (names_.size() == 1) seconds = number;
  }

  // "6144K->1001K(23552K)", "12345K(43712K)", or a stamp inside the record.
  void Figures() {
    Cursor ahead = cursor_;
    const std::optional<Bytes> before = ahead.Size();
    if (!before) return SkipDigits();
    SpaceChange change{before, std::nullopt, std::nullopt};
    const bool has_unit = !(ahead.front() == ':' || ahead.front() == '.' || ahead.front() == ',');
    if (ahead.Skip("->")) {
      change.after = ahead.Size();
      if (change.after && ahead.Skip("(")) {
        change.capacity = ahead.Size();
        if (!change.capacity || !ahead.Skip(")")) return SkipDigits();
      }
      if (change.after) Assign(change);
    } else if (has_unit && ahead.Skip("(")) {
      AssignNow(*before, ahead.Size());
    }
    cursor_ = ahead;
  }

  // "12345K(43712K)": what a space holds at a mark or remark.
  void AssignNow(Bytes used, std::optional<Bytes> capacity) {
    if (names_.size() == 1) {
      heap_now = used;
      heap.capacity = capacity;
    } else if (!names_.empty() && names_.back().starts_with("1 CMS")) {
      old = {used, used, capacity};
    }
  }

  void SkipDigits() {
    while (cursor_.AtDigit()) cursor_.Advance(1);
  }

  void Assign(const SpaceChange& change) {
    const std::string_view name = names_.empty() ? std::string_view() : names_.back();
    if (names_.size() == 1) {
      heap = change;
    } else if (name == "DefNew" || name == "ParNew" || name == "PSYoungGen") {
      young = change;
      young_name = name;
    } else if (name == "Tenured" || name == "CMS" || name == "ParOldGen" || name == "PSOldGen") {
      old = change;
      old_name = name;
    } else if (name == "Metaspace" || name == "Perm" || name == "CMS Perm" || name == "PSPermGen") {
      metaspace = change;
      if (name == "Metaspace") metaspace.capacity.reset();  // what is reserved, not committed
    }
  }

  Cursor cursor_;
  std::vector<std::string_view> names_;  // of the brackets that are open
};

Collector CollectorOf(const RecordReader& r, Collector known) {
  if (r.young_name == "PSYoungGen") return Collector::kParallel;
  if (r.old_name == "CMS" || r.initial_mark || r.first.starts_with("CMS")) return Collector::kCms;
  if (r.first.starts_with("GC pause") || r.first == "GC cleanup" || r.first == "GC remark") return Collector::kG1;
  if (r.old_name == "Tenured") return Collector::kSerial;  // beside ParNew too (UseParNewGC alone)
  if (known != Collector::kUnknown) return known;
  if (r.young_name == "DefNew" || r.old_name == "Tenured") return Collector::kSerial;
  return r.young_name == "ParNew" ? Collector::kCms : known;  // the options say so where it is Serial's
}

CollectionKind KindOf(const RecordReader& r, bool mixed) {
  if (r.first.starts_with("Full GC") || !r.old_name.empty()) return CollectionKind::kFull;
  if (r.remark) return CollectionKind::kRemark;
  if (r.first == "GC cleanup") return CollectionKind::kCleanup;
  if (r.initial_mark) return CollectionKind::kOther;
  return mixed ? CollectionKind::kMixed : CollectionKind::kYoung;
}

// What of the heap is not young is old: exact for all collectors but G1.
void FillOld(Collection& c) {
  const SpaceChange& heap = c.heap;
  const SpaceChange& young = c.young;
  if (!c.old.before && heap.before && young.before && *heap.before >= *young.before) {
    c.old.before = *heap.before - *young.before;
  }
  if (!c.old.after && heap.after && young.after && *heap.after >= *young.after)
    c.old.after = *heap.after - *young.after;
  if (!c.old.capacity && heap.capacity && young.capacity && *heap.capacity >= *young.capacity) {
    c.old.capacity = *heap.capacity - *young.capacity;
  }
}

// And what is not old is young, where a full collection tells the old generation alone (Serial, CMS), or tells of the
// young one what a collection that failed before it left.
void FillYoung(Collection& c) {
  if (!c.old.before || !c.old.after || !c.heap.before || !c.heap.after) return;
  if (!c.young.before && *c.heap.before >= *c.old.before) c.young.before = *c.heap.before - *c.old.before;
  if (*c.heap.after >= *c.old.after) c.young.after = *c.heap.after - *c.old.after;
  if (!c.young.capacity && c.heap.capacity && c.old.capacity && *c.heap.capacity >= *c.old.capacity) {
    c.young.capacity = *c.heap.capacity - *c.old.capacity;
  }
}

}  // namespace

std::optional<Collection> ReadClassicRecord(std::string_view record, Collector& collector) {
  RecordReader r(record);
  r.Read();
  if (!r.seconds) return std::nullopt;
  Collection c;
  bool mixed = false;
  std::string types;
  for (const std::string_view group : r.groups) {
    if (group == "young" || group == "mixed" || group == "partial" || group == "initial-mark") {
      mixed = mixed || group == "mixed" || group == "partial";
      c.starts_marking = c.starts_marking || group == "initial-mark";
      types += " (" + std::string(group) + ")";
    } else if (c.cause.empty()) {
      c.cause = group;
    }
  }
  collector = CollectorOf(r, collector);
  c.kind = KindOf(r, mixed);
  c.starts_marking = c.starts_marking || r.initial_mark;
  c.name = std::string(r.first) + types;
  if (r.initial_mark) c.name = "CMS-initial-mark";
  if (r.remark && r.first != "GC remark") c.name = "CMS-remark";
  c.failure = r.failure;
  c.pause_s = c.longest_pause_s = *r.seconds;
  c.heap = r.heap;
  if (r.heap_now && !c.heap.before) c.heap.before = c.heap.after = r.heap_now;  // a pause that frees nothing
  c.young = r.young;
  c.old = r.old;
  c.metaspace = r.metaspace;
  if (collector != Collector::kG1) {
    FillOld(c);
    if (c.kind == CollectionKind::kFull) FillYoung(c);
  }
  return c;
}

std::optional<double> ReadClassicTimes(std::string_view text) {
  Cursor cursor(text);
  if (!cursor.SkipPast("[Times: user=")) return std::nullopt;
  const std::optional<double> user = cursor.Number();
  if (!user || !cursor.Skip(" sys=")) return std::nullopt;
  const std::optional<double> system = cursor.Number();
  if (!system || !cursor.SkipPast("secs]")) return std::nullopt;
  return *user + *system;
}

void ReadHeapOfJdk6G1(std::string_view text, Collection& c) {
  Cursor cursor(text);
  SpaceChange heap;
  heap.before = cursor.Size();
  if (!heap.before || !cursor.Skip("->")) return;
  heap.after = cursor.Size();
  if (!heap.after || !cursor.Skip("(")) return;
  heap.capacity = cursor.Size();
  if (heap.capacity && cursor.Skip(")]")) c.heap = heap;
}

void ReadClassicG1Heap(std::string_view text, Collection& c) {
  struct Part {
    std::string_view name;
    SpaceChange change;
  };
  std::array<Part, 3> parts = {Part{"Eden: ", {}}, Part{"Survivors: ", {}}, Part{"Heap: ", {}}};
  Cursor cursor(text);
  const auto skip_capacity = [&cursor](SpaceChange& change) {
    if (!cursor.Skip("(")) return true;
    change.capacity = cursor.Size();
    return change.capacity.has_value() && cursor.Skip(")");
  };
  for (Part& part : parts) {
    if (!cursor.SkipPast(part.name)) return;
    part.change.before = cursor.Size();
    if (!part.change.before || !skip_capacity(part.change) || !cursor.Skip("->")) return;
    part.change.capacity.reset();
    part.change.after = cursor.Size();
    if (!part.change.after || !skip_capacity(part.change)) return;
  }
  const SpaceChange& eden = parts[0].change;
  c.survivor = parts[1].change;
  c.heap = parts[2].change;
  c.young = {*eden.before + *c.survivor.before, *eden.after + *c.survivor.after, std::nullopt};
  if (eden.capacity) c.young.capacity = *eden.capacity + *c.survivor.after;
  // With nothing young left, all that is left is old. Else survivors are told in whole regions and this would not do.
  if (c.kind == CollectionKind::kFull && c.young.after->value() == 0) c.old.after = c.heap.after;
  if (!cursor.SkipPast("[Metaspace: ") && !cursor.SkipPast("[Perm: ")) return;
  SpaceChange metaspace;
  metaspace.before = cursor.Size();
  if (!metaspace.before || !skip_capacity(metaspace) || !cursor.Skip("->")) return;
  metaspace.after = cursor.Size();
  metaspace.capacity.reset();
  if (metaspace.after) c.metaspace = metaspace;
}

}  // namespace tune
