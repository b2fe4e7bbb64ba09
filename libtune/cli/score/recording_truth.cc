#include "libtune/cli/score/recording_truth.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/cli/load_job.h"
#include "libtune/history/lines.h"

namespace tune {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLastSeconds = 90;  // the steady end of a recording, over which its truth was measured too

// What one operator's subtasks counted of themselves, by subtask.
struct Counted {
  std::map<int, double> records, nanos;
};
struct Snapshot {
  double t_ms = 0;
  std::map<std::string, Counted> operators;
};

// "3.enrich.gt_records" -> subtask 3 of enrich.
void TakeCounter(const std::string& id, const std::string& value, Snapshot& snapshot) {
  const std::vector<std::string> parts = absl::StrSplit(id, '.');
  int subtask = 0;
  double number = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &subtask) || !absl::SimpleAtod(value, &number)) return;
  if (parts[2] == "gt_records") snapshot.operators[parts[1]].records[subtask] = number;
  if (parts[2] == "gt_serviceNanos") snapshot.operators[parts[1]].nanos[subtask] = number;
}

Snapshot TakeSnapshot(const Json& line) {
  Snapshot snapshot;
  snapshot.t_ms = line.value("t", 0.0);
  const Json vertices = line.value("vertices", Json::object());
  for (const auto& [id, vertex] : vertices.items()) {
    const Json subtasks = vertex.value("subtasks", Json::array());
    if (!subtasks.is_array()) continue;
    for (const Json& metric : subtasks) {
      TakeCounter(metric.value("id", ""), metric.value("value", ""), snapshot);
    }
  }
  return snapshot;
}

double Sum(const std::map<int, double>& of) {
  double sum = 0;
  for (const auto& [subtask, value] : of) sum += value;
  return sum;
}

// Later snapshots of the same attempt: with as many subtasks, and counters that only grew.
bool SameRun(const Counted& first, const Counted& last) {
  if (first.records.size() != last.records.size()) return false;
  for (const auto& [subtask, records] : first.records) {
    const auto it = last.records.find(subtask);
    if (it == last.records.end() || it->second < records) return false;
  }
  return true;
}

void TakeService(const std::string& name, const Counted& last, const std::deque<Snapshot>& snapshots, Truth& truth) {
  for (const Snapshot& s : snapshots) {  // the oldest of the last seconds that fits
    const auto it = s.operators.find(name);
    if (it == s.operators.end() || !SameRun(it->second, last)) continue;
    const Counted& first = it->second;
    const double records = Sum(last.records) - Sum(first.records);
    const double nanos = Sum(last.nanos) - Sum(first.nanos);
    if (!(records > 0) || !(nanos > 0)) return;
    VertexTruth& vertex = truth.vertices[name];
    vertex.seconds_per_record = nanos / records / 1e9;
    vertex.shares.clear();
    for (const auto& [subtask, value] : last.records)
      vertex.shares.push_back((value - first.records.at(subtask)) / records);
    return;
  }
}

absl::Status ReadCounters(const std::string& folder, Truth& truth) {
  std::string path = absl::StrCat(folder, "/rest.jsonl.gz");
  if (!std::filesystem::exists(path)) path = absl::StrCat(folder, "/rest.jsonl");
  absl::StatusOr<std::unique_ptr<LineReader>> lines = LineReader::Open(ByteSource::File(path), [](int64_t, int64_t) {});
  if (!lines.ok()) return lines.status();
  std::deque<Snapshot> snapshots;
  for (;;) {
    const absl::StatusOr<bool> more = (*lines)->Next();
    if (!more.ok()) return more.status();
    if (!*more) break;
    Snapshot snapshot = TakeSnapshot(Json::parse((*lines)->line()));
    if (snapshot.operators.empty()) continue;
    snapshots.push_back(std::move(snapshot));
    while (snapshots.front().t_ms < snapshots.back().t_ms - 1000 * kLastSeconds) snapshots.pop_front();
  }
  if (snapshots.empty()) return absl::OkStatus();
  const Snapshot last = snapshots.back();
  for (const auto& [name, counted] : last.operators) TakeService(name, counted, snapshots, truth);
  return absl::OkStatus();
}

// Which of the two sides of the job meta.json speaks of.
constexpr char kSmallest[] = "ideal_min_parallelism_";

void TakeIntended(const Json& meta, Truth& truth) {
  const Json intended = meta.value("intended", Json::object());
  const bool kafka = absl::StrContains(meta.value("job_args", ""), "--source kafka");
  const double rate = intended.value("offered_rate", 0.0);
  if (rate > 0 && !kafka) truth.source_rates["datagen"] = rate;
  if (rate > 0) truth.demand[kafka ? "kafka" : "datagen"] = rate;
  for (const auto& [key, value] : intended.items()) {
    if (!absl::StartsWith(key, kSmallest)) continue;
    truth.vertices[key.substr(sizeof(kSmallest) - 1)].smallest_parallelism = value.is_null() ? 0 : value.get<int>();
  }
  truth.note = intended.value("note", "");
}

// The last rate of a schedule, 300 of "0:900,60:300"; 0 where it is none.
double LastRate(const std::string& schedule) {
  const std::vector<std::string> steps = absl::StrSplit(schedule, ',');
  const std::vector<std::string> last = absl::StrSplit(steps.back(), ':');
  double rate = 0;
  return last.size() == 2 && absl::SimpleAtod(last[1], &rate) && rate > 0 ? rate : 0;
}

// The rate of a recording whose meta.json does not say it as intended: that of the producer, "rate", or of the job's
// own generator, `--rate`.
void TakeScheduledRate(const Json& meta, Truth& truth) {
  if (!truth.source_rates.empty() || !truth.demand.empty()) return;
  if (const double rate = LastRate(meta.value("rate", "")); rate > 0) {
    truth.demand["kafka"] = rate;
    return;
  }
  const std::vector<std::string> words = absl::StrSplit(meta.value("job_args", ""), ' ');
  const auto at = std::find(words.begin(), words.end(), "--rate");
  if (at == words.end() || at + 1 == words.end()) return;
  if (const double rate = LastRate(*(at + 1)); rate > 0) truth.source_rates["datagen"] = truth.demand["datagen"] = rate;
}

// Nothing moved over the measured seconds: the job was no longer running.
void ExpectDead(const Json& meta, Truth& truth) {
  const Json measured = meta.value("measured", Json::object());
  bool any = false;
  for (const auto& [name, vertex] : measured.items()) {
    if (!vertex.is_object()) continue;
    any = true;
    if (vertex.value("numRecordsIn_rate", 0.0) > 0 || vertex.value("numRecordsOut_rate", 0.0) > 0) return;
  }
  if (any) truth.findings.push_back({"", "restarting", std::nullopt, std::nullopt});
}

void ExpectHotKey(const Json& meta, Truth& truth) {
  const double skew = meta.value("intended", Json::object()).value("skew", 0.0);
  const VertexTruth& enrich = truth.vertices["enrich"];
  if (!(skew > 0) || enrich.shares.size() < 2) return;
  const auto busiest = std::max_element(enrich.shares.begin(), enrich.shares.end()) - enrich.shares.begin();
  truth.findings.push_back({"enrich", "hot-key", static_cast<int>(busiest), skew});
}

// Both operators too small, and the first one starves the second.
void ExpectHidden(Truth& truth) {
  const auto parse = truth.vertices.find("parse"), enrich = truth.vertices.find("enrich");
  if (parse == truth.vertices.end() || enrich == truth.vertices.end()) return;
  const auto too_small = [](const VertexTruth& v) {
    return v.smallest_parallelism && *v.smallest_parallelism > static_cast<int>(std::max<size_t>(1, v.shares.size()));
  };
  if (!too_small(parse->second) || !too_small(enrich->second)) return;
  truth.findings.push_back({"parse", "bottleneck", std::nullopt, std::nullopt});
  truth.findings.push_back({"enrich", "hidden", std::nullopt, std::nullopt});
}

}  // namespace

absl::StatusOr<Truth> ReadRecordingTruth(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/meta.json");
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return absl::NotFoundError(absl::StrCat(folder, ": neither truth.json nor meta.json"));
  try {
    const Json meta = Json::parse(*text);
    Truth truth;
    TakeIntended(meta, truth);
    TakeScheduledRate(meta, truth);
    if (auto status = ReadCounters(folder, truth); !status.ok()) return status;
    ExpectHotKey(meta, truth);
    ExpectHidden(truth);
    ExpectDead(meta, truth);
    return truth;
  } catch (const Json::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", e.what()));
  }
}

}  // namespace tune
