// YAML documents as trees, read from a text that nobody vouches for. Everything that could make a reader expensive
// or ambiguous is refused with its line: more than one document where one is asked for, doubled keys, keys that are no
// scalars, merge keys, aliases to an open node, and sizes beyond limits.h. An alias is not copied but points to the
// node it means.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace tune {

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  bool quoted = false;  // a scalar in quotes: a text whatever it looks like
  int line = 0;         // from 1; 0: the tree comes from no text
  std::string scalar;
  std::vector<int> items;                            // of a sequence: indices into YamlTree::nodes
  std::vector<std::pair<std::string, int>> entries;  // of a map, in the text's order
};

struct YamlTree {
  std::vector<YamlNode> nodes;
  int root = -1;  // -1: no document, or an empty one

  // The value of `key`; nullptr: `map` is no map or has no such key.
  const YamlNode* Find(const YamlNode& map, const std::string& key) const;
};

// `origin` is the file's name, for messages. kInvalidArgument: `job.yaml line 7: …`.
absl::StatusOr<YamlTree> ParseYaml(const std::string& text, const std::string& origin);

struct YamlDocuments {
  YamlTree tree;           // the nodes of all; its root is the first one's
  std::vector<int> roots;  // of each document that is not empty
};

// The same for a list of objects, as kubectl prints them: several documents, and as large as kYamlList… allow.
absl::StatusOr<YamlDocuments> ParseYamlDocuments(const std::string& text, const std::string& origin);

}  // namespace tune
