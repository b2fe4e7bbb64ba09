// What readers of YAML objects share: fields by name, and what is wrong with them.
#pragma once

#include <string>

#include "libtune/codec/yaml_tree.h"
#include "libtune/internal/not_allowed.h"

namespace tune {

// The tree and the name must live longer. A null is an absent field.
class YamlReader {
 protected:
  YamlReader(const YamlTree& tree, const std::string& origin) : tree_(tree), origin_(origin) {}

  // For messages: "null", "\"text\"", "a list", "a map".
  static std::string KindText(const YamlNode& node);
  // Where a field is: "job.yaml line 7: spec.job". Left out are a line that is 0 and an origin that is empty, as of
  // trees that come from no text.
  std::string Place(int line, const std::string& field) const;
  void Bad(int line, const std::string& field, const std::string& value, const std::string& allowed);

  const YamlNode& At(int index) const { return tree_.nodes[static_cast<size_t>(index)]; }
  // The value of a field; nullptr where it is absent.
  const YamlNode* Field(const YamlNode& map, const char* name) const;
  // The same, of one kind; another is a violation, and nullptr. `path` is the field's name in it.
  const YamlNode* Map(const YamlNode& parent, const char* name, const std::string& path);
  const YamlNode* List(const YamlNode& parent, const char* name, const std::string& path);
  // Empty where the field is absent.
  std::string Text(const YamlNode& parent, const char* name, const std::string& path);

  const YamlTree& tree_;
  const std::string& origin_;
  Violations violations_;

 private:
  const YamlNode* OfKind(const YamlNode& parent, const char* name, const std::string& path, YamlNode::Kind kind,
                         const char* allowed);
};

}  // namespace tune
