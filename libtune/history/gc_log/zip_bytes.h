// Entries of a zip archive.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/history/bytes.h"

namespace tune {

// True when the file begins as a zip archive does. False too for what cannot be opened.
bool IsZip(const std::string& path);

// Names of the archive's files, in its order. kInvalidArgument: damaged or cut off, or more than 10,000 entries.
absl::StatusOr<std::vector<std::string>> ZipEntries(const std::string& path);

// kInvalidArgument: no such entry, encrypted, packed in a way that zlib does not undo. Reading says kInvalidArgument
// where the data is damaged.
absl::StatusOr<std::unique_ptr<ByteReader>> OpenZipEntry(const std::string& path, const std::string& entry);

}  // namespace tune
