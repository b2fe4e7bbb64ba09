// How a field of a spec is named in texts.
#pragma once

#include <string>
#include <vector>

namespace tune {

// spec.flinkConfiguration["taskmanager.memory.managed.size"]
std::string FieldText(const std::vector<std::string>& path);

}  // namespace tune
