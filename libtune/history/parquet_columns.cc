#include "libtune/history/parquet_columns.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

bool IsText(const arrow::DataType& type) {
  if (type.id() == arrow::Type::DICTIONARY)
    return IsText(*static_cast<const arrow::DictionaryType&>(type).value_type());
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING;
}

struct Allowed {
  bool (*is)(const arrow::DataType&);
  const char* name;
};
constexpr Allowed kText = {IsText, "string, plain or by dictionary"};
constexpr std::array<Allowed, kLongColumns.size()> kAllowed = {{
    {[](const arrow::DataType& type) { return type.id() == arrow::Type::INT64; }, "int64"},
    kText,
    kText,
    {[](const arrow::DataType& type) { return type.id() == arrow::Type::INT32; }, "int32"},
    kText,
    {[](const arrow::DataType& type) { return type.id() == arrow::Type::DOUBLE; }, "double"},
}};

}  // namespace

absl::StatusOr<std::vector<int>> FindLongColumns(const arrow::Schema& schema) {
  std::vector<int> columns;
  Violations violations;
  for (size_t i = 0; i < kLongColumns.size(); ++i) {
    const std::string field = absl::StrCat("column ", kLongColumns[i]);
    const std::vector<int> found = schema.GetAllFieldIndices(kLongColumns[i]);
    if (found.size() != 1) {
      violations.Add(field, found.empty() ? "missing" : "there twice", kAllowed[i].name);
      continue;
    }
    const arrow::DataType& type = *schema.field(found[0])->type();
    if (!kAllowed[i].is(type)) violations.Add(field, type.ToString(), kAllowed[i].name);
    columns.push_back(found[0]);
  }
  if (!violations.empty()) return violations.ToStatus();
  return columns;
}

TextColumn::TextColumn(std::shared_ptr<arrow::Array> array) : array_(std::move(array)) {
  const arrow::Array* values = array_.get();
  if (values->type_id() == arrow::Type::DICTIONARY) {
    dictionary_ = static_cast<const arrow::DictionaryArray*>(values);
    values = dictionary_->dictionary().get();
  }
  if (values->type_id() == arrow::Type::LARGE_STRING) {
    large_ = static_cast<const arrow::LargeStringArray*>(values);
  } else {
    texts_ = static_cast<const arrow::StringArray*>(values);
  }
}

std::string_view TextColumn::At(int64_t row) const {
  const int64_t at = dictionary_ != nullptr ? dictionary_->GetValueIndex(row) : row;
  return texts_ != nullptr ? texts_->GetView(at) : large_->GetView(at);
}

LongBatch::LongBatch(const arrow::RecordBatch& batch)
    : time_ms(std::static_pointer_cast<arrow::Int64Array>(batch.GetColumnByName(kLongColumns[0]))),
      scope(batch.GetColumnByName(kLongColumns[1])),
      id(batch.GetColumnByName(kLongColumns[2])),
      subtask(std::static_pointer_cast<arrow::Int32Array>(batch.GetColumnByName(kLongColumns[3]))),
      metric(batch.GetColumnByName(kLongColumns[4])),
      value(std::static_pointer_cast<arrow::DoubleArray>(batch.GetColumnByName(kLongColumns[5]))) {}

}  // namespace tune
