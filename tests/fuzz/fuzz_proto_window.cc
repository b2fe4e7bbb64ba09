// Bytes that claim to be a window: refused with a reason, or a window that Recommend() answers and that comes back from
// its own bytes as it was.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "google/protobuf/stubs/logging.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/wire.h"
#include "tune/recommend.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // it reports every text that is not UTF-8
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tune::v1::JobWindow proto;
  if (!tune::ParseWire(std::string(reinterpret_cast<const char*>(data), size), proto).ok()) return 0;
  const auto window = tune::FromProto(proto);
  if (!window.ok()) {
    if (window.status().message().empty()) std::abort();
    return 0;
  }
  const std::string bytes = tune::SerializeDeterministic(tune::ToProto(*window));
  tune::v1::JobWindow again;
  if (!tune::ParseWire(bytes, again).ok()) std::abort();
  const auto window_again = tune::FromProto(again);
  if (!window_again.ok() || tune::SerializeDeterministic(tune::ToProto(*window_again)) != bytes) std::abort();

  const tune::TuningPolicy policy;
  const auto recommendation = tune::Recommend(*window, policy);
  if (!recommendation.ok()) return 0;
  // Whatever the window, the answer is one that a reader takes.
  const auto answer = tune::FromProto(tune::ToProto(*recommendation, *window, policy));
  if (!answer.ok()) {
    fprintf(stderr, "%s\n", std::string(answer.status().message()).c_str());
    std::abort();
  }
  return 0;
}
