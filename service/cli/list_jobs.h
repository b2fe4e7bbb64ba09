// All jobs that a filter lets through, page by page.
#pragma once

#include "absl/status/statusor.h"
#include "service/client/client.h"
#include "tune/v1/service.pb.h"

namespace tune {

// As one answer: the jobs of all pages, the cluster's age of the last one. Errors: Client::Call()'s; kInternal: pages
// that have no end.
absl::StatusOr<v1::ListJobsResponse> ListAllJobs(Client& client, const v1::JobFilter& filter);

}  // namespace tune
