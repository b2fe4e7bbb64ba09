// Any bytes as the body of a watch, cut anywhere: events or an error, and the same ones however they are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "service/kube/watch_stream.h"

namespace {

constexpr size_t kMostLineBytes = 256;

struct Outcome {
  std::string events;
  absl::Status status;
};

Outcome ReadInSteps(const std::string& text, size_t step) {
  Outcome outcome;
  tune::WatchStream stream("GET /fuzz", kMostLineBytes);
  for (size_t i = 0; i < text.size(); i += step) {
    outcome.status = stream.Feed(text.substr(i, step), [&outcome](tune::WatchEvent event, simdjson::dom::element) {
      outcome.events += static_cast<char>('0' + static_cast<int>(event));
      return absl::OkStatus();
    });
  }
  if (outcome.status.ok()) outcome.status = stream.End();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = ReadInSteps(text, size), cut = ReadInSteps(text, 1 + data[0] % 64);
  if (whole.events != cut.events || whole.status != cut.status) std::abort();
  if (!whole.status.ok() && whole.status.message().empty()) std::abort();
  return 0;
}
