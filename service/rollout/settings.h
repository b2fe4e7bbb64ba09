// What a job's owner lets libtune do with it: labels and annotations tune.dev/… of the job, or of its namespace.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "service/cluster/cluster_view.h"
#include "service/cluster/flink_job.h"
#include "service/cluster/namespace_objects.h"
#include "service/rollout/low_traffic.h"

namespace tune {

enum class Mode {
  kOff,     // nothing is written to the object
  kAdvise,  // the recommendation is, as an annotation and an Event; the spec only when a person asks for it
  kAuto,    // the spec too
};
// P0 is the most important: its optional changes come last, its urgent ones first.
enum class Priority { kP0, kP1, kP2, kP3 };
// What of the spec libtune leaves alone.
enum class Pin { kParallelism, kSlots, kMemory, kCpu };

struct JobSettings {
  Mode mode = Mode::kOff;
  Priority priority = Priority::kP2;
  std::string policy;  // a shipped policy's name; empty: the one in force
  LowTraffic low_traffic;
  std::set<Pin> pinned;
  bool allow_stateless = false;  // a job that starts anew with each change may be changed
};

// Each setting for itself: the job's own, else its namespace's. `ns` nullptr: nothing is known of it.
//
//   tune.dev/mode             off (without it), advise, auto
//   tune.dev/priority         P0 … P3; P2 without it
//   tune.dev/policy           balanced, thrifty, …
//   tune.dev/low-traffic      Mon-Fri 01:00-05:00, Sat 00:00-24:00; any time without it
//   tune.dev/time-zone        Europe/Berlin; UTC without it
//   tune.dev/pinned           parallelism, slots, memory, cpu
//   tune.dev/allow-stateless  true, false
//
// kInvalidArgument lists every violation: a value that is none, a name under tune.dev/ that is none of these nor
// libtune's own, a label and an annotation of one object that contradict one another. Nothing may then be written.
absl::StatusOr<JobSettings> ReadJobSettings(const FlinkJob& job, const NamespaceFacts* ns);
// The same of a job as the cluster has it now. nullopt: it does not have it.
std::optional<absl::StatusOr<JobSettings>> ReadJobSettings(const ClusterView& cluster, const JobKey& job);
// What holds when the job is written. kFailedPrecondition: its namespace was not read, so that nobody knows what that
// one pins or forbids.
absl::StatusOr<JobSettings> SettingsForWriting(const ClusterView& cluster, const FlinkJob& job);

// What libtune writes itself: the last recommendation.
constexpr char kRecommendationAnnotation[] = "tune.dev/recommendation";

}  // namespace tune
