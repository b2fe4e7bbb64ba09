// Policies as people write them: text protos, names of shipped ones, and single fields set over either.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tune/policy.h"
#include "tune/v1/policy.pb.h"

namespace tune {

// Names of the policies in models/, which are built in: "balanced" first.
std::vector<std::string> PolicyNames();

// The message as written, nothing filled in. `origin` is the file's name, for messages.
// kInvalidArgument lists every mistake, `my.textproto line 3, column 7: …`.
absl::StatusOr<v1::TuningPolicy> ParsePolicyText(const std::string& text, const std::string& origin);

// Sets one field: `target_busy_fraction=0.7`, `catch_up_time=30m` (a number and a unit: ns us ms s m h, or `inf`),
// `side=estimate`, `catch_up=false`, `slow_record_of.enrich=50ms` (vertex name or id; all up to the last `=`).
// Ranges are checked by FromProto(). kInvalidArgument names the field, its value and what is allowed; for a field that
// does not exist, those that come near and all that do. `policy` is then as it was.
absl::Status ApplySet(v1::TuningPolicy& policy, const std::string& assignment);

// `policy` with `sets` applied in order. Its name says what was set: "balanced with side=estimate".
// kInvalidArgument: as ApplySet(), and what CheckPolicy() refuses.
absl::StatusOr<TuningPolicy> PolicyWithSets(v1::TuningPolicy policy, const std::vector<std::string>& sets);

// The policy of a name in PolicyNames(), or of a text proto, with `sets` applied. A text without a name is "custom".
// kNotFound: a single word that is no shipped policy's name; kInvalidArgument as above, and what CheckPolicy() refuses.
absl::StatusOr<TuningPolicy> LoadPolicy(const std::string& name_or_text, const std::vector<std::string>& sets = {},
                                        const std::string& origin = "policy");

}  // namespace tune
