// What is known of jobs, as messages.
#pragma once

#include <string>

#include "service/cluster/quota.h"
#include "service/jobs/kept_job.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

void Write(const SamplesState& state, v1::SamplesStatus& out);
void Write(const NamespaceUse& use, const std::string& ns, v1::NamespaceQuota& out);
void Write(const PlanFit& fit, v1::PlanFit& out);

}  // namespace tune
