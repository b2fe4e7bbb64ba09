#include "libtune/cli/score/truth.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/score/recording_truth.h"

namespace tune {
namespace {

using Json = nlohmann::ordered_json;

absl::StatusOr<Truth> FromJson(const Json& json) {
  Truth truth;
  truth.source_rates = json.value("source_rates", truth.source_rates);
  truth.demand = json.value("demand", truth.demand);
  truth.note = json.value("note", "");
  for (const auto& [name, v] : json.at("vertices").items()) {
    VertexTruth& vertex = truth.vertices[name];
    if (v.contains("smallest_parallelism")) vertex.smallest_parallelism = v.at("smallest_parallelism").get<int>();
    vertex.seconds_per_record = v.value("seconds_per_record", 0.0);
    vertex.shares = v.value("shares", vertex.shares);
  }
  for (const Json& f : json.value("findings", Json::array())) {
    ExpectedFinding& finding = truth.findings.emplace_back();
    finding.vertex = f.at("vertex").get<std::string>();
    finding.kind = f.at("kind").get<std::string>();
    if (f.contains("subtask")) finding.subtask = f.at("subtask").get<int>();
    if (f.contains("share")) finding.share = f.at("share").get<double>();
  }
  return truth;
}

}  // namespace

absl::StatusOr<Truth> ReadTruth(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/truth.json");
  if (!std::filesystem::exists(path)) return ReadRecordingTruth(folder);
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  try {
    return FromJson(Json::parse(*text));
  } catch (const Json::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", e.what()));
  }
}

std::string FormatTruth(const Truth& truth) {
  Json json = Json::object();
  if (!truth.note.empty()) json["note"] = truth.note;
  if (!truth.source_rates.empty()) json["source_rates"] = truth.source_rates;
  if (!truth.demand.empty()) json["demand"] = truth.demand;
  json["vertices"] = Json::object();
  for (const auto& [name, v] : truth.vertices) {
    Json& vertex = json["vertices"][name] = Json::object();
    if (v.smallest_parallelism) vertex["smallest_parallelism"] = *v.smallest_parallelism;
    if (v.seconds_per_record > 0) vertex["seconds_per_record"] = v.seconds_per_record;
    if (!v.shares.empty()) vertex["shares"] = v.shares;
  }
  for (const ExpectedFinding& f : truth.findings) {
    Json finding = {{"vertex", f.vertex}, {"kind", f.kind}};
    if (f.subtask) finding["subtask"] = *f.subtask;
    if (f.share) finding["share"] = *f.share;
    json["findings"].push_back(finding);
  }
  return json.dump(1) + "\n";
}

}  // namespace tune
