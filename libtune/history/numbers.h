// Numbers as text, without a locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tune {

// A decimal number, 1, -2.5, +3e4; NaN, Inf, Infinity and what is out of a double's range give NaN or an infinity.
// nullopt: anything else.
std::optional<double> ParseNumber(std::string_view text);

// A whole decimal number that fits; nullopt: anything else.
std::optional<int64_t> ParseInteger(std::string_view text);

// True: `value` can be milliseconds since 1970. Seconds cannot: as milliseconds, those of the years 2001 to 2286 are
// days of early 1970.
bool IsTimeMs(int64_t value);
constexpr const char* kTimeMsAllowed = "milliseconds since 1970, not seconds";

// The shortest text that reads back as the same value.
std::string FormatNumber(double value);

}  // namespace tune
