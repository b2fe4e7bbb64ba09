#include "service/cluster/pod_resources.h"

#include <algorithm>
#include <limits>

#include "libtune/codec/kube_amount.h"

namespace tune {
namespace {

using Field = std::optional<int64_t> ContainerAmounts::*;
constexpr Field kFields[] = {&ContainerAmounts::cpu_request, &ContainerAmounts::cpu_limit,
                             &ContainerAmounts::memory_request, &ContainerAmounts::memory_limit};

// Quantities are texts; a number that somebody wrote bare is one too.
std::optional<int64_t> AmountAt(JsonValue value, const char* pointer, const AmountKind& kind) {
  if (const auto number = WholeAt(value, pointer)) return ParseAmount(std::to_string(*number), kind);
  const std::string_view text = TextAt(value, pointer);
  constexpr size_t kLongest = 64;
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  return ParseAmount(std::string(text), kind);
}

int64_t Sum(int64_t a, int64_t b) {
  return a > std::numeric_limits<int64_t>::max() - b ? std::numeric_limits<int64_t>::max() : a + b;
}

// One of the four amounts of a pod.
int64_t SumOf(const PodContainers& pod, const ContainerDefaults& defaults, Field field) {
  if (pod.of_pod.*field) return *(pod.of_pod.*field);
  int64_t together = 0, staying = 0, starting = 0;
  for (const ContainerAmounts& container : pod.containers) {
    together = Sum(together, (Defaulted(container, defaults).*field).value_or(0));
  }
  for (const InitContainer& init : pod.init) {
    const int64_t amount = (Defaulted(init.amounts, defaults).*field).value_or(0);
    if (init.stays) staying = Sum(staying, amount);
    starting = std::max(starting, init.stays ? staying : Sum(staying, amount));
  }
  return std::max(Sum(together, staying), starting);
}

}  // namespace

ContainerAmounts AmountsOf(JsonValue resources) {
  return {AmountAt(resources, "/requests/cpu", kCpuAmount), AmountAt(resources, "/limits/cpu", kCpuAmount),
          AmountAt(resources, "/requests/memory", kMemoryAmount), AmountAt(resources, "/limits/memory", kMemoryAmount)};
}

PodContainers ContainersOf(JsonValue pod_spec) {
  PodContainers pod;
  const auto amounts = [](JsonValue container) {
    const auto resources = At(container, "/resources");
    return resources ? AmountsOf(*resources) : ContainerAmounts();
  };
  if (const auto containers = ListAt(pod_spec, "/containers")) {
    for (const JsonValue container : *containers) pod.containers.push_back(amounts(container));
  }
  if (const auto init = ListAt(pod_spec, "/initContainers")) {
    for (const JsonValue container : *init) {
      pod.init.push_back({amounts(container), TextAt(container, "/restartPolicy") == "Always"});
    }
  }
  pod.overhead.cpu_request = AmountAt(pod_spec, "/overhead/cpu", kCpuAmount);
  pod.overhead.memory_request = AmountAt(pod_spec, "/overhead/memory", kMemoryAmount);
  if (const auto resources = At(pod_spec, "/resources")) pod.of_pod = AmountsOf(*resources);
  return pod;
}

ContainerAmounts Defaulted(ContainerAmounts amounts, const ContainerDefaults& defaults) {
  const auto value = [](const auto& quantity) {
    return quantity ? std::optional<int64_t>(quantity->value()) : std::nullopt;
  };
  const auto fill = [](std::optional<int64_t>& request, std::optional<int64_t>& limit,
                       const std::optional<int64_t>& usual_request, const std::optional<int64_t>& usual_limit) {
    if (!request) request = limit ? limit : usual_request;
    if (!limit) limit = usual_limit;
  };
  fill(amounts.cpu_request, amounts.cpu_limit, value(defaults.cpu_request), value(defaults.cpu_limit));
  fill(amounts.memory_request, amounts.memory_limit, value(defaults.memory_request), value(defaults.memory_limit));
  return amounts;
}

ContainerResources SumOf(const PodContainers& pod, const ContainerDefaults& defaults) {
  int64_t sums[4];
  for (size_t i = 0; i < 4; ++i) sums[i] = SumOf(pod, defaults, kFields[i]);
  const int64_t cpu = pod.overhead.cpu_request.value_or(0), memory = pod.overhead.memory_request.value_or(0);
  return {Bytes(Sum(sums[2], memory)), Bytes(sums[3] == 0 ? 0 : Sum(sums[3], memory)), MilliCores(Sum(sums[0], cpu)),
          MilliCores(sums[1] == 0 ? 0 : Sum(sums[1], cpu))};
}

}  // namespace tune
