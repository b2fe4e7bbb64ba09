// A process's memory for the terminal and as JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tune/flink_memory.h"

namespace tune {

struct MemoryReport {
  struct Component {
    std::string name;
    Bytes size;
  };
  std::string process;  // "TaskManager"
  FlinkVersion version;
  std::vector<Component> components;  // all of the process
  Bytes flink_size, process_size;
  std::string jvm_arguments;
  Bytes memory_request, memory_limit;      // of the container
  std::string resource_field;              // where the process size goes in the spec
  bool planned = false;                    // the options below are an answer to a wish
  std::map<std::string, std::string> set;  // options to set, with their texts
};

MemoryReport ReportOf(const FlinkVersion& version, const TaskManagerMemory& memory);
MemoryReport ReportOf(const FlinkVersion& version, const JobManagerMemory& memory);

std::string MemoryTable(const MemoryReport& report);
std::string MemoryJson(const MemoryReport& report);

}  // namespace tune
