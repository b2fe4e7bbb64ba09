// Sizes a job through the installed package and checks the answer.
#include <cstdint>
#include <iostream>
#include <string>

#include "libtune/codec/policy_codec.h"
#include "libtune/history/history.h"
#include "tune/recommend.h"
#include "tune/window.h"

namespace {

constexpr int kBins = 60;
constexpr double kBinSeconds = 60;
constexpr double kSeconds = kBins * kBinSeconds;
constexpr double kRate = 1000;  // records/s, even over the hour and the subtasks

// An hour of a vertex of which `busy` subtasks' time is used all along.
tune::VertexWindow Vertex(int parallelism, double in, double out, double busy) {
  tune::VertexWindow vertex;
  vertex.busy_measured = true;
  vertex.bins.assign(kBins, {.covered_s = kBinSeconds,
                             .records_in = in * kBinSeconds,
                             .records_out = out * kBinSeconds,
                             .task_s = parallelism * kBinSeconds,
                             .busy_s = busy * kBinSeconds,
                             .warm_s = kBinSeconds});
  const double x = kRate / parallelism;
  const double y = busy / parallelism;
  const double blocks = parallelism * kSeconds / 10;
  vertex.service = {blocks, blocks * x, blocks * y, blocks * x * x, blocks * x * y, blocks * y * y};
  vertex.subtasks.assign(parallelism, {.covered_s = kSeconds, .records_in = x * kSeconds, .busy_s = y * kSeconds});
  vertex.runs = {{parallelism, parallelism * kSeconds, kRate * kSeconds, busy * kSeconds}};
  vertex.coverage.covered_s = kSeconds;
  vertex.coverage.samples = static_cast<int64_t>(kSeconds) * parallelism;
  return vertex;
}

// Source -> map, ten subtasks of which three have work.
tune::JobWindow OversizedJob() {
  tune::JobWindow window;
  window.graph.vertices = {{.id = "source", .name = "Source: orders", .parallelism = 1},
                           {.id = "map", .name = "map", .parallelism = 10}};
  window.graph.edges = {{.from = 0, .to = 1, .ship = tune::ShipStrategy::kRebalance}};
  window.start = absl::FromUnixSeconds(1700000040);
  window.length = absl::Seconds(kSeconds);
  window.vertices = {Vertex(1, 0, kRate, 0.1), Vertex(10, kRate, 0, 3)};
  window.sources = {{.vertex = 0, .lag_records = 0}};
  return window;
}

bool Check(bool holds, const std::string& what) {
  if (!holds) std::cerr << "not so: " << what << "\n";
  return holds;
}

bool SizesTheJob() {
  const auto answer = tune::Recommend(OversizedJob(), tune::TuningPolicy());
  if (!Check(answer.ok(), "Recommend() answers: " + answer.status().ToString())) return false;
  const tune::VertexRecommendation& map = answer->vertices.at(1);
  // 1000 records/s * 3 ms = 3 busy subtasks; 3 / 0.8 = 3.75
  bool good = Check(map.needed == 4, "the map needs 4, and not " + std::to_string(map.needed));
  good &= Check(map.wanted == 4 && map.action == tune::Action::kLower, "it is lowered to 4");
  good &= Check(answer->vertices.at(0).wanted == 1, "the source keeps its subtask");
  return Check(!answer->evidence.empty(), "there is evidence") && good;
}

bool RefusesAWrongPolicy() {
  tune::TuningPolicy wrong;
  wrong.target_busy_fraction = 1.5;
  const absl::Status refused = tune::Recommend(OversizedJob(), wrong).status();
  return Check(refused.code() == absl::StatusCode::kInvalidArgument, "it is refused: " + refused.ToString());
}

bool SendsAPolicyThereAndBack() {
  tune::TuningPolicy policy;
  policy.target_busy_fraction = 0.5;
  const auto back = tune::FromProto(tune::ToProto(policy));
  return Check(back.ok() && back->target_busy_fraction == 0.5, "the policy survives: " + back.status().ToString());
}

bool MissesAHistoryThatIsNotThere() {
  const absl::Status missing = tune::OpenHistory("no such history", {}).status();
  return Check(missing.code() == absl::StatusCode::kNotFound, "it is not found: " + missing.ToString());
}

}  // namespace

int main() {
  bool good = SizesTheJob();
  good &= RefusesAWrongPolicy();
  good &= SendsAPolicyThereAndBack();
  good &= MissesAHistoryThatIsNotThere();
  return good ? 0 : 1;
}
