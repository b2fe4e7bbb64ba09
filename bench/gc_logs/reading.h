// What libtune reads of a GC log, by the readers of `tune gc`.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "bench/gc_logs/truth.h"

namespace tune::bench {

struct Reading {
  std::map<Figure, double> figures;  // absent: the log does not tell
  std::vector<std::string> causes;   // of full collections that were needed, sorted
};

// Of the collections that `truth` is known of.
absl::StatusOr<Reading> ReadLog(const Truth& truth);

}  // namespace tune::bench
