// Spec patches, and what was read of a spec, both ways.
#pragma once

#include "absl/status/statusor.h"
#include "libtune/codec/recommendation_codec.h"
#include "tune/plan.h"
#include "tune/v1/plan.pb.h"

namespace tune {

v1::SpecPatch ToProto(const SpecPatch& patch, const ComputedFrom& from);
v1::FlinkDeploymentSpec ToProto(const FlinkDeploymentSpec& spec);

// A patch that somebody stored or sent.
struct DecodedPatch {
  SpecPatch patch;
  ComputedFrom computed_from;
};

// Each: kInvalidArgument lists every violation, `changes[0].path = absent; allowed: at least one part`.
absl::StatusOr<DecodedPatch> FromProto(const v1::SpecPatch& proto);
absl::StatusOr<FlinkDeploymentSpec> FromProto(const v1::FlinkDeploymentSpec& proto);

}  // namespace tune
