#include "service/cluster/pod_template.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr char kMainContainer[] = "flink-main-container";
constexpr size_t kMostContainers = 100;
constexpr size_t kLongestName = 253;

struct Container {
  std::string name, restart_policy;
  ContainerAmounts amounts;
};
using Containers = std::vector<Container>;

absl::StatusOr<Containers> ReadContainers(const std::optional<JsonValue>& pod, const char* list, const char* pointer) {
  Containers containers;
  if (!pod) return containers;
  const auto array = ListAt(*pod, pointer);
  if (!array) return containers;
  for (const JsonValue element : *array) {
    if (containers.size() >= kMostContainers) {
      return NotAllowed(absl::StrCat("podTemplate.spec.", list), absl::StrCat("more than ", kMostContainers),
                        "at most that many");
    }
    Container container = {
        Cut(TextAt(element, "/name"), kLongestName), Cut(TextAt(element, "/restartPolicy"), kLongestName), {}};
    if (const auto resources = At(element, "/resources")) container.amounts = AmountsOf(*resources);
    containers.push_back(std::move(container));
  }
  return containers;
}

void MergeInto(const Container& from, Container& to) {
  const auto take = [](const auto& value, auto& into) {
    if (value) into = value;
  };
  if (!from.name.empty()) to.name = from.name;
  if (!from.restart_policy.empty()) to.restart_policy = from.restart_policy;
  take(from.amounts.cpu_request, to.amounts.cpu_request);
  take(from.amounts.cpu_limit, to.amounts.cpu_limit);
  take(from.amounts.memory_request, to.amounts.memory_request);
  take(from.amounts.memory_limit, to.amounts.memory_limit);
}

bool HaveNames(const Containers& containers) {
  return std::all_of(containers.begin(), containers.end(), [](const Container& c) { return !c.name.empty(); });
}

Containers Merged(Containers to, const Containers& from, bool by_name) {
  const bool names = by_name && HaveNames(to) && HaveNames(from);
  for (size_t i = 0; i < from.size(); ++i) {
    auto same = to.begin() + static_cast<std::ptrdiff_t>(std::min(i, to.size()));
    if (names) {
      same = std::find_if(to.begin(), to.end(), [&](const Container& c) { return c.name == from[i].name; });
    }
    if (same == to.end()) {
      to.push_back(from[i]);
    } else {
      MergeInto(from[i], *same);
    }
  }
  return to;
}

absl::StatusOr<Containers> MergedList(const std::optional<JsonValue>& common, const std::optional<JsonValue>& of_role,
                                      bool by_name, const char* list) {
  const std::string pointer = absl::StrCat("/spec/", list);
  absl::StatusOr<Containers> to = ReadContainers(common, list, pointer.c_str());
  if (!to.ok()) return to;
  const absl::StatusOr<Containers> from = ReadContainers(of_role, list, pointer.c_str());
  if (!from.ok()) return from;
  return Merged(*std::move(to), *from, by_name);
}

}  // namespace

absl::StatusOr<PodContainers> ContainersBesideFlink(const std::optional<JsonValue>& common,
                                                    const std::optional<JsonValue>& of_role, bool by_name) {
  const absl::StatusOr<Containers> containers = MergedList(common, of_role, by_name, "containers"),
                                   init = MergedList(common, of_role, by_name, "initContainers");
  if (!containers.ok()) return containers.status();
  if (!init.ok()) return init.status();
  PodContainers beside;
  for (const Container& container : *containers) {
    if (container.name != kMainContainer) beside.containers.push_back(container.amounts);
  }
  for (const Container& container : *init) {
    beside.init.push_back({container.amounts, container.restart_policy == "Always"});
  }
  return beside;
}

}  // namespace tune
