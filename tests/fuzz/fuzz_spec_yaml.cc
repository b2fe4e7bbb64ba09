// A text that claims to be a FlinkDeployment: refused with a line, or read; and what was read makes a patch whose YAML
// is read again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "libtune/codec/patch_text.h"
#include "libtune/codec/spec_yaml.h"
#include "libtune/codec/yaml_tree.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read = tune::ReadFlinkDeployment(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
  if (!read.ok()) {
    if (read.status().message().empty()) std::abort();
    return 0;
  }
  tune::SpecPatch patch;
  patch.api_version = read->spec.api_version;
  patch.kind = "FlinkDeployment";
  patch.name = read->spec.name;
  patch.ns = read->spec.ns;
  for (const auto& [key, value] : read->spec.flink_configuration) {
    if (!key.empty()) patch.changes.push_back({{"spec", "flinkConfiguration", key}, "", value, false, ""});
  }
  const auto yaml = tune::PatchToYaml(patch);
  if (!yaml.ok()) return 0;  // two keys that are the same once they are UTF-8
  if (!tune::ParseYaml(*yaml, "patch").ok() && yaml->find("<<") == std::string::npos) std::abort();
  return 0;
}
