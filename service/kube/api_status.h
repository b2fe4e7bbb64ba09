// What the API server says in place of an answer, as absl::Status.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace tune {

// 400, 422 and other 4xx kInvalidArgument, 401 kUnauthenticated, 403 kPermissionDenied, 404 kNotFound, 409 kAborted,
// 410 kOutOfRange, 429 kResourceExhausted, 5xx kUnavailable, others kUnknown.
absl::StatusCode CodeOf(int http_code);

// The error of a request: `GET /api/v1/pods: 403 Forbidden: pods is forbidden: …`, from the body's Status object, or
// from the body's text where it is none; at most 1,000 bytes of it.
absl::Status ApiError(const std::string& request, int http_code, const std::string& body);

// The same from a Status object, as in a watch's ERROR event; one without a code is kUnknown.
absl::Status ApiError(const std::string& request, simdjson::dom::element status_object);

// A field that another manager owns, as a refused apply names it.
struct FieldConflict {
  std::string manager;  // "kubectl-create"
  std::string field;    // ".spec.job.parallelism"
};
// Of an apply's kAborted; empty: it was refused for another reason (the object has changed since). At most 100.
std::vector<FieldConflict> ConflictsOf(const absl::Status& status);

// How long the server asks to stay away (Retry-After); carried by the Status itself.
void SetRetryAfter(absl::Duration wait, absl::Status& status);
std::optional<absl::Duration> RetryAfter(const absl::Status& status);

}  // namespace tune
