// Stored bytes may rot, and a row's may turn up in another row.
#pragma once

#include <cstdint>
#include <string>

namespace tune {

// CRC-32 of `bytes` in the row that `row` names: "pushes 12 5". One that does not match is of other bytes, or of
// another row.
int64_t ChecksumOf(const std::string& row, const std::string& bytes);

}  // namespace tune
