// Reader of recorded Flink REST answers, rest.jsonl: one JSON object a line. FORMATS.md lists the keys that are read.
#pragma once

#include <memory>
#include <optional>

#include "libtune/history/bytes.h"
#include "libtune/history/history.h"

namespace tune {

// `producer`: the offsets of the source's log (producer_csv.h), if there are any.
std::unique_ptr<HistoryReader> MakeFlinkRestReader(ByteSource source, std::optional<ByteSource> producer,
                                                   const HistoryOptions& options);

}  // namespace tune
