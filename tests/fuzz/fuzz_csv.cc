#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "libtune/history/csv.h"
#include "tests/fuzz/null_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto reader = tune::MakeCsvReader(tune::ByteSource::Memory("fuzz", bytes), std::nullopt, {});
  tune::ReadBothPasses(*reader);
  return 0;
}
