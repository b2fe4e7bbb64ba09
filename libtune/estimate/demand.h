// Demand on each source and, carried downstream, on each vertex.
#pragma once

#include "libtune/estimate/sizing.h"

namespace tune {

// Fills job.sources. Rules demand.given, demand.quantile, demand.lower_bound.
// Source: libtune/DESIGN.md, "Demand".
void EstimateSourceDemand(JobSizing& job);

// Fills demand, broadcast_rate and lag of every vertex. Rules demand.carried, demand.carried_series.
void CarryDemand(JobSizing& job);

// The vertex's own demand series, records/s by bin of the horizon; empty when every source's rate was given.
std::vector<RateSpan> CarriedSeries(const JobSizing& job, int vertex);

}  // namespace tune
