// The columns of a history's Parquet file, and their values in a batch.
#pragma once

#include <arrow/api.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tune {

// Those of kCsvHeader, in its order.
constexpr std::array<const char*, 6> kLongColumns = {"time_ms", "scope", "id", "subtask", "metric", "value"};

// Where each of kLongColumns is; other columns may be there too. kInvalidArgument: one is missing, twice there, or of
// another type, with the type that is allowed.
absl::StatusOr<std::vector<int>> FindLongColumns(const arrow::Schema& schema);

// A column of texts, plain or by dictionary.
class TextColumn {
 public:
  explicit TextColumn(std::shared_ptr<arrow::Array> array);
  bool IsNull(int64_t row) const { return array_->IsNull(row); }
  std::string_view At(int64_t row) const;

 private:
  std::shared_ptr<arrow::Array> array_;                 // keeps the others alive
  const arrow::StringArray* texts_ = nullptr;           // of two, the one that is
  const arrow::LargeStringArray* large_ = nullptr;      // the column's, or its dictionary's, type
  const arrow::DictionaryArray* dictionary_ = nullptr;  // null: plain
};

// One batch; `columns` as FindLongColumns() gave them.
struct LongBatch {
  explicit LongBatch(const arrow::RecordBatch& batch);

  std::shared_ptr<arrow::Int64Array> time_ms;
  TextColumn scope, id;
  std::shared_ptr<arrow::Int32Array> subtask;
  TextColumn metric;
  std::shared_ptr<arrow::DoubleArray> value;
};

}  // namespace tune
