#include "bench/gc_logs/truth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tune::bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double kMib = 1 << 20;
constexpr double kTenth = 0.051;  // of a figure with one decimal place

absl::StatusOr<Json> ReadJson(const fs::path& path) {
  std::ifstream file(path);
  Json json = Json::parse(file, nullptr, false);
  if (!json.is_object()) return absl::InvalidArgumentError(absl::StrCat(path.string(), " is no JSON object"));
  return json;
}

// Rows of a table with tabs, as heading -> text.
absl::StatusOr<std::vector<std::map<std::string, std::string>>> ReadRows(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return absl::NotFoundError(absl::StrCat(path.string(), " cannot be read"));
  const std::vector<std::string> headings = absl::StrSplit(line, '\t');
  std::vector<std::map<std::string, std::string>> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    if (cells.size() != headings.size()) {
      return absl::InvalidArgumentError(absl::StrCat(path.string(), " line ", rows.size() + 2, ": ", cells.size(),
                                                     " cells; allowed: ", headings.size()));
    }
    auto& row = rows.emplace_back();
    for (size_t i = 0; i < cells.size(); ++i) row[headings[i]] = cells[i];
  }
  return rows;
}

// "7.6" is known to a tenth, "341" to one.
std::optional<Known> KnownOf(const std::string& text) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value)) return std::nullopt;
  return Known{value, text.find('.') == std::string::npos ? 0.51 : kTenth};
}

void AddCount(const Json& object, const char* key, Figure figure, Truth& truth) {
  if (object.contains(key) && object[key].is_number()) truth.figures[figure] = {object[key].get<double>(), 0};
}

void AddNumber(const Json& object, const char* key, double tolerance, Figure figure, Truth& truth) {
  if (object.contains(key) && object[key].is_number()) truth.figures[figure] = {object[key].get<double>(), tolerance};
}

// Folders of `root` that have `file`, in order.
std::vector<fs::path> FoldersWith(const fs::path& root, const char* file) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    if (fs::exists(entry.path() / file)) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

void AddForced(const Json& forced, Truth& truth) {
  if (!forced.is_object()) return;
  const double humongous = forced.value("humongous_after_mb", 0.0);
  truth.figures[Figure::kOld] = {forced.value("old_after_mb", 0.0) + humongous, kTenth};
  AddNumber(forced, "heap_after_mb", 0, Figure::kHeap, truth);
}

// One process's part of a recording's meta.json.
Truth OfProcess(const Json& log) {
  Truth truth;
  AddCount(log, "organic_full_gcs", Figure::kNeeded, truth);
  truth.figures[Figure::kFullPause] = {log.value("organic_pause_ms_total", 0.0) / 1e3, 0.0001};
  truth.causes = log.value("organic_causes", std::vector<std::string>());
  const auto old = log.value("organic_old_after_mb", std::vector<double>());
  truth.last_needed = old.size();
  if (!old.empty()) {
    truth.figures[Figure::kLeastOld] = {*std::min_element(old.begin(), old.end()), kTenth};
    truth.figures[Figure::kMostOld] = {*std::max_element(old.begin(), old.end()), kTenth};
  }
  if (log.contains("forced")) AddForced(log["forced"], truth);
  return truth;
}

// "Copy=73/185 MarkSweepCompact=24/690 after=42347280": counts, milliseconds, bytes.
void AddBeans(const std::string& text, Truth& truth) {
  double milliseconds = 0;
  bool all_pauses = true;
  const auto add = [&truth](Figure figure, double count) { truth.figures[figure] = {count, 0}; };
  // A concurrent cycle may end between the program's last look and the JVM's end.
  const auto add_cycles = [&truth](Figure figure, double count) { truth.figures[figure] = {count, 1}; };
  // CMS counts a cycle when its sweep ends: not one that a full collection cuts short behind its remark.
  const auto add_cms = [&truth](double count) { truth.figures[Figure::kOther] = {count, 1 + 0.03 * count}; };
  for (const absl::string_view bean : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(bean, absl::ByAnyChar("=/"));
    double count = 0, ms = 0;
    if (parts.size() < 2 || !absl::SimpleAtod(parts[1], &count)) continue;
    if (parts.size() > 2 && absl::SimpleAtod(parts[2], &ms)) milliseconds += ms;
    const std::string& name = parts[0];
    if (name == "Copy" || name == "PS_Scavenge" || name == "ParNew" || name == "G1_Young_Generation") {
      add(Figure::kYoung, count);
    } else if (name == "MarkSweepCompact" || name == "PS_MarkSweep" || name == "G1_Old_Generation") {
      add(Figure::kFull, count);
    } else if (name == "ZGC_Minor_Cycles") {
      add_cycles(Figure::kYoung, count);
    } else if (name == "ConcurrentMarkSweep") {
      add_cms(count);
    } else if (name == "G1_Concurrent_GC" || name.ends_with("_Cycles")) {
      add_cycles(Figure::kOther, count);
    } else if (const auto full = truth.figures.find(Figure::kFull);
               name == "after" && full != truth.figures.end() && full->second.value > 0) {
      truth.figures[Figure::kHeap] = {std::floor(count / kMib), 1};
    }
    // Their time is not that of pauses, or not of all pauses.
    all_pauses = all_pauses && name != "ConcurrentMarkSweep" && !name.ends_with("Cycles");
    if (name == "G1_Old_Generation") all_pauses = all_pauses && truth.figures.contains(Figure::kOther);
  }
  if (all_pauses) truth.figures[Figure::kPause] = {milliseconds / 1e3, 0.01 + 0.03 * milliseconds / 1e3};
}

}  // namespace

absl::StatusOr<std::vector<Truth>> TruthsOfSharedLogs(const std::string& shared) {
  constexpr std::array<std::pair<const char*, Figure>, 4> kColumns = {{{"full", Figure::kFull},
                                                                       {"least MiB", Figure::kLeastOld},
                                                                       {"most MiB", Figure::kMostOld},
                                                                       {"heap MiB", Figure::kHeap}}};
  auto rows = ReadRows("bench/gc_logs/shared.tsv");
  if (!rows.ok()) return rows.status();
  std::vector<Truth> truths;
  for (auto& row : *rows) {
    Truth truth;
    truth.name = absl::StrCat("data/gc/", row["log"]);
    truth.path = absl::StrCat(shared, "/", truth.name);
    for (const auto& [heading, figure] : kColumns) {
      if (const auto known = KnownOf(row[heading]); known) truth.figures[figure] = *known;
    }
    if (row["leak"] == "yes") truth.figures[Figure::kLeak] = {1, 0};
    if (fs::exists(truth.path)) truths.push_back(std::move(truth));
  }
  return truths;
}

absl::StatusOr<std::vector<Truth>> TruthsOfRecordings(const std::string& shared) {
  std::vector<Truth> truths;
  for (const fs::path& folder : FoldersWith(fs::path(shared) / "recordings", "meta.json")) {
    const auto meta = ReadJson(folder / "meta.json");
    if (!meta.ok()) return meta.status();
    const Json logs = meta->value("gc_log", Json::object());
    for (const auto& [process, log] : logs.items()) {
      Truth truth = OfProcess(log);
      truth.name = absl::StrCat(folder.filename().string(), "/", process);
      truth.path = (folder / absl::StrCat("gc-", process, ".log.gz")).string();
      truths.push_back(std::move(truth));
    }
  }
  return truths;
}

absl::StatusOr<std::vector<Truth>> TruthsOfHeapRuns(const std::string& folder) {
  std::vector<Truth> truths;
  for (const fs::path& run : FoldersWith(folder, "gc.log.gz")) {
    const auto found = ReadJson(run / "truth.json");
    if (!found.ok()) return found.status();
    if (!found->value("survives", false)) continue;
    Truth truth;
    truth.name = absl::StrCat("heap/", run.filename().string());
    truth.path = (run / "gc.log.gz").string();
    truth.span_ms = {found->value("steady_from_ms", int64_t{0}), found->value("steady_to_ms", int64_t{0})};
    AddCount(found->value("young", Json::object()), "count", Figure::kYoung, truth);
    AddCount(found->value("full", Json::object()), "count", Figure::kNeeded, truth);
    if (found->value("gc", "") == "g1")
      AddCount(found->value("marking", Json::object()), "count", Figure::kOther, truth);
    AddNumber(*found, "live_old_mb", kTenth, Figure::kOld, truth);
    AddNumber(*found, "live_heap_mb", 0, Figure::kHeap, truth);
    AddNumber(*found, "allocated_mb_s", kTenth, Figure::kAllocated, truth);
    truth.figures[Figure::kOfTheTime] = {100 * found->value("overhead_fraction", 0.0), 0.001};
    truth.figures[Figure::kLeak] = {0, 0};
    truths.push_back(std::move(truth));
  }
  return truths;
}

absl::StatusOr<std::vector<Truth>> TruthsOfMadeLogs(const std::string& folder) {
  auto rows = ReadRows(fs::path(folder) / "made.tsv");
  if (!rows.ok()) return rows.status();
  std::vector<Truth> truths;
  for (auto& row : *rows) {
    Truth truth;
    truth.name = absl::StrCat("made/", row["log"]);
    truth.path = absl::StrCat(folder, "/", truth.name, ".log.gz");
    AddBeans(row["beans"], truth);
    truths.push_back(std::move(truth));
  }
  return truths;
}

}  // namespace tune::bench
