#pragma once

#include <string>

namespace tune {

// SHA-256, 32 bytes: names what is secret or long.
std::string DigestOf(const std::string& bytes);

}  // namespace tune
