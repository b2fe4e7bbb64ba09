// What requests about kept jobs share: a job's name, and the key that makes a request known when it comes again.
#pragma once

#include "libtune/internal/path.h"
#include "service/job_key.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

// Names `path` where it is no name of an object in a cluster: `job.namespace = "../x"; allowed: …`.
JobKey ReadJobRef(const v1::JobRef& ref, const Path& path, Violations& violations);
void CheckNamespace(const std::string& ns, const Path& path, Violations& violations);

// Of at most 128 bytes; empty: none.
void CheckIdempotencyKey(const std::string& key, Violations& violations);

void Write(const JobKey& job, v1::JobRef& ref);

}  // namespace tune
