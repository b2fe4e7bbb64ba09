// Recommendations both ways. The message stands alone, the struct does not: it names vertices by their index and its
// evidence borrows its texts. So the way out needs the window and the policy, and the way in owns what it read.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libtune/codec/door.h"
#include "tune/policy.h"
#include "tune/recommendation.h"
#include "tune/v1/recommendation.pb.h"
#include "tune/window.h"

namespace tune {

// What an answer was computed from.
struct ComputedFrom {
  std::string job_name;
  absl::Time window_start;
  absl::Duration window_length;  // >= 0
  absl::Duration bin;            // > 0
  std::string policy_name;
};
ComputedFrom ComputedFromOf(const JobWindow& window, const TuningPolicy& policy);
v1::ComputedFrom ToProto(const ComputedFrom& from);

// `recommendation` is Recommend(window, policy)'s: its indices are those of window.graph.
v1::JobRecommendation ToProto(const JobRecommendation& recommendation, const JobWindow& window,
                              const TuningPolicy& policy);

enum class EvidenceIn {
  kMessage,
  kNothing,  // most of an answer's bytes are left out; findings still name their step's number
};
// The same into an empty message, which may live in an arena.
void Write(const JobRecommendation& recommendation, const JobWindow& window, const TuningPolicy& policy,
           EvidenceIn evidence, v1::JobRecommendation& proto);

// Appends the same as bytes, those of SerializeDeterministic(), in a fraction of the time.
void AppendBytes(const JobRecommendation& recommendation, const JobWindow& window, const TuningPolicy& policy,
                 EvidenceIn evidence, std::string& bytes);

// A recommendation that somebody stored or sent.
struct DecodedRecommendation {
  JobRecommendation recommendation;  // its evidence's texts are in `texts` and live as long
  ComputedFrom computed_from;
  std::vector<std::string> vertex_ids;    // as recommendation.vertices
  std::vector<std::string> vertex_names;  // as recommendation.vertices
  std::vector<std::string> messages;      // as recommendation.findings
  std::shared_ptr<const std::set<std::string>> texts;
};

// kInvalidArgument lists every violation: `vertices["map-3"].now = 0; allowed: [1, 32768]`.
absl::StatusOr<DecodedRecommendation> FromProto(const v1::JobRecommendation& proto);

// For messages that hold one.
ComputedFrom ReadComputedFrom(const v1::ComputedFrom& proto, const Path& path, Violations& violations);

}  // namespace tune
