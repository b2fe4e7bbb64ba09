#include "libtune/codec/patch_text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/struct.pb.h"
#include "libtune/codec/door.h"
#include "yaml-cpp/emitter.h"
#include "yaml-cpp/emittermanip.h"

namespace tune {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

absl::StatusOr<Value> ValueOf(const SpecChange& change, const std::string& path) {
  Value value;
  if (change.after.empty()) {
    value.set_null_value(google::protobuf::NULL_VALUE);
  } else if (change.is_number) {
    double number = 0;
    if (!absl::SimpleAtod(change.after, &number) || !std::isfinite(number)) {
      return NotAllowed(path, Quoted(change.after), "a number");
    }
    value.set_number_value(number);
  } else {
    value.set_string_value(Utf8(change.after));
  }
  return value;
}

absl::Status Set(const std::vector<std::string>& path, const std::string& rendered, const Value& value,
                 Struct& object) {
  Struct* at = &object;
  for (size_t i = 0; i < path.size(); ++i) {
    const std::string part = Utf8(path[i]);
    if (part.empty()) return NotAllowed(rendered, "an empty part", "texts that are not empty");
    const bool last = i + 1 == path.size();
    const bool there = at->fields().count(part) > 0;
    Value& field = (*at->mutable_fields())[part];
    if (there && (last || !field.has_struct_value())) {
      return NotAllowed(rendered, "given twice, or a part of another change", "each field once");
    }
    if (last) {
      field = value;
    } else {
      at = field.mutable_struct_value();
    }
  }
  return absl::OkStatus();
}

absl::Status SetText(const std::vector<std::string>& path, const std::string& rendered, const std::string& text,
                     Struct& object) {
  Value value;
  value.set_string_value(Utf8(text));
  return Set(path, rendered, value, object);
}

absl::StatusOr<Struct> ObjectOf(const SpecPatch& patch) {
  Violations violations;
  CheckNotEmpty(Path("api_version"), patch.api_version, violations);
  CheckNotEmpty(Path("kind"), patch.kind, violations);
  CheckNotEmpty(Path("name"), patch.name, violations);
  if (!violations.empty()) return violations.ToStatus();
  Struct object;
  absl::Status status = SetText({"apiVersion"}, "apiVersion", patch.api_version, object);
  status.Update(SetText({"kind"}, "kind", patch.kind, object));
  status.Update(SetText({"metadata", "name"}, "metadata.name", patch.name, object));
  if (!patch.ns.empty()) status.Update(SetText({"metadata", "namespace"}, "metadata.namespace", patch.ns, object));
  const Path root;
  const Path changes = root.Field("changes");
  for (size_t i = 0; i < patch.changes.size() && status.ok(); ++i) {
    const SpecChange& change = patch.changes[i];
    const std::string at = changes.At(static_cast<int64_t>(i)).Render();
    if (change.path.empty()) return NotAllowed(absl::StrCat(at, ".path"), "[]", "at least one part");
    const absl::StatusOr<Value> value = ValueOf(change, absl::StrCat(at, ".after"));
    if (!value.ok()) return value.status();
    status.Update(Set(change.path, absl::StrCat(at, ".path"), *value, object));
  }
  if (!status.ok()) return status;
  return object;
}

// Letters that no YAML, 1.1 or 1.2, reads as anything but a text.
bool IsPlainWord(const std::string& key) {
  static const std::set<std::string> taken = {"yes", "off", "nan", "inf", "true", "null", "false"};
  const bool letters = std::all_of(key.begin(), key.end(), [](unsigned char c) { return absl::ascii_isalpha(c); });
  return letters && key.size() > 2 && !taken.contains(absl::AsciiStrToLower(key));
}

absl::Status Emit(const Struct& object, YAML::Emitter& yaml) {
  yaml << YAML::BeginMap;
  for (const auto& [key, value] : std::map<std::string, Value>(object.fields().begin(), object.fields().end())) {
    yaml << YAML::Key;
    if (!IsPlainWord(key)) yaml << YAML::DoubleQuoted;
    yaml << key << YAML::Value;
    if (value.has_struct_value()) {
      if (absl::Status status = Emit(value.struct_value(), yaml); !status.ok()) return status;
    } else if (value.has_string_value()) {
      yaml << YAML::DoubleQuoted << value.string_value();
    } else if (value.has_number_value()) {
      const absl::StatusOr<std::string> number = MessageToJson(value, JsonStyle::kCompact);
      if (!number.ok()) return number.status();
      yaml << *number;
    } else {
      yaml << YAML::Null;
    }
  }
  yaml << YAML::EndMap;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> PatchToYaml(const SpecPatch& patch) {
  const absl::StatusOr<Struct> object = ObjectOf(patch);
  if (!object.ok()) return object.status();
  YAML::Emitter yaml;
  if (absl::Status status = Emit(*object, yaml); !status.ok()) return status;
  // All texts with anything but letters are in quotes, where YAML wants this one escaped, which yaml-cpp does not do.
  return absl::StrCat(absl::StrReplaceAll(yaml.c_str(), {{"\x7f", "\\x7f"}}), "\n");
}

absl::StatusOr<std::string> PatchToJson(const SpecPatch& patch, JsonStyle style) {
  const absl::StatusOr<Struct> object = ObjectOf(patch);
  if (!object.ok()) return object.status();
  return MessageToJson(*object, style);
}

}  // namespace tune
