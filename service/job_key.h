// Which Flink job of a cluster is meant.
#pragma once

#include <compare>
#include <string>

#include "absl/strings/str_cat.h"

namespace tune {

enum class JobKind { kDeployment, kSessionJob };  // a FlinkDeployment, a FlinkSessionJob

struct JobKey {
  std::string ns, name;
  JobKind kind = JobKind::kDeployment;

  friend auto operator<=>(const JobKey&, const JobKey&) = default;
};

// "ns/name", "ns/name (session job)". As it is: for messages about keys that others sent, Quoted() comes around it.
inline std::string ToText(const JobKey& job) {
  return absl::StrCat(job.ns, "/", job.name, job.kind == JobKind::kSessionJob ? " (session job)" : "");
}

}  // namespace tune
