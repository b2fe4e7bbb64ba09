// Reader of recorded Prometheus text, prometheus.txt: blocks of an endpoint's answer after "# scrape MS …" lines.
#pragma once

#include <memory>
#include <optional>

#include "libtune/history/bytes.h"
#include "libtune/history/history.h"

namespace tune {

// `producer`: the offsets of the source's log (producer_csv.h), if there are any.
std::unique_ptr<HistoryReader> MakePrometheusTextReader(ByteSource source, std::optional<ByteSource> producer,
                                                        const HistoryOptions& options);

}  // namespace tune
