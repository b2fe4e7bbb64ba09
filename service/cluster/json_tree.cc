#include "service/cluster/json_tree.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libtune/codec/limits.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

using Kind = YamlNode::Kind;

std::string TextOf(double number) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

class TreeBuilder {
 public:
  absl::StatusOr<YamlTree> Build(JsonValue object, const std::vector<TreeField>& wanted) {
    tree_.root = AddWanted(object, wanted, Path(), 0);
    if (!status_.ok()) return status_;
    return std::move(tree_);
  }

 private:
  int AddNode(Kind kind) {
    tree_.nodes.emplace_back();
    tree_.nodes.back().kind = kind;
    return static_cast<int>(tree_.nodes.size()) - 1;
  }
  YamlNode& Node(int index) { return tree_.nodes[static_cast<size_t>(index)]; }

  // Room for a value at `path`.
  bool MayAdd(const Path& path, size_t bytes, int depth) {
    if (!status_.ok()) return false;
    bytes_ += bytes;
    const auto refuse = [&](const std::string& value, const std::string& allowed) {
      status_ = NotAllowed(path.Render(), value, allowed);
    };
    if (tree_.nodes.size() >= limits::kYamlNodes) refuse("too many values", absl::StrCat(limits::kYamlNodes));
    if (depth > limits::kYamlDepth) refuse("nested too deep", absl::StrCat(limits::kYamlDepth, " levels"));
    if (bytes_ > limits::kYamlBytes) refuse("too long", absl::StrCat(limits::kYamlBytes, " bytes of the object"));
    return status_.ok();
  }

  int AddWanted(JsonValue value, const std::vector<TreeField>& wanted, const Path& path, int depth) {
    if (wanted.empty()) return AddWhole(value, path, depth);
    simdjson::dom::object map;
    if (value.get(map) != simdjson::SUCCESS) {
      return value.is_array() ? AddNode(Kind::kSequence) : AddWhole(value, path, depth);
    }
    const int node = AddNode(Kind::kMap);
    for (const TreeField& field : wanted) {
      JsonValue child;
      if (map.at_key(field.name).get(child) != simdjson::SUCCESS) continue;
      const int index = AddWanted(child, field.fields, path.Field(field.name), depth + 1);
      Node(node).entries.emplace_back(field.name, index);
    }
    return node;
  }

  int AddWhole(JsonValue value, const Path& path, int depth) {
    if (!MayAdd(path, 0, depth)) return -1;
    switch (value.type()) {
      case simdjson::dom::element_type::OBJECT:
        return AddMap(value, path, depth);
      case simdjson::dom::element_type::ARRAY:
        return AddList(value, path, depth);
      case simdjson::dom::element_type::NULL_VALUE:
        return AddNode(Kind::kNull);
      default:
        return AddScalar(value, path, depth);
    }
  }

  int AddMap(JsonValue value, const Path& path, int depth) {
    const int node = AddNode(Kind::kMap);
    for (const auto& [key, child] : simdjson::dom::object(value)) {
      std::string name(key);
      if (!MayAdd(path, name.size(), depth)) break;
      const int index = AddWhole(child, path.Key(name), depth + 1);
      Node(node).entries.emplace_back(std::move(name), index);
    }
    return node;
  }

  int AddList(JsonValue value, const Path& path, int depth) {
    const int node = AddNode(Kind::kSequence);
    int64_t position = 0;
    for (const JsonValue child : simdjson::dom::array(value)) {
      const int index = AddWhole(child, path.At(position++), depth + 1);
      if (!status_.ok()) break;
      Node(node).items.push_back(index);
    }
    return node;
  }

  int AddScalar(JsonValue value, const Path& path, int depth) {
    std::string text;
    std::string_view string;
    if (value.get(string) == simdjson::SUCCESS) {
      if (!MayAdd(path, string.size(), depth)) return -1;
      text = std::string(string);
    } else if (value.is_bool()) {
      text = bool(value) ? "true" : "false";
    } else if (value.is_int64()) {
      text = absl::StrCat(int64_t(value));
    } else if (value.is_uint64()) {
      text = absl::StrCat(uint64_t(value));
    } else {
      text = TextOf(double(value));
    }
    const int node = AddNode(Kind::kScalar);
    Node(node).quoted = value.is_string();
    Node(node).scalar = std::move(text);
    return node;
  }

  YamlTree tree_;
  size_t bytes_ = 0;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<YamlTree> TreeOf(JsonValue object, const std::vector<TreeField>& wanted) {
  return TreeBuilder().Build(object, wanted);
}

}  // namespace tune
