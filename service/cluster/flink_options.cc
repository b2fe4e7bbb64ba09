#include "service/cluster/flink_options.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tune {
namespace {

// In order.
constexpr std::string_view kKeys[] = {
    "execution.runtime-mode",
    "job.autoscaler.enabled",
    "jobmanager.heap.mb",
    "jobmanager.heap.size",
    "jobmanager.memory.enable-jvm-direct-memory-limit",
    "jobmanager.memory.flink.size",
    "jobmanager.memory.heap.size",
    "jobmanager.memory.jvm-metaspace.size",
    "jobmanager.memory.jvm-overhead.fraction",
    "jobmanager.memory.jvm-overhead.max",
    "jobmanager.memory.jvm-overhead.min",
    "jobmanager.memory.off-heap.size",
    "jobmanager.memory.process.size",
    "jobmanager.scheduler",
    "kubernetes.jobmanager.cpu",
    "kubernetes.jobmanager.cpu.amount",
    "kubernetes.jobmanager.cpu.limit-factor",
    "kubernetes.jobmanager.memory.limit-factor",
    "kubernetes.jobmanager.replicas",
    "kubernetes.operator.job.autoscaler.enabled",
    "kubernetes.taskmanager.cpu",
    "kubernetes.taskmanager.cpu.amount",
    "kubernetes.taskmanager.cpu.limit-factor",
    "kubernetes.taskmanager.memory.limit-factor",
    "pipeline.jobvertex-parallelism-overrides",
    "pipeline.name",
    "scheduler-mode",
    "state.backend",
    "state.backend.type",
    "taskmanager.cpu.cores",
    "taskmanager.heap.mb",
    "taskmanager.heap.size",
    "taskmanager.memory.flink.size",
    "taskmanager.memory.framework.heap.size",
    "taskmanager.memory.framework.off-heap.size",
    "taskmanager.memory.jvm-metaspace.size",
    "taskmanager.memory.jvm-overhead.fraction",
    "taskmanager.memory.jvm-overhead.max",
    "taskmanager.memory.jvm-overhead.min",
    "taskmanager.memory.managed.fraction",
    "taskmanager.memory.managed.size",
    "taskmanager.memory.network.fraction",
    "taskmanager.memory.network.max",
    "taskmanager.memory.network.min",
    "taskmanager.memory.process.size",
    "taskmanager.memory.segment-size",
    "taskmanager.memory.size",
    "taskmanager.memory.task.heap.size",
    "taskmanager.memory.task.off-heap.size",
    "taskmanager.network.memory.fraction",
    "taskmanager.network.memory.max",
    "taskmanager.network.memory.min",
    "taskmanager.network.numberOfBuffers",
    "taskmanager.numberOfTaskSlots",
};
static_assert(std::is_sorted(std::begin(kKeys), std::end(kKeys)));
static_assert(std::size(kKeys) < 256);

using Length = uint32_t;  // of a text; TreeOf() bounds it

}  // namespace

bool FlinkOptions::Keeps(const std::string& key) {
  return std::binary_search(std::begin(kKeys), std::end(kKeys), std::string_view(key));
}

FlinkOptions::FlinkOptions(const std::map<std::string, std::string>& configuration) {
  for (const auto& [key, text] : configuration) {
    const auto* const it = std::lower_bound(std::begin(kKeys), std::end(kKeys), std::string_view(key));
    if (it == std::end(kKeys) || *it != key) continue;
    const auto length = static_cast<Length>(text.size());
    std::array<char, sizeof(length)> length_bytes;
    std::memcpy(length_bytes.data(), &length, sizeof(length));
    packed_ += static_cast<char>(it - std::begin(kKeys));
    packed_.append(length_bytes.data(), length_bytes.size());
    packed_ += text;
  }
  packed_.shrink_to_fit();
}

std::map<std::string, std::string> FlinkOptions::ToMap() const {
  std::map<std::string, std::string> configuration;
  for (size_t at = 0; at < packed_.size();) {
    const auto key = static_cast<unsigned char>(packed_[at]);
    Length length = 0;
    std::memcpy(&length, packed_.data() + at + 1, sizeof(length));
    at += 1 + sizeof(length);
    configuration.emplace_hint(configuration.end(), kKeys[key], packed_.substr(at, length));
    at += length;
  }
  return configuration;
}

}  // namespace tune
