// What /metrics tells of the cluster's caches, of the kept jobs and of the store.
#pragma once

#include <vector>

#include "service/server/followed_cluster.h"
#include "service/server/keeping.h"
#include "service/server/metrics.h"

namespace tune {

// nullptr: there is none.
std::vector<Metrics::Reading> ReadingsOf(const FollowedCluster* cluster, const Keeping* keeping);

}  // namespace tune
