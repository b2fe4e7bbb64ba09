#include "absl/strings/str_cat.h"
#include "libtune/history/parquet.h"

namespace tune {

absl::StatusOr<std::unique_ptr<HistoryReader>> MakeParquetReader(const std::string& path, const HistoryOptions&) {
  return absl::UnimplementedError(
      absl::StrCat(path,
                   ": this build does not read Parquet; run `python3 -m venv .cache/venv && .cache/venv/bin/pip "
                   "install pyarrow==26.0.1` and configure with -DLIBTUNE_WITH_PARQUET=ON, or convert the file "
                   "to history.csv"));
}

}  // namespace tune
