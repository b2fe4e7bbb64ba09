#include "service/jobs/write_job.h"

#include <algorithm>
#include <limits>

#include "libtune/codec/door.h"
#include "libtune/codec/process_spec_codec.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

void Write(const PodsTaken& taken, v1::PodsTaken& out) {
  out.set_cpu_request(taken.cpu_request.value());
  out.set_cpu_limit(taken.cpu_limit.value());
  out.set_memory_request(taken.memory_request.value());
  out.set_memory_limit(taken.memory_limit.value());
  out.set_pods(taken.pods);
}

// What is not told as used counts as nothing.
void Write(const QuotaEntry& entry, const PodsTaken& in_flight, v1::QuotaLine& out) {
  out.set_quota(Utf8(entry.quota));
  out.set_resource(Name(entry.resource));
  out.set_hard(entry.hard);
  if (entry.used) out.set_used(*entry.used);
  out.set_in_flight(Amount(in_flight, entry.resource));
  const int64_t free = entry.hard - std::min(entry.hard, entry.used.value_or(0));
  out.set_left(free - std::min(free, out.in_flight()));
}

}  // namespace

void Write(const SamplesState& state, v1::SamplesStatus& out) {
  if (state.window_start != absl::InfinitePast()) {
    *out.mutable_window_start() = ToProto(state.window_start);
    *out.mutable_last_sample() = ToProto(state.last_sample);
  }
  *out.mutable_last_push() = ToProto(state.last_push);
  out.set_pushes(state.pushes);
}

void Write(const NamespaceUse& use, const std::string& ns, v1::NamespaceQuota& out) {
  out.set_namespace_(ns);
  PodsTaken in_flight;
  for (const JobUse& job : use.jobs) {
    v1::JobUse& line = *out.add_jobs();
    line.set_deployment(Utf8(job.cluster));
    Write(job.now, *line.mutable_now());
    Write(job.wanted, *line.mutable_wanted());
    Write(job.in_flight, *line.mutable_in_flight());
    line.set_unknown(Utf8(job.unknown));
    in_flight = Plus(in_flight, job.in_flight);
  }
  for (const QuotaEntry& entry : use.limits.quota) Write(entry, in_flight, *out.add_lines());
  for (const std::string& text : use.unread) out.add_unread(Utf8(text));
  PodLimits limits;
  limits.range = use.limits.range;
  const v1::PodLimits message = ToProto(limits);
  if (message.has_range()) *out.mutable_range() = message.range();
}

void Write(const PlanFit& fit, v1::PlanFit& out) {
  out.set_fits(fit.fits);
  out.set_cap(Utf8(fit.cap));
  if (fit.task_managers) out.set_task_managers(*fit.task_managers);
}

}  // namespace tune
