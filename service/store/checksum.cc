#include "service/store/checksum.h"

#include <zlib.h>

namespace tune {

int64_t ChecksumOf(const std::string& row, const std::string& bytes) {
  const auto add = [](uLong sum, const std::string& part) {
    return crc32_z(sum, reinterpret_cast<const Bytef*>(part.data()), part.size());
  };
  return static_cast<int64_t>(add(add(0, row), bytes));
}

}  // namespace tune
