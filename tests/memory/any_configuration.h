// Configurations that a random generator makes up: valid ones in all of Flink's ways, contradictions, limits met to the
// byte, deprecated keys and texts of every kind.
#pragma once

#include <random>
#include <string>

#include "tests/memory/flink.h"

namespace tune {

Question AnyQuestion(std::mt19937_64& random);

// What somebody may want of a process of that configuration.
TaskManagerMemoryWish AnyTaskManagerWish(std::mt19937_64& random);
JobManagerMemoryWish AnyJobManagerWish(std::mt19937_64& random);

// Flink's text of a size, in one of the many forms.
std::string AnySizeText(int64_t bytes, std::mt19937_64& random);
// A text that is no size, or an odd one.
std::string AnyOddText(std::mt19937_64& random);

}  // namespace tune
