// What a first pass over a history gathers, whatever its format.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/history/flink_values.h"
#include "libtune/history/history.h"
#include "libtune/history/traffic.h"

namespace tune {

// Lookup by std::string_view without a copy.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

class OutlineBuilder {
 public:
  // The vertex of this id, added behind the others when it is new.
  int VertexIndex(const std::string& id);
  Vertex& vertex(int index) { return outline_.graph.vertices[static_cast<size_t>(index)]; }
  std::vector<Vertex>& vertices() { return outline_.graph.vertices; }
  JobGraph& graph() { return outline_.graph; }
  JobFacts& facts() { return outline_.facts; }

  // Puts the vertices of these ids in front, in this order. Before the first traffic only.
  void OrderBy(const std::vector<std::string>& ids);

  // In the order of the file.
  void SeeTime(int64_t time_ms);
  // Ground truth is not recorded; of more than kMostMetricNames names the rest is counted.
  void SeeMetric(std::string_view name);
  void SeeTaskSample() { ++outline_.samples; }
  void Warn(std::string what) { outline_.warnings.push_back(std::move(what)); }

  TrafficMeter& traffic() { return traffic_; }
  ValueCounts& counts() { return counts_; }

  // Takes everything out. `name`: the file's, for messages. kInvalidArgument: times go back as often as on; where they
  // go back less often that is a warning.
  absl::StatusOr<HistoryOutline> Finish(const std::string& name);

 private:
  static constexpr size_t kMostMetricNames = 10'000;

  HistoryOutline outline_;
  std::unordered_map<std::string, int> index_;
  std::unordered_set<std::string, TextHash, std::equal_to<>> names_;
  TrafficMeter traffic_;
  ValueCounts counts_;
  bool any_time_ = false;
  int64_t last_seen_ms_ = 0, times_on_ = 0, times_back_ = 0;
  std::string first_back_;  // the first time that times went back, as text
  int64_t names_left_out_ = 0;
};

// Index of every vertex id of a graph.
std::unordered_map<std::string, int> IndexOfVertices(const JobGraph& graph);

// The vertex that offsets of a log beside the history belong to: the only one with pendingRecords, else the only
// source (in the edges, else by its name, "Source: x"). Empty, with a warning, when none or several fit.
std::string FindLogSource(const JobGraph& graph, const std::set<std::string>& with_pending_records,
                          std::vector<std::string>& warnings);

}  // namespace tune
