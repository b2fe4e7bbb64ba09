// The tables, and how they came to be: one migration after the other.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "service/store/database.h"

namespace tune {

// Makes the tables in a file that is new, brings an older one up to date, and has it checked.
// kFailedPrecondition: no file of this store's, or one of a newer version; kDataLoss: damaged.
absl::Status PrepareSchema(Database& db);

// What would make the file larger fails from now on; one that is larger already may stay as it is.
absl::Status LimitFile(Database& db, int64_t most_bytes);

}  // namespace tune
