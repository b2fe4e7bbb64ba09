// Errors of the engine as gRPC's, with what google.rpc knows of them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"
#include "tune/v1/service.pb.h"

namespace tune {

// kResourceExhausted that says when to come again.
absl::Status TooBusy(const std::string& message, absl::Duration retry_after);

// Same code; as much of the message, and of the fields, as headers hold. Of kInvalidArgument the fields as
// google.rpc.BadRequest, of TooBusy() when to come again as google.rpc.RetryInfo.
grpc::Status ToGrpc(const absl::Status& status);

v1::RequestError ToProto(const absl::Status& status);

}  // namespace tune
