// Enums both ways by one table for each, so that neither side depends on the other's numbers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "libtune/codec/door.h"

namespace tune {

template <typename Core, typename Wire>
struct EnumPair {
  Core core;
  Wire wire;
};

// Every value of Core is in the table: adding one to the core without a row here is our bug, which tests find.
template <typename Core, typename Wire, size_t N>
Wire ToWire(const EnumPair<Core, Wire> (&table)[N], Core value) {
  for (const auto& row : table) {
    if (row.core == value) return row.wire;
  }
  return static_cast<Wire>(0);
}

// The table's first value, and a violation that lists all, when `value` is UNSPECIFIED or a number without a name.
template <typename Core, typename Wire, size_t N>
Core ReadEnum(const EnumPair<Core, Wire> (&table)[N], Wire value, const Path& path, Violations& violations) {
  std::vector<std::string> names;
  for (const auto& row : table) {
    if (row.wire == value) return row.core;
  }
  const google::protobuf::EnumDescriptor* type = google::protobuf::GetEnumDescriptor<Wire>();
  for (const auto& row : table) names.push_back(type->FindValueByNumber(row.wire)->name());
  const google::protobuf::EnumValueDescriptor* named = type->FindValueByNumber(value);
  violations.Add(path.Render(), named != nullptr ? named->name() : absl::StrCat(static_cast<int>(value)),
                 absl::StrJoin(names, ", "));
  return table[0].core;
}

}  // namespace tune
