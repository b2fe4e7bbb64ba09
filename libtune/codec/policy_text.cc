#include "libtune/codec/policy_text.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "libtune/codec/builtin_policies.h"
#include "libtune/codec/door.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/policy_codec.h"

namespace tune {
namespace {

// The parser's mistakes, each with its place; the parser counts both from 0.
class Mistakes : public google::protobuf::io::ErrorCollector {
 public:
  explicit Mistakes(const std::string& origin) : origin_(origin) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (lines_.size() >= Violations::kMost) return;
    lines_.push_back(absl::StrCat(origin_, " line ", line + 1, ", column ", column + 1, ": ", message));
  }

  absl::Status ToStatus() const { return absl::InvalidArgumentError(absl::StrJoin(lines_, "\n")); }

 private:
  const std::string& origin_;
  std::vector<std::string> lines_;
};

using PolicyMap = std::map<std::string, absl::StatusOr<v1::TuningPolicy>>;

// By name. Read once: a service is asked for them with every call.
const PolicyMap& ShippedPolicies() {
  static const PolicyMap* const shipped = [] {
    auto* policies = new PolicyMap;
    for (const BuiltinPolicy& policy : BuiltinPolicies()) {
      policies->emplace(policy.name, ParsePolicyText(policy.text, absl::StrCat("models/", policy.name, ".textproto")));
    }
    return policies;
  }();
  return *shipped;
}

bool IsOneWord(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

// The message that `name_or_text` means, with a name that says where it comes from.
absl::StatusOr<v1::TuningPolicy> Find(const std::string& name_or_text, const std::string& origin) {
  const auto& shipped = ShippedPolicies();
  if (const auto at = shipped.find(name_or_text); at != shipped.end()) return at->second;
  if (IsOneWord(name_or_text)) {
    return absl::NotFoundError(absl::StrCat("policy ", Quoted(name_or_text), " is not shipped; allowed: ",
                                            absl::StrJoin(PolicyNames(), ", "), ", or a text proto"));
  }
  absl::StatusOr<v1::TuningPolicy> policy = ParsePolicyText(name_or_text, origin);
  if (policy.ok() && !policy->has_name()) policy->set_name("custom");
  return policy;
}

}  // namespace

std::vector<std::string> PolicyNames() {
  std::vector<std::string> names;
  for (const BuiltinPolicy& policy : BuiltinPolicies()) names.push_back(policy.name);
  return names;
}

absl::StatusOr<v1::TuningPolicy> ParsePolicyText(const std::string& text, const std::string& origin) {
  if (text.size() > limits::kPolicyTextBytes) {
    return NotAllowed(origin, absl::StrCat(text.size(), " bytes"), absl::StrCat("at most ", limits::kPolicyTextBytes));
  }
  Mistakes mistakes(origin);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&mistakes);
  v1::TuningPolicy policy;
  if (!parser.ParseFromString(text, &policy)) return mistakes.ToStatus();
  return policy;
}

absl::StatusOr<TuningPolicy> PolicyWithSets(v1::TuningPolicy policy, const std::vector<std::string>& sets) {
  const std::string name = policy.name();
  for (const std::string& assignment : sets) {
    if (absl::Status status = ApplySet(policy, assignment); !status.ok()) return status;
  }
  const bool renamed = policy.name() != name;
  if (!sets.empty() && !renamed) policy.set_name(absl::StrCat(name, " with ", Utf8(absl::StrJoin(sets, ", "))));
  return FromProto(policy);
}

absl::StatusOr<TuningPolicy> LoadPolicy(const std::string& name_or_text, const std::vector<std::string>& sets,
                                        const std::string& origin) {
  absl::StatusOr<v1::TuningPolicy> policy = Find(name_or_text, origin);
  if (!policy.ok()) return policy.status();
  return PolicyWithSets(*std::move(policy), sets);
}

}  // namespace tune
