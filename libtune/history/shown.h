#pragma once

#include <string>

namespace tune {

// `message` with control characters but line ends as \x1b, so that what a file holds cannot command a terminal.
std::string Shown(const std::string& message);

}  // namespace tune
