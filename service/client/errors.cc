#include "service/client/errors.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

template <typename Detail>
std::optional<Detail> DetailOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) return std::nullopt;
  Detail detail;
  for (const google::protobuf::Any& any : details.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

std::string MessageOf(const grpc::Status& status) {
  std::vector<std::string> lines;
  if (const auto bad = DetailOf<google::rpc::BadRequest>(status)) {
    for (const google::rpc::BadRequest::FieldViolation& violation : bad->field_violations()) {
      lines.push_back(violation.field().empty() ? violation.description()
                                                : absl::StrCat(violation.field(), " = ", violation.description()));
    }
  }
  return lines.empty() ? status.error_message() : absl::StrJoin(lines, "\n");
}

std::string NextStep(const grpc::Status& status, const Asked& asked) {
  switch (status.error_code()) {
    case grpc::UNAVAILABLE:
      return absl::StrCat("Is tuned running at ", asked.server, "? --server says where. ",
                          asked.tls ? "--ca, --tls-server-name, --cert and --key have to be those that it asks for; "
                                      "without TLS it listens on its own machine alone"
                                    : "One that is beyond its own machine asks for TLS: --ca or --tls");
    case grpc::DEADLINE_EXCEEDED:
      return absl::StrCat("No answer from ", asked.server, " within ", absl::FormatDuration(asked.timeout),
                          "; --timeout gives it longer");
    case grpc::UNAUTHENTICATED:
      return asked.has_identity
                 ? "The token or certificate is not one that the cluster of tuned knows; it may have run out"
                 : "Show who calls: --token-file or TUNE_TOKEN, --kubeconfig, or --cert and --key";
    case grpc::PERMISSION_DENIED:
      return "tuned asks the cluster's RBAC: get, list and watch on flinkdeployments.flink.apache.org show a "
             "namespace's jobs, update puts policies, patch changes specs; -A asks for them in all namespaces. kubectl "
             "auth can-i tells";
    case grpc::UNIMPLEMENTED:
      return absl::StrCat("What listens at ", asked.server, " cannot do this as it was started, or is no tuned");
    case grpc::RESOURCE_EXHAUSTED:
      if (const auto delay = RetryDelay(status)) {
        return absl::StrCat("It wants to be asked again in ", absl::FormatDuration(*delay));
      }
      return "";
    default:
      return "";
  }
}

}  // namespace

std::optional<absl::Duration> RetryDelay(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::RetryInfo>(status);
  if (!info || !info->has_retry_delay()) return std::nullopt;
  const google::protobuf::Duration& delay = info->retry_delay();
  return std::max(absl::ZeroDuration(), absl::Seconds(delay.seconds()) + absl::Nanoseconds(delay.nanos()));
}

absl::Status WithNextStep(const absl::Status& status, const std::string& next) {
  return absl::Status(status.code(),
                      absl::StrCat(std::string(status.message()), status.message().empty() ? "" : "\n", next));
}

absl::Status ToStatus(const grpc::Status& status, const Asked& asked) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = MessageOf(status), next = NextStep(status, asked);
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat(message, message.empty() || next.empty() ? "" : "\n", next));
}

}  // namespace tune
