#include "libtune/history/outline_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tune {
namespace {

// Vertices without inputs; where edges are not known, those that Flink names as sources.
std::set<std::string> Sources(const JobGraph& graph) {
  std::set<std::string> sources;
  for (const Vertex& vertex : graph.vertices) {
    if (!graph.edges.empty() || vertex.name.starts_with("Source:")) sources.insert(vertex.id);
  }
  for (const Edge& edge : graph.edges) sources.erase(graph.vertices[static_cast<size_t>(edge.to)].id);
  return sources;
}

}  // namespace

int OutlineBuilder::VertexIndex(const std::string& id) {
  const auto [entry, is_new] = index_.try_emplace(id, static_cast<int>(outline_.graph.vertices.size()));
  if (is_new) outline_.graph.vertices.emplace_back().id = id;
  return entry->second;
}

void OutlineBuilder::OrderBy(const std::vector<std::string>& ids) {
  std::vector<Vertex> before = std::exchange(outline_.graph.vertices, {});
  index_.clear();
  for (const std::string& id : ids) VertexIndex(id);
  for (Vertex& old : before) vertex(VertexIndex(old.id)) = std::move(old);
}

void OutlineBuilder::SeeTime(int64_t time_ms) {
  outline_.first_ms = any_time_ ? std::min(outline_.first_ms, time_ms) : time_ms;
  outline_.last_ms = any_time_ ? std::max(outline_.last_ms, time_ms) : time_ms;
  if (any_time_ && time_ms < last_seen_ms_ && ++times_back_ == 1) {
    first_back_ = absl::StrCat("from ", last_seen_ms_, " to ", time_ms, " ms");
  }
  times_on_ += any_time_ && time_ms > last_seen_ms_ ? 1 : 0;
  last_seen_ms_ = time_ms;
  any_time_ = true;
}

void OutlineBuilder::SeeMetric(std::string_view name) {
  if (IsGroundTruth(name) || names_.contains(name)) return;
  if (names_.size() < kMostMetricNames) {
    names_.emplace(name);
  } else {
    ++names_left_out_;
  }
}

absl::StatusOr<HistoryOutline> OutlineBuilder::Finish(const std::string& name) {
  if (times_back_ > 0 && times_back_ >= times_on_) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": times go back ", times_back_, " times, first ", first_back_,
                                                   "; allowed: samples in the order of their times"));
  }
  if (times_back_ > 0) {
    Warn(absl::StrCat("times go back ", times_back_, " times, first ", first_back_,
                      ": what is older than its operator's last sample is left out"));
  }
  outline_.metrics_seen.insert(names_.begin(), names_.end());
  outline_.traffic = traffic_.Sums(outline_.graph.vertices.size());
  for (std::string& warning : counts_.Warnings()) outline_.warnings.push_back(std::move(warning));
  if (names_left_out_ > 0) {
    Warn(absl::StrCat("more than ", kMostMetricNames, " metric names; ", names_left_out_, " times one was not listed"));
  }
  return std::move(outline_);
}

std::unordered_map<std::string, int> IndexOfVertices(const JobGraph& graph) {
  std::unordered_map<std::string, int> index;
  for (size_t i = 0; i < graph.vertices.size(); ++i) index.emplace(graph.vertices[i].id, static_cast<int>(i));
  return index;
}

std::string FindLogSource(const JobGraph& graph, const std::set<std::string>& with_pending_records,
                          std::vector<std::string>& warnings) {
  const std::set<std::string> fit = with_pending_records.empty() ? Sources(graph) : with_pending_records;
  if (fit.size() == 1) return *fit.begin();
  warnings.push_back(fit.empty()
                         ? "log offsets left out: no vertex is known to be a source"
                         : absl::StrCat("log offsets left out: they fit several sources, ", absl::StrJoin(fit, ", ")));
  return "";
}

}  // namespace tune
