#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "libtune/history/gc_log/gc_log.h"

// Figures must be what Collection says of them, whatever is in the file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto outline = tune::ReadGcLog({tune::ByteSource::Memory("fuzz", bytes)}, [](const tune::Collection& c) {
    for (const auto& space : {c.heap, c.young, c.survivor, c.old, c.humongous, c.metaspace}) {
      for (const auto& size_of : {space.before, space.after, space.capacity}) {
        if (size_of && size_of->value() < 0) std::abort();
      }
    }
    if (!(c.pause_s >= 0) || !(c.concurrent_s >= 0) || !(c.cpu_s >= 0) || c.jvm < 0) std::abort();
  });
  if (outline.ok() && outline->gc_lines > outline->lines) std::abort();
  return 0;
}
