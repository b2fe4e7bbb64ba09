#include "libtune/cli/yaml_text.h"

#include <yaml-cpp/yaml.h>

#include <functional>

#include "absl/strings/str_cat.h"

namespace tune {

std::string JsonToYaml(const std::string& json) {
  YAML::Node node = YAML::Load(json);
  YAML::Emitter out;
  out.SetMapFormat(YAML::Block);
  out.SetSeqFormat(YAML::Block);
  const std::function<void(YAML::Node)> to_block = [&](YAML::Node n) {
    if (!n.IsScalar()) n.SetStyle(YAML::EmitterStyle::Block);
    for (auto child : n) to_block(n.IsMap() ? child.second : YAML::Node(child));
  };
  to_block(node);
  out << node;
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace tune
