#include "service/rollout/order.h"

#include <algorithm>

namespace tune {
namespace {

bool MayGo(const Candidate& candidate, const InFlight& in_flight, const RolloutLimits& limits) {
  if (!candidate.is_urgent && in_flight.optional >= limits.optional_in_flight) return false;
  if (!candidate.restarts_job) return true;
  const auto it = in_flight.of_namespace.find(candidate.job.ns);
  const int of_namespace = it == in_flight.of_namespace.end() ? 0 : it->second;
  // One of a namespace's stays free for a job that drowns.
  const int most = candidate.is_urgent ? limits.in_flight_of_namespace : std::max(1, limits.in_flight_of_namespace - 1);
  return in_flight.restarting < limits.in_flight && of_namespace < most;
}

}  // namespace

bool GoesBefore(const Candidate& a, const Candidate& b) {
  if (a.is_urgent != b.is_urgent) return a.is_urgent;
  if (a.priority != b.priority) return a.is_urgent ? a.priority < b.priority : a.priority > b.priority;
  if (!a.is_urgent && a.saving != b.saving) return a.saving > b.saving;
  if (a.since != b.since) return a.since < b.since;
  return a.job < b.job;
}

std::optional<size_t> NextOf(const std::vector<Candidate>& waiting, const InFlight& in_flight,
                             const RolloutLimits& limits) {
  std::optional<size_t> next;
  for (size_t i = 0; i < waiting.size(); ++i) {
    if (!MayGo(waiting[i], in_flight, limits)) continue;
    if (!next || GoesBefore(waiting[i], waiting[*next])) next = i;
  }
  return next;
}

}  // namespace tune
