#include "libtune/history/gc_log/line_feeder.h"

#include <cctype>

namespace tune {
namespace {

// The older formats' brackets hold names, [GC, [CMS-concurrent-mark; decorations hold lower case and digits, but for a
// machine's name, which another decoration follows.
bool IsClassicBracket(std::string_view line, bool in_record) {
  if (line.size() < 2 || std::isupper(static_cast<unsigned char>(line[1])) == 0) return false;
  return in_record || line.find("][") == std::string_view::npos || line.starts_with("[GC") ||
         line.starts_with("[Full GC");
}

// Kubernetes' container runtimes (CRI) write "2024-05-01T10:00:00.123456789Z stdout F " in front of every line.
std::string_view WithoutRuntimesPrefix(std::string_view line) {
  constexpr size_t kLongestDate = 35;  // 2024-05-01T10:00:00.123456789+01:00
  if (line.empty() || std::isdigit(static_cast<unsigned char>(line.front())) == 0) return line;
  const size_t date = line.substr(0, kLongestDate + 1).find(' ');
  if (date == std::string_view::npos) return line;
  const std::string_view behind = line.substr(date);
  for (const std::string_view stream : {" stdout F ", " stderr F "}) {
    if (behind.starts_with(stream)) return behind.substr(stream.size());
  }
  return line;
}

}  // namespace

void LineFeeder::See(const Stamp& stamp) {
  if (stamp.empty()) return;
  if (queue_.IsRestart(stamp)) {
    unified_.Flush();
    classic_.Flush();
    queue_.Restart();
  }
  queue_.See(stamp);
}

bool LineFeeder::TakeUnified(std::string_view line) {
  Stamp stamp;
  const std::string_view message = stamps_.TakeDecorations(line, stamp);
  See(stamp);
  return unified_.Take(message, stamp);
}

bool LineFeeder::TakeClassic(std::string_view line) {
  Stamp stamp;
  std::string_view text = stamps_.TakePrefix(line, stamp);
  if (text.starts_with('#')) {  // PrintGCID: "0.250: #3: [GC …"
    const size_t end = text.find(": ");
    if (end != std::string_view::npos) text.remove_prefix(end + 2);
  }
  if (!text.starts_with("[") && !classic_.has_open()) {
    return classic_.Take(text, stamp);  // such a stamp may be anybody's
  }
  See(stamp);
  return classic_.Take(text, stamp);
}

// What collects a program's output puts something of its own in front: "taskmanager_1  | [0.01s][info]…".
bool LineFeeder::TakeBehindPrefix(std::string_view line) {
  const size_t at = line.find(" [");
  if (at == std::string_view::npos) return false;
  const size_t tags = line.find("gc", at);
  return tags != std::string_view::npos && TakeUnified(line.substr(at + 1));
}

bool LineFeeder::Take(std::string_view line) {
  if (line.front() == '[' && !IsClassicBracket(line, classic_.has_open())) return TakeUnified(line);
  if (line.starts_with("GC(") || line.starts_with("Using ") || line.starts_with("Heap region size") ||
      line.starts_with("Heap Region Size")) {
    return unified_.Take(line, Stamp());
  }
  return TakeClassic(line) || (!classic_.has_open() && TakeBehindPrefix(line));
}

void LineFeeder::Feed(std::string_view line) {
  ++queue_.outline().lines;
  line = WithoutRuntimesPrefix(line);
  if (!line.empty() && Take(line)) ++queue_.outline().gc_lines;
}

void LineFeeder::Finish() {
  if (unified_.in_pause() || classic_.has_open()) queue_.outline().cut_off = true;
  unified_.Flush();
  classic_.Flush();
}

}  // namespace tune
