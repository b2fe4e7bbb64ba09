// CheckGraph and FindVertex.
#include "libtune/graph/check.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libtune/graph/order.h"

namespace tune {
namespace {

void CheckVertex(const Vertex& v, const Path& path, Violations& bad) {
  if (v.max_parallelism < 1 || v.max_parallelism > kMaxParallelism) {
    bad.Add(path.Field("max_parallelism").Render(), v.max_parallelism, absl::StrCat("[1, ", kMaxParallelism, "]"));
  } else if (v.parallelism < 1 || v.parallelism > v.max_parallelism) {
    bad.Add(path.Field("parallelism").Render(), v.parallelism,
            absl::StrCat("[1, max_parallelism = ", v.max_parallelism, "]"));
  }
  if (v.source_partitions && *v.source_partitions < 1) {
    bad.Add(path.Field("source_partitions").Render(), *v.source_partitions, "> 0");
  }
}

void CheckVertices(const JobGraph& graph, const Path& path, Violations& bad) {
  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(graph.vertices.size());
  for (size_t i = 0; i < graph.vertices.size(); ++i) {
    const Vertex& v = graph.vertices[i];
    const Path at = path.At(static_cast<int64_t>(i));
    if (v.id.empty()) bad.Add(at.Field("id").Render(), "\"\"", "not empty");
    if (!v.id.empty() && !seen.insert(v.id).second) bad.Add(at.Field("id").Render(), Quoted(v.id), "a new id");
    CheckVertex(v, path.Key(v.id), bad);
  }
}

bool InGraph(int index, const JobGraph& graph) {
  return index >= 0 && static_cast<size_t>(index) < graph.vertices.size();
}

// True when all edges lead from a vertex to a vertex, so that the graph may be walked.
bool CheckEdges(const JobGraph& graph, const Path& path, Violations& bad) {
  bool walkable = true;
  absl::flat_hash_set<std::pair<int, int>> seen;
  seen.reserve(graph.edges.size());
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    const Edge& e = graph.edges[i];
    const Path at = path.At(static_cast<int64_t>(i));
    if (!InGraph(e.from, graph) || !InGraph(e.to, graph) || e.from == e.to) {
      bad.Add(at.Render(), absl::StrCat(e.from, " -> ", e.to),
              absl::StrCat("two different vertices in [0, ", graph.vertices.size(), ")"));
      walkable = false;
      continue;
    }
    if (!seen.insert({e.from, e.to}).second)
      bad.Add(at.Render(), absl::StrCat(e.from, " -> ", e.to), "one edge for each pair");
    const Vertex &from = graph.vertices[static_cast<size_t>(e.from)], &to = graph.vertices[static_cast<size_t>(e.to)];
    if (e.ship == ShipStrategy::kForward && from.parallelism != to.parallelism) {
      bad.Add(at.Field("ship").Render(),
              absl::StrCat("forward from ", from.parallelism, " to ", to.parallelism, " subtasks"),
              "equal parallelism on both sides");
    }
  }
  return walkable;
}

// Demand is carried as one number for each pair of source and vertex.
constexpr size_t kMostPairs = 10'000'000;

void CheckPairs(const JobGraph& graph, const GraphView& view, const Path& path, Violations& bad) {
  size_t sources = 0;
  for (size_t v = 0; v < graph.vertices.size(); ++v) sources += view.is_source(static_cast<int>(v)) ? 1 : 0;
  if (sources * graph.vertices.size() <= kMostPairs) return;
  bad.Add(path.Field("vertices").Render(), absl::StrCat(sources, " sources among ", graph.vertices.size(), " vertices"),
          absl::StrCat("sources * vertices <= ", kMostPairs));
}

void CheckOrder(const JobGraph& graph, const GraphView& view, const Path& path, Violations& bad) {
  if (view.order().size() == graph.vertices.size()) return;
  std::vector<bool> sorted(graph.vertices.size(), false);
  for (const int v : view.order()) sorted[static_cast<size_t>(v)] = true;
  std::string on_cycle;
  for (size_t v = 0; v < sorted.size(); ++v) {
    if (!sorted[v]) absl::StrAppend(&on_cycle, on_cycle.empty() ? "" : ", ", graph.vertices[v].id);
  }
  bad.Add(path.Field("edges").Render(), absl::StrCat("a cycle through or before ", on_cycle), "an acyclic graph");
}

// A chain's operators are joined by "->"; where it branches, brackets hold the branches, divided by commas.
bool HasOperator(const std::string& vertex_name, const std::string& name) {
  for (absl::string_view chain : absl::StrSplit(vertex_name, "->")) {
    for (absl::string_view part : absl::StrSplit(chain, absl::ByAnyChar("(),"))) {
      part = absl::StripAsciiWhitespace(part);
      absl::ConsumePrefix(&part, "Source: ");
      absl::ConsumePrefix(&part, "Source:_");
      absl::ConsumePrefix(&part, "Sink: ");
      if (!part.empty() && part == name) return true;
    }
  }
  return false;
}

constexpr int kNone = -1, kSeveral = -2;

// The only vertex that `fits`.
template <typename F>
int Only(const JobGraph& graph, F fits) {
  int found = kNone;
  for (size_t i = 0; i < graph.vertices.size(); ++i) {
    if (!fits(graph.vertices[i])) continue;
    if (found != kNone) return kSeveral;
    found = static_cast<int>(i);
  }
  return found;
}

}  // namespace

int FindVertex(const JobGraph& graph, const std::string& name) {
  int found = Only(graph, [&](const Vertex& v) { return v.id == name; });
  if (found == kNone) found = Only(graph, [&](const Vertex& v) { return v.name == name; });
  if (found == kNone) {
    found = Only(graph, [&](const Vertex& v) {
      return v.name == absl::StrCat("Source: ", name) || v.name == absl::StrCat("Source:_", name);
    });
  }
  if (found == kNone) found = Only(graph, [&](const Vertex& v) { return HasOperator(v.name, name); });
  return found == kSeveral ? kNone : found;
}

const std::string& NameOf(const Vertex& vertex) { return vertex.name.empty() ? vertex.id : vertex.name; }

void CheckGraph(const JobGraph& graph, const Path& path, Violations& violations) {
  if (graph.vertices.empty()) violations.Add(path.Field("vertices").Render(), "[]", "at least one vertex");
  CheckVertices(graph, path.Field("vertices"), violations);
  if (!CheckEdges(graph, path.Field("edges"), violations)) return;
  const GraphView view(graph);
  CheckPairs(graph, view, path, violations);
  CheckOrder(graph, view, path, violations);
}

absl::Status CheckGraph(const JobGraph& graph) {
  Violations violations;
  const Path root;
  CheckGraph(graph, root, violations);
  return violations.ToStatus();
}

}  // namespace tune
