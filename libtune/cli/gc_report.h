// What `tune gc` says about a log: collected while it is read, printed as a table or as JSON.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/cli/arguments.h"
#include "libtune/cli/gc_picture.h"
#include "libtune/gc/gc_sizing.h"
#include "libtune/gc/gc_totals.h"
#include "libtune/history/gc_log/gc_log.h"

namespace tune {

struct GcReport {
  GcLogOutline outline;
  GcTotals totals;
  double warm_up_s = 0;
  std::deque<Collection> full;  // the last ones, or all
  // Of the old generation after organic full collections behind the warm-up, in bytes; empty: there was none.
  std::vector<double> old_after_full;
  GcSizing sizing;
  GcPicture picture;
};

// Reads the log that the arguments name.
absl::StatusOr<GcReport> MakeGcReport(const Arguments& arguments);

// One JSON document, with a newline. Sizes in bytes, times in seconds, rates per second; what the log does not tell is
// null.
std::string GcReportJson(const GcReport& report);

const char* CollectorName(Collector collector);
const char* KindName(CollectionKind kind);

// What is known of the old generation after a full collection: G1 without region counts tells the heap alone, in which
// nothing young is left then.
std::optional<Bytes> OldAfterFull(const Collection& full);

}  // namespace tune
