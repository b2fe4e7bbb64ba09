// Reader of libtune's own long format, history.csv with graph.json beside it. FORMATS.md describes both.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "libtune/history/bytes.h"
#include "libtune/history/history.h"

namespace tune {

// `graph_json`: path of the graph; nullopt: the vertices are those of the rows, without edges.
std::unique_ptr<HistoryReader> MakeCsvReader(ByteSource source, std::optional<std::string> graph_json,
                                             const HistoryOptions& options);

// The graph.json in the folder of `path`; nullopt: there is none.
std::optional<std::string> FindGraphJson(const std::string& path);

}  // namespace tune
