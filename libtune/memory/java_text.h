// Numbers as Java reads them from text: Flink's options go through Integer.parseInt, Float.parseFloat and
// Double.parseDouble. ASCII only; Java's digits of other scripts are not taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tune {

// Without the characters up to U+0020 at both ends.
std::string JavaTrim(const std::string& text);

// A sign and digits, nothing else: no white space. nullopt: not one, or not in 32 bits.
std::optional<int32_t> ParseJavaInt(const std::string& text);

// White space around, a sign, decimal digits with point and exponent or a hexadecimal float, a suffix f or d; NaN and
// Infinity too. Too small is 0, too large infinite.
std::optional<float> ParseJavaFloat(const std::string& text);
std::optional<double> ParseJavaDouble(const std::string& text);

}  // namespace tune
