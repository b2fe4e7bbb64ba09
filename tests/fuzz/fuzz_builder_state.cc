// Bytes that claim to be a saved WindowBuilder: refused with a reason, or a builder that takes further samples, gives
// windows that Recommend() answers or refuses, and comes back from its own bytes as it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/support/any_samples.h"
#include "tune/recommend.h"

namespace {

void MustComeBack(const tune::WindowBuilder& builder) {
  const std::string bytes = builder.Save();
  const auto again = tune::WindowBuilder::Restore(bytes);
  if (again.ok() && again->Save() != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  auto builder = tune::WindowBuilder::Restore(bytes);
  if (!builder.ok()) {
    if (builder.status().message().empty()) std::abort();
    return 0;
  }
  const auto again = tune::WindowBuilder::Restore(builder->Save());
  if (!again.ok() || again->Save() != builder->Save()) std::abort();
  const tune::TuningPolicy policy;
  tune::Recommend(builder->Window(), policy).IgnoreError();
  tune::AnySamples samples(size);
  for (int i = 0; i < 100; ++i) tune::Add(*builder, samples.Next()).IgnoreError();
  tune::Recommend(builder->Window(), policy).IgnoreError();
  MustComeBack(*builder);
  return 0;
}
