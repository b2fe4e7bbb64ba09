// JSON -> the tree that libtune's readers of YAML read, so that an object of the cluster and a file say the same.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libtune/codec/yaml_tree.h"
#include "service/cluster/json_field.h"

namespace tune {

// A field to take, and of a map the fields of it; none: the whole value.
struct TreeField {
  const char* name;
  std::vector<TreeField> fields;
};

// Only wanted fields; of the whole list or text where a map was expected, no more than that it is one. Its nodes have
// no lines. Numbers are written as short as means the same.
// kInvalidArgument names the field that has more values, levels or bytes than limits.h allows of a YAML text.
absl::StatusOr<YamlTree> TreeOf(JsonValue object, const std::vector<TreeField>& wanted);

}  // namespace tune
