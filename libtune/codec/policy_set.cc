// ApplySet(): one field of a policy by its name.
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libtune/codec/door.h"
#include "libtune/codec/policy_text.h"

namespace tune {
namespace {

using google::protobuf::FieldDescriptor;

// An assignment taken apart. `key` is what stands between the first dot and the value: for maps.
struct Assignment {
  std::string field;
  std::string key;
  bool has_key = false;
  std::string value;
};

std::string Stripped(const std::string& text) { return std::string(absl::StripAsciiWhitespace(text)); }

absl::StatusOr<Assignment> Split(const std::string& text) {
  const size_t dot_or_equals = text.find_first_of(".=");
  if (dot_or_equals == std::string::npos || text.find('=') == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(Quoted(text), "; allowed: FIELD=VALUE"));
  }
  Assignment out;
  out.field = Stripped(text.substr(0, dot_or_equals));
  out.has_key = text[dot_or_equals] == '.';
  // A vertex's name may hold '=', a duration cannot.
  const size_t equals = out.has_key ? text.rfind('=') : dot_or_equals;
  if (out.has_key) out.key = Stripped(text.substr(dot_or_equals + 1, equals - dot_or_equals - 1));
  out.value = Stripped(text.substr(equals + 1));
  return out;
}

std::string PathOf(const Assignment& a) {
  return a.has_key ? absl::StrCat("policy.", a.field, "[", Quoted(a.key), "]") : absl::StrCat("policy.", a.field);
}

absl::Status Refused(const Assignment& a, const std::string& allowed) {
  return NotAllowed(PathOf(a), Quoted(a.value), allowed);
}

// Letters to insert, delete or change to make `a` of `b`.
size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

absl::Status UnknownField(const Assignment& a) {
  constexpr size_t kLongestName = 64;  // longer ones are no slip of the pen
  std::vector<std::string> near;
  std::vector<std::string> all;
  const auto& type = *v1::TuningPolicy::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const std::string& name = type.field(i)->name();
    all.push_back(name);
    const bool part = a.field.size() >= 4 && (absl::StrContains(name, a.field) || absl::StrContains(a.field, name));
    const bool close = a.field.size() <= kLongestName && EditDistance(a.field, name) <= 1 + name.size() / 5;
    if (part || close) near.push_back(name);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "policy has no field ", Quoted(a.field), near.empty() ? "" : absl::StrCat("; near: ", absl::StrJoin(near, ", ")),
      "; allowed: ", absl::StrJoin(all, ", ")));
}

absl::StatusOr<google::protobuf::Duration> DurationOf(const Assignment& a) {
  absl::Duration duration;
  if (!absl::ParseDuration(a.value, &duration)) return Refused(a, "a number and a unit, as 10ms, 30m, 24h; or inf");
  return ToProto(duration);
}

absl::Status SetEnum(const Assignment& a, const FieldDescriptor& field, google::protobuf::Message& policy) {
  std::vector<std::string> allowed;
  const auto& type = *field.enum_type();
  const std::string& unspecified = type.FindValueByNumber(0)->name();
  const std::string prefix = std::string(absl::StripSuffix(unspecified, "UNSPECIFIED"));
  for (int i = 1; i < type.value_count(); ++i) {
    const std::string& name = type.value(i)->name();
    const std::string short_name = absl::AsciiStrToLower(std::string(absl::StripPrefix(name, prefix)));
    if (absl::EqualsIgnoreCase(a.value, name) || absl::EqualsIgnoreCase(a.value, short_name)) {
      policy.GetReflection()->SetEnum(&policy, &field, type.value(i));
      return absl::OkStatus();
    }
    allowed.push_back(short_name);
  }
  return Refused(a, absl::StrJoin(allowed, ", "));
}

absl::Status SetPlain(const Assignment& a, const FieldDescriptor& field, google::protobuf::Message& policy) {
  const google::protobuf::Reflection& reflection = *policy.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      double value = 0;
      if (!absl::SimpleAtod(a.value, &value) || !std::isfinite(value)) return Refused(a, "a finite number");
      reflection.SetDouble(&policy, &field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t value = 0;
      if (!absl::SimpleAtoi(a.value, &value)) return Refused(a, "a whole number");
      reflection.SetInt32(&policy, &field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t value = 0;
      if (!absl::SimpleAtoi(a.value, &value)) return Refused(a, "a whole number");
      reflection.SetInt64(&policy, &field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (a.value != "true" && a.value != "false") return Refused(a, "true, false");
      reflection.SetBool(&policy, &field, a.value == "true");
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (a.value.empty()) return Refused(a, "a text that is not empty");
      reflection.SetString(&policy, &field, Utf8(a.value));
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(a, field, policy);
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const auto duration = DurationOf(a);  // the only message that a policy holds
      if (!duration.ok()) return duration.status();
      reflection.MutableMessage(&policy, &field)->CopyFrom(*duration);
      return absl::OkStatus();
    }
    default:
      return absl::InternalError(absl::StrCat(PathOf(a), " has a type that cannot be set from text"));
  }
}

}  // namespace

absl::Status ApplySet(v1::TuningPolicy& policy, const std::string& assignment) {
  const absl::StatusOr<Assignment> a = Split(assignment);
  if (!a.ok()) return a.status();
  const FieldDescriptor* field = v1::TuningPolicy::descriptor()->FindFieldByName(a->field);
  if (field == nullptr) return UnknownField(*a);
  if (!field->is_map()) {
    if (a->has_key) return Refused(*a, absl::StrCat(a->field, "=VALUE, as the field has no parts"));
    return SetPlain(*a, *field, policy);
  }
  if (a->key.empty()) return Refused(*a, absl::StrCat(a->field, ".VERTEX=DURATION"));
  const auto duration = DurationOf(*a);
  if (!duration.ok()) return duration.status();
  (*policy.mutable_slow_record_of())[Utf8(a->key)] = *duration;
  return absl::OkStatus();
}

}  // namespace tune
