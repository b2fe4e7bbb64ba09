#include "service/patch/planned_fields.h"

#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"
#include "libtune/plan/field_text.h"

namespace tune {
namespace {

using nlohmann::json;

absl::StatusOr<std::optional<json>> ValueOf(const SpecChange& change) {
  if (change.after.empty()) return std::nullopt;
  if (!change.is_number) return json(Utf8(change.after));
  json number = json::parse(change.after, nullptr, /*allow_exceptions=*/false);
  if (!number.is_number()) return NotAllowed(FieldText(change.path), Quoted(change.after), "a number");
  return number;
}

}  // namespace

absl::StatusOr<std::vector<WantedField>> FieldsOf(const SpecPatch& plan) {
  std::vector<WantedField> fields;
  for (const SpecChange& change : plan.changes) {
    absl::StatusOr<std::optional<json>> value = ValueOf(change);
    if (!value.ok()) return value.status();
    fields.push_back({change.path, *std::move(value)});
  }
  return fields;
}

std::vector<WantedField> FieldsBack(const std::vector<FieldBefore>& before) {
  std::vector<WantedField> fields;
  for (const FieldBefore& was : before) fields.push_back({was.path, was.value});
  return fields;
}

}  // namespace tune
