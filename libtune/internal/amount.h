// When an amount is large enough to divide by.
#pragma once

namespace tune {

// Fewer records, or seconds, than this are none: real ones are whole records and milliseconds, even spread over a
// month's bins. Quotients of amounts stay finite above it (internal/path.h has the other end).
constexpr double kLeastAmount = 1e-9;

// Busy seconds that a quotient may stand on: ten of the milliseconds that Flink counts in.
constexpr double kLeastBusySeconds = 0.01;

// False for NaN.
inline bool IsSome(double amount) { return amount >= kLeastAmount; }

}  // namespace tune
