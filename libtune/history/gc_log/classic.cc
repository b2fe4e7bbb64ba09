#include "libtune/history/gc_log/classic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "libtune/history/gc_log/cursor.h"

namespace tune {
namespace {

// A record with more than this is one whose end is missing.
constexpr size_t kLongestRecord = size_t{64} << 10;
constexpr int kMostLines = 2000;

bool BeginsRecord(std::string_view text) { return text.starts_with("[GC") || text.starts_with("[Full GC"); }

// Lines that others print while a collection prints its own: age tables, adaptive sizes, heaps with addresses.
bool IsNoise(std::string_view text) {
  constexpr std::array<std::string_view, 14> kBegins = {"Desired survivor size",
                                                        "- age ",
                                                        "AdaptiveSize",
                                                        "  avg_",
                                                        "Total time for which",
                                                        "Application time",
                                                        "{Heap before",
                                                        "Heap",
                                                        "}",
                                                        "  eden",
                                                        "  from",
                                                        "  to ",
                                                        "PSAdaptiveSize",
                                                        "  object"};
  for (const std::string_view begin : kBegins) {
    if (text.starts_with(begin)) return true;
  }
  return text.find("[0x") != std::string_view::npos;  // a space's addresses: [0x2d5a0000, 0x2dda0000, 0x38040000)
}

std::optional<Bytes> OptionBytes(std::string_view options, std::string_view name) {
  Cursor cursor(options);
  return cursor.SkipPast(name) ? cursor.Size() : std::nullopt;
}

Collector CollectorOfOptions(std::string_view options) {
  const auto has = [options](std::string_view option) { return options.find(option) != std::string_view::npos; };
  if (has("+UseG1GC")) return Collector::kG1;
  if (has("+UseConcMarkSweepGC")) return Collector::kCms;
  if (has("+UseParallelGC") || has("+UseParallelOldGC")) return Collector::kParallel;
  if (has("+UseSerialGC") || has("+UseParNewGC")) return Collector::kSerial;
  return Collector::kUnknown;
}

}  // namespace

bool ClassicParser::Take(std::string_view text, const Stamp& stamp) {
  if (text.empty()) return false;
  if (depth_ > 0) return TakeContinuation(text, stamp);
  if (const size_t abort = text.find("CMS: abort preclean"); abort < 2) {  // "… due to time 10.1: [CMS-concurrent-…"
    const size_t phase = text.find("[CMS-concurrent-");
    return phase != std::string_view::npos && TakePhase(text.substr(phase), stamp);
  }
  if (text.front() == ' ' || text.front() == '\t') return TakeIndented(text);
  if (text.front() != '[') return TakeHeader(text);
  if (TakePhase(text, stamp)) {
    TakeBehind(text.substr(1), stamp);
    return true;
  }
  if (!BeginsRecord(text)) {
    return (text.starts_with("[Times:") || text.starts_with("[Eden:")) && TakeIndented(text);
  }
  Open(text, stamp);
  TakeBehind(std::exchange(behind_, {}), stamp);
  return true;
}

// Threads write without waiting for each other: behind a record or phase may stand the next one on the same line.
void ClassicParser::TakeBehind(std::string_view text, const Stamp& stamp) {
  for (size_t at = text.find('['); at != std::string_view::npos; at = text.find('[')) {
    text.remove_prefix(at);
    if (!TakePhase(text, stamp) && BeginsRecord(text)) {
      Open(text, stamp);
      text = std::exchange(behind_, {});
    } else {
      text.remove_prefix(1);
    }
  }
}

void ClassicParser::Open(std::string_view text, const Stamp& stamp) {
  EmitPending();
  record_.clear();
  record_lines_ = 0;
  record_stamp_ = stamp;
  Append(text);
}

// A line while a record is open: its next part, or something of another thread.
bool ClassicParser::TakeContinuation(std::string_view text, const Stamp& stamp) {
  if (TakePhase(text, stamp)) return true;
  const bool may_begin = !stamp.empty() || record_stamp_.empty();
  if (may_begin && (text.starts_with("[GC ") || text.starts_with("[Full GC"))) {
    // Nobody collects inside a collection: the open one lost its end.
    queue_.LeaveOut(kNoEnd);
    depth_ = 0;
    return Take(text, stamp);
  }
  if (IsNoise(text)) return true;
  if (record_.size() + text.size() > kLongestRecord || record_lines_ > kMostLines) {
    queue_.LeaveOut(kNoEnd);
    depth_ = 0;
    return false;
  }
  Append(text);
  TakeBehind(std::exchange(behind_, {}), stamp);
  return true;
}

void ClassicParser::Append(std::string_view text) {
  ++record_lines_;
  if (!record_.empty()) record_ += ' ';
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[') ++depth_;
    if (text[at] != ']' || --depth_ > 0) continue;
    depth_ = 0;
    record_.append(text.substr(0, at + 1));
    return EndRecord(text.substr(at + 1));
  }
  record_.append(text);
}

// Before its remark CMS may collect the young generation (CMSScavengeBeforeRemark): that record stands inside the
// remark's, whose time is that of both. It becomes a collection of its own; returns its pause in seconds.
double ClassicParser::TakeYoungInRemark(Collector& collector) {
  const size_t begin = record_.find("[GC", 1);
  if (begin == std::string::npos || record_.find("[YG occupancy") > begin) return 0;
  size_t end = begin;
  for (int depth = 0; end < record_.size(); ++end) {
    if (record_[end] == '[') ++depth;
    if (record_[end] == ']' && --depth == 0) break;
  }
  if (end == record_.size()) return 0;
  std::optional<Collection> young = ReadClassicRecord(record_.substr(begin, end + 1 - begin), collector);
  if (!young || young->kind != CollectionKind::kYoung) return 0;
  record_.erase(begin, end + 1 - begin);
  queue_.outline().collector = collector;
  SetEnd(*young);
  queue_.Emit(*young);
  return young->pause_s;
}

// The stamp is of the record's start.
void ClassicParser::SetEnd(Collection& collection) const {
  collection.uptime_s = record_stamp_.uptime_s;
  collection.time_ms = record_stamp_.time_ms;
  if (collection.uptime_s) *collection.uptime_s += collection.pause_s;
  if (collection.time_ms) *collection.time_ms += std::llround(collection.pause_s * 1e3);
}

void ClassicParser::EndRecord(std::string_view behind) {
  Collector collector = queue_.outline().collector;
  const double young_s = TakeYoungInRemark(collector);
  std::optional<Collection> read = ReadClassicRecord(record_, collector);
  if (!read) return queue_.LeaveOut(kNotUnderstood);
  queue_.outline().collector = collector;
  SetEnd(*read);
  read->pause_s = read->longest_pause_s = std::max(0.0, read->pause_s - young_s);
  const Stamp end{read->time_ms, read->uptime_s};
  if (read->starts_marking || read->kind == CollectionKind::kFull) EndCycle(end);  // the one before was cut short
  if (read->starts_marking) BeginCycle(*read);
  pending_ = std::move(read);
  if (const auto times = ReadClassicTimes(behind); times && behind.find("concurrent-") == std::string_view::npos) {
    pending_->cpu_s = *times;
    EmitPending();
  }
  behind_ = behind;
}

// Behind a record: its CPU time, and G1's details.
bool ClassicParser::TakeIndented(std::string_view text) {
  if (!pending_) return false;
  if (const size_t eden = text.find("[Eden: "); eden != std::string_view::npos) {
    queue_.Infer(Collector::kG1);
    ReadClassicG1Heap(text.substr(eden), *pending_);
  }
  if (const size_t bracket = text.find_first_not_of(" \t"); bracket != std::string_view::npos) {
    if (text.substr(bracket).starts_with("[ ")) ReadHeapOfJdk6G1(text.substr(bracket + 2), *pending_);
  }
  if (const auto times = ReadClassicTimes(text); times) {
    pending_->cpu_s = *times;
    EmitPending();
  }
  return true;
}

void ClassicParser::EmitPending() {
  if (!pending_) return;
  Collection collection = *std::exchange(pending_, std::nullopt);
  queue_.Emit(collection);
}

void ClassicParser::Flush() {
  if (depth_ > 0) queue_.LeaveOut(kNoEnd);
  depth_ = 0;
  EmitPending();
  cycle_.reset();
}

bool ClassicParser::TakeHeader(std::string_view text) {
  GcLogOutline& outline = queue_.outline();
  if (text.starts_with("CommandLine flags: ")) {
    const std::string options = CutText(text.substr(19));
    EmitPending();
    if (outline.collections > 0 && !outline.options.empty() && options != outline.options) {
      Flush();
      queue_.Restart();  // every file of a rotated log has the same ones
    }
    outline.options = options;
    outline.initial_heap = OptionBytes(text, "-XX:InitialHeapSize=");
    outline.max_heap = OptionBytes(text, "-XX:MaxHeapSize=");
    outline.region_size = OptionBytes(text, "-XX:G1HeapRegionSize=");
    if (const Collector named = CollectorOfOptions(text); named != Collector::kUnknown) outline.collector = named;
    return true;
  }
  if (text.find("-Bit Server VM (") != std::string_view::npos ||
      text.find("-Bit Client VM (") != std::string_view::npos) {
    outline.jvm_version = CutText(text);
    return true;
  }
  return text.starts_with("{Heap before GC") || text.starts_with("Heap after GC") ||
         text.starts_with("Desired survivor");
}

}  // namespace tune
