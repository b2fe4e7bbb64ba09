#include "libtune/codec/yaml_tree.h"

#include <map>
#include <set>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/codec/limits.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace tune {
namespace {

// Ends the parse from within the parser's callbacks; caught in ParseYaml().
struct Refusal {
  int line;
  std::string message;
};

// The most that one text may hold.
struct YamlSizes {
  size_t bytes, nodes, documents;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlSizes& most) : most_(most) {}

  YamlDocuments Take() {
    if (!roots_.empty()) tree_.root = roots_.front();
    return {std::move(tree_), std::move(roots_)};
  }

  void OnDocumentStart(const YAML::Mark&) override { anchors_.clear(); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Add(mark, anchor, YamlNode::Kind::kNull); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    const bool open = it == anchors_.end() || open_nodes_.contains(it->second);
    if (open) Refuse(mark, "an alias to a node that it is part of; allowed: one that is complete");
    if (ExpectsKey()) Refuse(mark, "an alias as a key; allowed: a text");
    Attach(mark, it->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (ExpectsKey()) return SetKey(mark, value);
    const bool quoted = tag == "!";
    const bool null = !quoted && (value == "~" || value == "null" || value == "Null" || value == "NULL");
    const int node = Add(mark, anchor, null ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar);
    tree_.nodes[node].quoted = quoted;
    tree_.nodes[node].scalar = value;
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, Add(mark, anchor, YamlNode::Kind::kSequence));
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, Add(mark, anchor, YamlNode::Kind::kMap));
  }
  void OnMapEnd() override { Close(); }

 private:
  // A map or sequence whose end was not seen yet.
  struct OpenNode {
    int node;
    std::set<std::string> keys;
    std::string key;
    bool has_key = false;  // `key` waits for its value
  };

  [[noreturn]] static void Refuse(const YAML::Mark& mark, const std::string& message) {
    throw Refusal{mark.line + 1, message};
  }

  bool ExpectsKey() const {
    return !stack_.empty() && tree_.nodes[stack_.back().node].kind == YamlNode::Kind::kMap && !stack_.back().has_key;
  }

  void SetKey(const YAML::Mark& mark, const std::string& key) {
    OpenNode& map = stack_.back();
    if (key == "<<") Refuse(mark, "a merge key \"<<\"; allowed: the fields written out");
    if (!map.keys.insert(key).second) Refuse(mark, absl::StrCat("key ", Quoted(key), " twice; allowed: once"));
    map.key = key;
    map.has_key = true;
  }

  int Add(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (ExpectsKey()) Refuse(mark, "a key that is no text; allowed: a text");
    if (tree_.nodes.size() >= most_.nodes) {
      Refuse(mark, absl::StrCat("more than ", most_.nodes, " values; allowed: at most that many"));
    }
    const int node = static_cast<int>(tree_.nodes.size());
    tree_.nodes.emplace_back();
    tree_.nodes.back().kind = kind;
    tree_.nodes.back().line = mark.line + 1;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    Attach(mark, node);
    return node;
  }

  void Attach(const YAML::Mark& mark, int node) {
    if (stack_.empty()) {
      if (tree_.nodes[node].kind == YamlNode::Kind::kNull) return;  // an empty document between two marks
      if (roots_.size() >= most_.documents) Refuse(mark, "a second document; allowed: one");
      roots_.push_back(node);
      return;
    }
    OpenNode& parent = stack_.back();
    YamlNode& into = tree_.nodes[parent.node];
    if (into.kind == YamlNode::Kind::kMap) {
      into.entries.emplace_back(parent.key, node);
      parent.has_key = false;
    } else {
      into.items.push_back(node);
    }
  }

  void Open(const YAML::Mark& mark, int node) {
    if (stack_.size() >= limits::kYamlDepth) {
      Refuse(mark, absl::StrCat("nested deeper than ", limits::kYamlDepth, "; allowed: at most that deep"));
    }
    stack_.push_back({node, {}, "", false});
    open_nodes_.insert(node);
  }

  void Close() {
    open_nodes_.erase(stack_.back().node);
    stack_.pop_back();
  }

  YamlSizes most_;
  YamlTree tree_;
  std::vector<int> roots_;
  std::vector<OpenNode> stack_;
  std::set<int> open_nodes_;
  std::map<YAML::anchor_t, int> anchors_;
};

absl::Status At(const std::string& origin, int line, const std::string& message) {
  return absl::InvalidArgumentError(absl::StrCat(origin, " line ", line, ": ", message));
}

absl::StatusOr<YamlDocuments> Parse(const std::string& text, const std::string& origin, const YamlSizes& most) {
  if (text.size() > most.bytes) {
    return NotAllowed(origin, absl::StrCat(text.size(), " bytes"), absl::StrCat("at most ", most.bytes));
  }
  TreeBuilder builder(most);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    return At(origin, refusal.line, refusal.message);
  } catch (const YAML::Exception& error) {
    return At(origin, error.mark.line + 1, absl::StrCat("not YAML: ", error.msg));
  }
  return builder.Take();
}

}  // namespace

const YamlNode* YamlTree::Find(const YamlNode& map, const std::string& key) const {
  for (const auto& [name, node] : map.entries) {
    if (name == key) return &nodes[node];
  }
  return nullptr;
}

absl::StatusOr<YamlTree> ParseYaml(const std::string& text, const std::string& origin) {
  absl::StatusOr<YamlDocuments> parsed = Parse(text, origin, {limits::kYamlBytes, limits::kYamlNodes, 1});
  if (!parsed.ok()) return parsed.status();
  return std::move(parsed->tree);
}

absl::StatusOr<YamlDocuments> ParseYamlDocuments(const std::string& text, const std::string& origin) {
  return Parse(text, origin, {limits::kYamlListBytes, limits::kYamlListNodes, limits::kYamlListNodes});
}

}  // namespace tune
