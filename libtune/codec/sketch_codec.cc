#include "libtune/codec/sketch_codec.h"

#include "libtune/codec/door.h"
#include "libtune/codec/limits.h"

namespace tune {

v1::DdSketch ToProto(const DdSketch& sketch) {
  const SketchData data = sketch.ToData();
  v1::DdSketch proto;
  proto.set_alpha(data.options.alpha);
  proto.set_max_buckets(data.options.max_buckets);
  proto.set_zero_weight(data.zero_weight);
  proto.set_count(data.count);
  proto.set_rejected(data.rejected);
  if (data.count > 0) {
    proto.set_min(data.min);
    proto.set_max(data.max);
  }
  proto.set_collapsed(data.collapsed);
  proto.mutable_index()->Assign(data.index.begin(), data.index.end());
  proto.mutable_weight()->Assign(data.weight.begin(), data.weight.end());
  return proto;
}

absl::StatusOr<DdSketch> FromProto(const v1::DdSketch& proto) {
  Violations violations;
  const Path root("sketch");
  if (!CheckCount(root.Field("index"), proto.index_size(), limits::kSketchBuckets, violations)) {
    return violations.ToStatus();
  }
  SketchData data;
  data.options = {proto.alpha(), proto.max_buckets()};
  data.zero_weight = proto.zero_weight();
  data.count = proto.count();
  data.rejected = proto.rejected();
  data.min = proto.min();
  data.max = proto.max();
  data.collapsed = proto.collapsed();
  data.index.assign(proto.index().begin(), proto.index().end());
  data.weight.assign(proto.weight().begin(), proto.weight().end());
  return DdSketch::FromData(data);
}

}  // namespace tune
