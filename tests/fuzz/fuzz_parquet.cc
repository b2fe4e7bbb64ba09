// The reader takes a path, so the bytes go through a file in memory.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/history/parquet.h"
#include "tests/fuzz/null_sink.h"

namespace {

// A file that only this process sees, as a path; its bytes are replaced for every input.
int MemoryFile() {
  const int file = memfd_create("fuzz.parquet", MFD_CLOEXEC);
  if (file < 0) std::abort();
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = MemoryFile();
  static const std::string path = absl::StrCat("/proc/self/fd/", file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  const auto reader = tune::MakeParquetReader(path, {});
  if (reader.ok()) tune::ReadBothPasses(**reader);
  return 0;
}
