// Changes of jobs' specs, page by page.
#pragma once

#include "absl/status/statusor.h"
#include "service/client/client.h"
#include "tune/v1/service.pb.h"

namespace tune {

// As one answer: at most `most` changes, the latest first, and the pauses. `next_page_token` is empty where there are
// no more. `request` is without page and token. Errors: Client::Call()'s; kInternal: pages that have no end.
absl::StatusOr<v1::ListDecisionsResponse> ListDecisions(Client& client, v1::ListDecisionsRequest request, int most);

}  // namespace tune
