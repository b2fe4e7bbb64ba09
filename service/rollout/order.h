// Which job is changed next, and how many at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/job_key.h"
#include "service/rollout/settings.h"

namespace tune {

struct RolloutLimits {
  int in_flight = 20;              // jobs of all namespaces that restart for a change at one time; >= 1
  int in_flight_of_namespace = 5;  // of one namespace; >= 1. Where it is more, the last one is for urgent changes alone
  // Optional changes that are not over, those that run and are looked at included: a batch, whose end is seen before
  // the next one begins; in [1, in_flight]. The rest of in_flight is for those that drown.
  int optional_in_flight = 5;
};

// A job that waits to be changed.
struct Candidate {
  JobKey job;
  bool is_urgent = false;
  bool restarts_job = true;
  Priority priority = Priority::kP2;
  double saving = 0;  // of an optional change: slots that it frees
  absl::Time since;   // that it waits
};

// Urgent ones first, P0 before P3; then optional ones, P3 before P0, the largest saving first. Of equals who waits
// longer.
bool GoesBefore(const Candidate& a, const Candidate& b);

// What is under way.
struct InFlight {
  int restarting = 0, optional = 0;
  std::map<std::string, int> of_namespace;  // restarting
};

// Index of the one that goes next; nullopt: none may now.
std::optional<size_t> NextOf(const std::vector<Candidate>& waiting, const InFlight& in_flight,
                             const RolloutLimits& limits);

}  // namespace tune
