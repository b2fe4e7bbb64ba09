#include "tests/support/job_window.h"

namespace tune {
namespace {

constexpr double kBinSeconds = 60;

ServiceMoments ExactMoments(double blocks, double rate, double busy) {
  return {blocks, blocks * rate, blocks * busy, blocks * rate * rate, blocks * rate * busy, blocks * busy * busy};
}

}  // namespace

int JobWindowMaker::Add(const std::string& id, const VertexOptions& o) {
  Vertex vertex;
  vertex.id = vertex.name = id;
  vertex.parallelism = o.parallelism;
  vertex.max_parallelism = o.max_parallelism;
  window_.graph.vertices.push_back(vertex);
  const double taken = o.rate_in > 0 ? o.rate_in : o.rate_out;
  const double busy = taken * o.seconds_per_record;  // subtasks
  VertexWindow v;
  v.busy_measured = true;
  const double task_s = kBinSeconds * o.parallelism;
  for (int i = 0; i < bins_; ++i) {
    v.bins.push_back({kBinSeconds, o.rate_in * kBinSeconds, o.rate_out * kBinSeconds, task_s, busy * kBinSeconds,
                      o.backpressured_fraction * task_s, kBinSeconds});
  }
  v.service = ExactMoments(bins_, taken / o.parallelism, busy / o.parallelism);
  for (const double share : o.shares) {
    SubtaskWindow s;
    s.covered_s = kBinSeconds * bins_;
    s.records_in = taken * share * s.covered_s;
    s.busy_s = busy * share * s.covered_s;
    if (s.busy_s >= 0.95 * s.covered_s) s.saturated_s = s.covered_s;
    v.subtasks.push_back(s);
  }
  v.runs.push_back({o.parallelism, task_s * bins_, taken * kBinSeconds * bins_, busy * kBinSeconds * bins_});
  v.coverage.covered_s = kBinSeconds * bins_;
  v.coverage.samples = bins_;
  window_.vertices.push_back(v);
  return static_cast<int>(window_.vertices.size()) - 1;
}

int JobWindowMaker::AddSource(const std::string& id, double rate, int parallelism) {
  VertexOptions o;
  o.parallelism = parallelism;
  o.rate_out = rate;
  o.seconds_per_record = 1e-6;
  return Add(id, o);
}

void JobWindowMaker::Connect(int from, int to, ShipStrategy ship) { window_.graph.edges.push_back({from, to, ship}); }

void JobWindowMaker::SetProduction(int vertex, const std::vector<double>& rates) {
  SourceWindow& source = window_.sources.emplace_back();
  source.vertex = vertex;
  source.kind = DemandKind::kOffsets;
  for (const double rate : rates) source.bins.push_back({kBinSeconds, rate * kBinSeconds, 0});
}

JobWindow JobWindowMaker::Build() {
  for (size_t v = 0; v < window_.vertices.size(); ++v) {
    bool has_input = false, listed = false;
    for (const Edge& edge : window_.graph.edges) has_input = has_input || edge.to == static_cast<int>(v);
    for (const SourceWindow& s : window_.sources) listed = listed || s.vertex == static_cast<int>(v);
    if (!has_input && !listed) window_.sources.emplace_back().vertex = static_cast<int>(v);
  }
  window_.start = absl::UnixEpoch();
  window_.length = absl::Seconds(kBinSeconds) * bins_;
  return window_;
}

TuningPolicy PlainPolicy() {
  TuningPolicy policy;
  policy.target_busy_fraction = 1;
  policy.side = Side::kEstimate;
  policy.catch_up = false;
  policy.share_model = ShareModel::kEven;
  policy.slow_record = absl::InfiniteDuration();
  policy.lag_goal = absl::InfiniteDuration();
  policy.lower_ratio = 1;
  return policy;
}

}  // namespace tune
