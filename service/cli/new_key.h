// Idempotency keys.
#pragma once

#include <string>

namespace tune {

// Of a request that is sent again when nobody answers: it is done once.
std::string NewKey();

}  // namespace tune
