#include "libtune/graph/infer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tune {
namespace {

// The least share of the upstream's output that has arrived: the rest waits in buffers.
constexpr double kLeastArrived = 0.6;
// A downstream that was asked a moment later than its upstream may seem to have taken a little more.
constexpr double kMostRecords = 1.02;
constexpr double kMostBytes = 1.15;  // bytes in are counted with headers, bytes out without
constexpr double kNoMatch = -1;

// 0 for a perfect match, larger for worse; kNoMatch when out of bounds.
double Distance(double given, double taken, double most) {
  if (given < 0 || taken < 0) return 0;  // not known: says nothing
  if (!(given > 0) || taken < kLeastArrived * given || taken > most * given) return kNoMatch;
  return std::abs(std::log(taken / given));
}

double Distance(const VertexTraffic& from, const VertexTraffic& to) {
  const double records = Distance(from.records_out, to.records_in, kMostRecords);
  const double bytes = Distance(from.bytes_out, to.bytes_in, kMostBytes);
  return records == kNoMatch || bytes == kNoMatch ? kNoMatch : records + bytes;
}

struct Candidate {
  int from, to;
  double distance;
};

class Inference {
 public:
  Inference(std::span<const VertexTraffic> traffic, bool in_order, size_t vertices)
      : traffic_(traffic), in_order_(in_order), has_input_(vertices, false), has_output_(vertices, false) {}

  void MatchSingles(bool reuse_upstreams) {
    for (const Candidate& c : Candidates()) {
      if (has_input_[static_cast<size_t>(c.to)]) continue;
      if (has_output_[static_cast<size_t>(c.from)] && !reuse_upstreams) continue;
      if (!Reaches(c.to, c.from)) Link(c.from, c.to);
    }
  }

  // A vertex whose input is the sum of two upstreams that nothing else consumes: a join or union.
  void MatchPairs() {
    const int count = static_cast<int>(has_input_.size());
    for (int to = 0; to < count; ++to) {
      if (!NeedsInput(to)) continue;
      for (int a = 0; a < count && NeedsInput(to); ++a) {
        for (int b = a + 1; b < count && NeedsInput(to); ++b) {
          if (!MayFeed(a, to) || !MayFeed(b, to) || Reaches(to, a) || Reaches(to, b)) continue;
          VertexTraffic both = traffic_[static_cast<size_t>(a)];
          AddTraffic(both, traffic_[static_cast<size_t>(b)]);
          if (Distance(both, traffic_[static_cast<size_t>(to)]) == kNoMatch) continue;
          Link(a, to);
          Link(b, to);
        }
      }
    }
  }

  // A source whose output nothing was found to take joins another stream at a vertex that then has all its input
  // explained better.
  void JoinLeftOvers() {
    for (int from = 0; from < static_cast<int>(has_output_.size()); ++from) {
      if (!IsLeftOver(from)) continue;
      for (Edge edge : std::vector<Edge>(edges_)) {
        if (edge.from == from || (in_order_ && from > edge.to) || Reaches(edge.to, from)) continue;
        const VertexTraffic& to = traffic_[static_cast<size_t>(edge.to)];
        const double alone = Distance(GivenTo(edge.to), to);
        VertexTraffic both = GivenTo(edge.to);
        AddTraffic(both, traffic_[static_cast<size_t>(from)]);
        const double together = Distance(both, to);
        if (together == kNoMatch || together >= alone) continue;
        Link(from, edge.to);
        break;
      }
    }
  }

  bool IsLeftOver(int v) const {
    const VertexTraffic& t = traffic_[static_cast<size_t>(v)];
    return !has_output_[static_cast<size_t>(v)] && t.records_out > 0 && !(t.records_in > 0) && traffic_.size() > 1;
  }

  bool NeedsInput(int v) const {
    return !has_input_[static_cast<size_t>(v)] && traffic_[static_cast<size_t>(v)].records_in > 0;
  }
  std::vector<Edge> TakeEdges() { return std::move(edges_); }

 private:
  static void AddTraffic(VertexTraffic& into, const VertexTraffic& more) {
    into.records_out += more.records_out;
    into.bytes_out = into.bytes_out < 0 || more.bytes_out < 0 ? -1 : into.bytes_out + more.bytes_out;
  }
  // What the upstreams found so far give to a vertex.
  VertexTraffic GivenTo(int to) const {
    VertexTraffic sum;
    sum.records_out = sum.bytes_out = 0;
    for (const Edge& edge : edges_) {
      if (edge.to == to) AddTraffic(sum, traffic_[static_cast<size_t>(edge.from)]);
    }
    return sum;
  }
  bool MayFeed(int from, int to) const {
    return from != to && !has_output_[static_cast<size_t>(from)] &&
           traffic_[static_cast<size_t>(from)].records_out > 0 && (!in_order_ || from < to);
  }
  void Link(int from, int to) {
    edges_.push_back({from, to, ShipStrategy::kUnknown});
    has_output_[static_cast<size_t>(from)] = true;
    has_input_[static_cast<size_t>(to)] = true;
  }

  // Best first; of equals the nearest in the list.
  std::vector<Candidate> Candidates() const {
    std::vector<Candidate> list;
    const int count = static_cast<int>(traffic_.size());
    for (int to = 0; to < count; ++to) {
      if (!(traffic_[static_cast<size_t>(to)].records_in > 0)) continue;
      for (int from = 0; from < count; ++from) {
        if (from == to || (in_order_ && from > to) || !(traffic_[static_cast<size_t>(from)].records_out > 0)) continue;
        const double d = Distance(traffic_[static_cast<size_t>(from)], traffic_[static_cast<size_t>(to)]);
        if (d != kNoMatch) list.push_back({from, to, d});
      }
    }
    std::sort(list.begin(), list.end(), [](const Candidate& a, const Candidate& b) {
      const int apart_a = std::abs(a.to - a.from), apart_b = std::abs(b.to - b.from);
      return std::tie(a.distance, apart_a, a.to, a.from) < std::tie(b.distance, apart_b, b.to, b.from);
    });
    return list;
  }

  bool Reaches(int from, int to) const {
    std::vector<int> todo = {from};
    std::vector<bool> seen(has_input_.size(), false);
    while (!todo.empty()) {
      const int at = todo.back();
      todo.pop_back();
      if (at == to) return true;
      if (seen[static_cast<size_t>(at)]) continue;
      seen[static_cast<size_t>(at)] = true;
      for (const Edge& edge : edges_) {
        if (edge.from == at) todo.push_back(edge.to);
      }
    }
    return false;
  }

  std::span<const VertexTraffic> traffic_;
  bool in_order_;
  std::vector<bool> has_input_, has_output_;
  std::vector<Edge> edges_;
};

}  // namespace

absl::Status InferEdges(std::span<const VertexTraffic> traffic, bool in_order, JobGraph& graph) {
  if (traffic.size() != graph.vertices.size()) {
    return absl::InternalError(
        absl::StrCat("traffic of ", traffic.size(), " vertices for a graph of ", graph.vertices.size()));
  }
  // A source may count what it reads from its log; nothing in the graph feeds it.
  std::vector<VertexTraffic> crossed(traffic.begin(), traffic.end());
  for (size_t v = 0; v < crossed.size(); ++v) {
    if (absl::StartsWith(graph.vertices[v].name, "Source:")) crossed[v].records_in = 0;
  }
  Inference inference(crossed, in_order, crossed.size());
  inference.MatchSingles(/*reuse_upstreams=*/false);
  inference.MatchPairs();
  inference.MatchSingles(/*reuse_upstreams=*/true);
  inference.JoinLeftOvers();
  std::string fed_by, taken_by;  // vertices of which one side is not known
  for (size_t v = 0; v < crossed.size(); ++v) {
    const std::string name = absl::StrCat("\"", NameOf(graph.vertices[v]), "\"");
    if (inference.NeedsInput(static_cast<int>(v)))
      absl::StrAppend(&fed_by, fed_by.empty() ? " what feeds " : ", ", name);
    if (inference.IsLeftOver(static_cast<int>(v)))
      absl::StrAppend(&taken_by, taken_by.empty() ? " what takes from " : ", ", name);
  }
  if (!fed_by.empty() || !taken_by.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("the history holds no plan, and its traffic does not tell",
                                                      fed_by, fed_by.empty() || taken_by.empty() ? "" : " or", taken_by,
                                                      "; give the plan with --graph FILE (Flink's GET /jobs/ID/plan)"));
  }
  graph.edges = inference.TakeEdges();
  std::sort(graph.edges.begin(), graph.edges.end(),
            [](const Edge& a, const Edge& b) { return std::pair(a.from, a.to) < std::pair(b.from, b.to); });
  graph.inferred = true;
  return absl::OkStatus();
}

}  // namespace tune
