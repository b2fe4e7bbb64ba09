// The job graph as Flink deploys it: a vertex is a chain of operators that share one thread per subtask.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tune {

// The largest max parallelism Flink accepts, and so the largest parallelism of a vertex.
constexpr int kMaxParallelism = 1 << 15;

// How records are sent along an edge. kUnknown: the history does not say (recorded REST snapshots without a plan).
enum class ShipStrategy {
  kUnknown,
  kForward,    // subtask i to subtask i: both sides have one parallelism
  kHash,       // by key group
  kRebalance,  // round robin over all
  kRescale,    // round robin over a local part
  kBroadcast,  // every record to every subtask
  kGlobal,     // every record to subtask 0
  kCustom,     // a user's partitioner
};

struct Vertex {
  std::string id;                         // Flink's vertex id; unique in the job, not empty
  std::string name;                       // as Flink shows it, "Source: orders -> filter"; may be empty
  int parallelism = 1;                    // running subtasks; in [1, max_parallelism]
  int max_parallelism = kMaxParallelism;  // key groups; in [1, kMaxParallelism]
  std::string slot_sharing_group = "default";
  std::optional<int> source_partitions;  // of a source's log, > 0; nullopt: no source, or not known
};

struct Edge {
  int from = 0;  // index into JobGraph::vertices
  int to = 0;
  ShipStrategy ship = ShipStrategy::kUnknown;
};

struct JobGraph {
  std::vector<Vertex> vertices;  // in any order
  std::vector<Edge> edges;
  bool inferred = false;  // true: the edges were found from record and byte counts (graph/infer.h), not read
};

// Index of the vertex that `name` means, or -1 when none or several fit. Fits, in this order: its id, its whole
// name, its name without the leading "Source: ", the name of one operator of the chain.
int FindVertex(const JobGraph& graph, const std::string& name);

// What people call the vertex: its name, its id where it has none.
const std::string& NameOf(const Vertex& vertex);

// kInvalidArgument lists every violation, one a line: empty or doubled ids, parallelism or max parallelism out of
// range, edges to nowhere, doubled edges, cycles, forward edges between unequal parallelisms, more than 10^7 pairs of a
// source and a vertex.
absl::Status CheckGraph(const JobGraph& graph);

}  // namespace tune
