// graph.json: the job graph and facts beside a history.csv. FORMATS.md describes it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libtune/history/json.h"
#include "tune/job_graph.h"
#include "tune/window.h"

namespace tune {

struct GraphAndFacts {
  JobGraph graph;
  JobFacts facts;
};

// An object with "vertices".
bool IsGraphJson(simdjson::dom::element root);

// kInvalidArgument names the field, "vertices[3].parallelism", its value and what is allowed.
absl::StatusOr<GraphAndFacts> ParseGraphJson(simdjson::dom::element root);

// A file of it. kNotFound: there is none; kInvalidArgument: file and field.
absl::StatusOr<GraphAndFacts> ReadGraphJson(const std::string& path);

// Takes the edges, and the fields that samples do not tell, over into `graph`: names, max parallelism, slot sharing
// groups, partitions. kInvalidArgument: the two have different vertices. A graph without vertices becomes the file's.
absl::Status ApplyGraphJson(simdjson::dom::element root, JobGraph& graph);

// "hash", as graph.json spells it.
const char* ShipName(ShipStrategy ship);

std::string FormatGraphJson(const JobGraph& graph, const JobFacts& facts);

// FormatGraphJson() into a file.
absl::Status WriteGraphJson(const std::string& path, const JobGraph& graph, const JobFacts& facts);

}  // namespace tune
