// Sketches both ways, so that one shard's can be merged into another's.
#pragma once

#include "absl/status/statusor.h"
#include "libtune/window/sketch.h"
#include "tune/v1/window.pb.h"

namespace tune {

v1::DdSketch ToProto(const DdSketch& sketch);

// kInvalidArgument names the field that no sketch could have written.
absl::StatusOr<DdSketch> FromProto(const v1::DdSketch& proto);

}  // namespace tune
