#include "libtune/codec/yaml_reader.h"

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {

using Kind = YamlNode::Kind;

std::string YamlReader::KindText(const YamlNode& node) {
  switch (node.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kScalar:
      return Quoted(node.scalar);
    case Kind::kSequence:
      return "a list";
    case Kind::kMap:
      return "a map";
  }
  return "";
}

std::string YamlReader::Place(int line, const std::string& field) const {
  if (line > 0) return absl::StrCat(origin_, " line ", line, ": ", field);
  return origin_.empty() ? field : absl::StrCat(origin_, ": ", field);
}

void YamlReader::Bad(int line, const std::string& field, const std::string& value, const std::string& allowed) {
  violations_.Add(Place(line, field), value, allowed);
}

const YamlNode* YamlReader::Field(const YamlNode& map, const char* name) const {
  const YamlNode* node = tree_.Find(map, name);
  return node == nullptr || node->kind == Kind::kNull ? nullptr : node;
}

const YamlNode* YamlReader::OfKind(const YamlNode& parent, const char* name, const std::string& path, Kind kind,
                                   const char* allowed) {
  const YamlNode* node = Field(parent, name);
  if (node == nullptr || node->kind == kind) return node;
  Bad(node->line, path, KindText(*node), allowed);
  return nullptr;
}

const YamlNode* YamlReader::Map(const YamlNode& parent, const char* name, const std::string& path) {
  return OfKind(parent, name, path, Kind::kMap, "a map");
}

const YamlNode* YamlReader::List(const YamlNode& parent, const char* name, const std::string& path) {
  return OfKind(parent, name, path, Kind::kSequence, "a list");
}

std::string YamlReader::Text(const YamlNode& parent, const char* name, const std::string& path) {
  const YamlNode* node = OfKind(parent, name, path, Kind::kScalar, "a text");
  return node == nullptr ? "" : node->scalar;
}

}  // namespace tune
