// The policies in models/, built in.
#pragma once

#include <span>

namespace tune {

struct BuiltinPolicy {
  const char* name;
  const char* text;  // of its text proto
};

std::span<const BuiltinPolicy> BuiltinPolicies();

}  // namespace tune
