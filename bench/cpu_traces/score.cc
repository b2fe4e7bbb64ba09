// cpu_traces_score [FOLDER [RATES]]: CPU requests by libtune and by others, on recorded use.
// FOLDER holds CPU traces, RATES arrival rates in place of them; the defaults are data/usage and data/rates in
// $LIBTUNE_SHARED, or in ../shared. A set whose default folder is absent is skipped.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/strings/str_format.h"
#include "bench/cpu_traces/compare.h"
#include "bench/cpu_traces/traces.h"

namespace cpu_traces {
namespace {

constexpr double kHour = 3600;

int CompareFolder(const std::string& title, const std::string& folder, bool given, Unit unit) {
  if (!given && !std::filesystem::exists(folder)) {
    absl::PrintF("skipped: %s does not exist; give a folder of traces, or set LIBTUNE_SHARED\n", folder);
    return 0;
  }
  const absl::StatusOr<std::vector<Trace>> traces = ReadTraces(folder, unit);
  if (!traces.ok()) {
    absl::FPrintF(stderr, "%s\n", std::string(traces.status().message()));
    return 1;
  }
  const bool each = unit == Unit::kCores;
  Compare(title, *traces, {"decided once", std::nullopt}, 49, each);
  Compare(title, *traces, {"decided every day", 24 * kHour}, 25, each);
  Compare(title, *traces, {"decided every hour", kHour}, 13, each);
  CompareConstants(title, *traces, {"decided once", std::nullopt}, 25);
  CompareConstants(title, *traces, {"decided every day", 24 * kHour}, 13);
  return 0;
}

int Run(int argc, char** argv) {
  const char* variable = std::getenv("LIBTUNE_SHARED");
  const std::string shared = variable != nullptr ? variable : "../shared";
  absl::PrintF(
      "# CPU requests: the first half of each trace decides, the second scores\n\n"
      "slack: mean over the minutes of the unused share of the request, 0 in a minute over it; all in per cent. Every "
      "request is\nrounded up to whole millicores.\n");
  const std::string usage = argc > 1 ? argv[1] : shared + "/data/usage";
  const std::string rates = argc > 2 ? argv[2] : shared + "/data/rates";
  if (const int failed = CompareFolder("CPU", usage, argc > 1, Unit::kCores)) return failed;
  if (const int failed = CompareFolder("Arrival rates", rates, argc > 2, Unit::kMean)) return failed;
  for (const uint64_t seed : {1, 2}) {
    const std::vector<Trace> made = MakeTraces(4, seed);
    const std::string title = absl::StrFormat("Made up, seed %d", seed);
    Compare(title, made, {"decided once", std::nullopt}, 49, false);
    Compare(title, made, {"decided every day", 24 * kHour}, 25, false);
    CompareConstants(title, made, {"decided once", std::nullopt}, 25);
  }
  return 0;
}

}  // namespace
}  // namespace cpu_traces

int main(int argc, char** argv) { return cpu_traces::Run(argc, argv); }
