// Requests for the service's tests.
#pragma once

#include "libtune/codec/graph_codec.h"
#include "libtune/codec/policy_codec.h"
#include "libtune/codec/window_codec.h"
#include "tests/support/answer.h"
#include "tune/v1/service.pb.h"

namespace tune {

// A source and a map of 900 records/s at 2 ms each: 1.8 subtasks' time, on one.
inline JobWindow DrowningJob() { return SourceAndMap(900, MapOptions(900, 0.002, 1)); }

inline v1::RecommendRequest RequestFor(const JobWindow& window) {
  v1::RecommendRequest request;
  *request.mutable_window() = ToProto(window);
  return request;
}

}  // namespace tune
