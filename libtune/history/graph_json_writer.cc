#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "libtune/history/graph_json.h"

namespace tune {
namespace {

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string VertexText(const Vertex& vertex) {
  std::string out =
      absl::StrCat("    {\"id\": ", Quoted(vertex.id), ", \"name\": ", Quoted(vertex.name),
                   ", \"parallelism\": ", vertex.parallelism, ", \"max_parallelism\": ", vertex.max_parallelism,
                   ", \"slot_sharing_group\": ", Quoted(vertex.slot_sharing_group));
  if (vertex.source_partitions) absl::StrAppend(&out, ", \"source_partitions\": ", *vertex.source_partitions);
  return out + "}";
}

std::string FactsText(const JobFacts& facts) {
  std::string out = absl::StrCat("{\"job_name\": ", Quoted(facts.job_name));
  if (facts.flink_major > 0) {
    absl::StrAppend(&out, ", \"flink_version\": \"", facts.flink_major, ".", facts.flink_minor, "\"");
  }
  if (facts.adaptive_scheduler) {
    absl::StrAppend(&out, ", \"adaptive_scheduler\": ", *facts.adaptive_scheduler ? "true" : "false");
  }
  if (facts.slots_per_task_manager) {
    absl::StrAppend(&out, ", \"slots_per_task_manager\": ", *facts.slots_per_task_manager);
  }
  if (!facts.configuration.empty()) {
    absl::StrAppend(&out, ", \"configuration\": {");
    for (const char* comma = ""; const auto& [key, value] : facts.configuration) {
      absl::StrAppend(&out, comma, Quoted(key), ": ", Quoted(value));
      comma = ", ";
    }
    out += "}";
  }
  return out + "}";
}

}  // namespace

std::string FormatGraphJson(const JobGraph& graph, const JobFacts& facts) {
  std::string out = "{\n  \"vertices\": [\n";
  for (size_t i = 0; i < graph.vertices.size(); ++i) {
    absl::StrAppend(&out, VertexText(graph.vertices[i]), i + 1 < graph.vertices.size() ? ",\n" : "\n");
  }
  out += "  ],\n  \"edges\": [\n";
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    const Edge& edge = graph.edges[i];
    absl::StrAppend(&out, "    {\"from\": ", Quoted(graph.vertices[static_cast<size_t>(edge.from)].id),
                    ", \"to\": ", Quoted(graph.vertices[static_cast<size_t>(edge.to)].id), ", \"ship\": \"",
                    ShipName(edge.ship), i + 1 < graph.edges.size() ? "\"},\n" : "\"}\n");
  }
  absl::StrAppend(&out, "  ],\n  \"edges_inferred\": ", graph.inferred ? "true" : "false",
                  ",\n  \"facts\": ", FactsText(facts), "\n}\n");
  return out;
}

absl::Status WriteGraphJson(const std::string& path, const JobGraph& graph, const JobFacts& facts) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << FormatGraphJson(graph, facts);
  file.close();
  if (file) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, ": cannot be written"));
}

}  // namespace tune
