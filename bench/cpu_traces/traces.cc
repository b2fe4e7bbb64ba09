#include "bench/cpu_traces/traces.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

namespace cpu_traces {
namespace {

constexpr double kCoresPerPercent = 0.1;
constexpr size_t kMostSteps = 10'000'000;

struct Point {
  double time_s = 0;
  double value = 0;
};

absl::StatusOr<std::string> ReadText(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");  // reads plain files too
  if (file == nullptr) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  std::string text;
  char block[1 << 16];
  int got = 0;
  while ((got = gzread(file, block, sizeof block)) > 0) text.append(block, got);
  const bool whole = gzclose(file) == Z_OK && got == 0;
  if (!whole) return absl::DataLossError(absl::StrCat(path, ": broken gzip data"));
  return text;
}

absl::Status Wrong(const std::string& where, const std::string& what, const std::string& allowed) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what, "; allowed: ", allowed));
}

absl::StatusOr<Point> ToPoint(const std::string& time, const std::string& value, bool seconds,
                              const std::string& where) {
  Point point;
  if (!absl::SimpleAtod(value, &point.value) || !std::isfinite(point.value) || point.value < 0) {
    return Wrong(where, absl::StrCat("value = \"", value, "\""), "a number >= 0");
  }
  absl::Time at;
  const bool known = seconds ? absl::SimpleAtod(time, &point.time_s) && std::isfinite(point.time_s)
                             : absl::ParseTime("%Y-%m-%d %H:%M:%S", time, &at, nullptr);
  if (!known) return Wrong(where, absl::StrCat("time = \"", time, "\""), seconds ? "seconds" : "2014-05-14 01:14:00");
  if (!seconds) point.time_s = absl::ToDoubleSeconds(at - absl::UnixEpoch());
  return point;
}

// The step is the usual distance of two points; a point speaks for the step that it falls into, the last one wins.
absl::StatusOr<Trace> ToTrace(const std::string& name, std::vector<Point> points, const std::string& path) {
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.time_s < b.time_s; });
  std::vector<double> steps;
  for (size_t i = 1; i < points.size(); ++i) {
    if (points[i].time_s > points[i - 1].time_s) steps.push_back(points[i].time_s - points[i - 1].time_s);
  }
  if (steps.empty()) return Wrong(path, absl::StrCat("trace ", name, " has fewer than two times"), "two and more");
  std::nth_element(steps.begin(), steps.begin() + steps.size() / 2, steps.end());
  Trace trace{.name = name, .step_s = steps[steps.size() / 2], .cores = {}};
  const double count = std::round((points.back().time_s - points.front().time_s) / trace.step_s) + 1;
  if (count > kMostSteps) return Wrong(path, absl::StrCat("trace ", name, " spans ", count, " steps"), "10^7");
  trace.cores.assign(static_cast<size_t>(count), -1);
  for (const Point& point : points) {
    const double at = std::round((point.time_s - points.front().time_s) / trace.step_s);
    trace.cores[static_cast<size_t>(at)] = point.value;
  }
  return trace;
}

void Scale(Trace& trace, double factor) {
  for (double& cores : trace.cores) cores = cores < 0 ? cores : cores * factor;
}

double Mean(const Trace& trace) {
  double sum = 0, count = 0;
  for (double cores : trace.cores) {
    if (cores >= 0) sum += cores, ++count;
  }
  return count > 0 ? sum / count : 0;
}

absl::StatusOr<std::vector<Trace>> ReadFile(const std::filesystem::path& path, Unit unit) {
  const absl::StatusOr<std::string> text = ReadText(path.string());
  if (!text.ok()) return text.status();
  const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  const bool named = absl::StartsWith(lines.front(), "trace,ts,value");
  std::string stem = path.filename().string();
  stem.resize(std::min(stem.find('.'), stem.size()));
  std::map<std::string, std::vector<Point>> by_name;
  for (size_t i = 1; i < lines.size(); ++i) {
    std::string line = lines[i];
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const std::string where = absl::StrCat(path.string(), " line ", i + 1);
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    const size_t columns = named ? 3 : 2;
    if (cells.size() != columns) return Wrong(where, absl::StrCat(cells.size(), " columns"), absl::StrCat(columns));
    const absl::StatusOr<Point> point = ToPoint(cells[columns - 2], cells[columns - 1], named, where);
    if (!point.ok()) return point.status();
    by_name[named ? absl::StrCat(stem, "-", cells[0]) : stem].push_back(*point);
  }
  std::vector<Trace> traces;
  for (auto& [name, points] : by_name) {
    absl::StatusOr<Trace> trace = ToTrace(name, std::move(points), path.string());
    if (!trace.ok()) return trace.status();
    if (unit == Unit::kCores && !named) Scale(*trace, kCoresPerPercent);
    if (unit == Unit::kMean && Mean(*trace) > 0) Scale(*trace, 1 / Mean(*trace));
    traces.push_back(*std::move(trace));
  }
  return traces;
}

}  // namespace

absl::StatusOr<std::vector<Trace>> ReadTraces(const std::string& folder, Unit unit) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ".csv") || absl::EndsWith(name, ".csv.gz")) paths.push_back(entry.path());
  }
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  if (paths.empty()) return Wrong(folder, "no *.csv or *.csv.gz", "one or more");
  std::sort(paths.begin(), paths.end());
  std::vector<Trace> traces;
  for (const auto& path : paths) {
    absl::StatusOr<std::vector<Trace>> read = ReadFile(path, unit);
    if (!read.ok()) return read.status();
    for (Trace& trace : *read) traces.push_back(std::move(trace));
  }
  return traces;
}

}  // namespace cpu_traces
