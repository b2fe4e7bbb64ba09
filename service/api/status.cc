#include "service/api/status.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libtune/codec/door.h"
#include "libtune/internal/path.h"
#include "service/violations.h"

namespace tune {
namespace {

constexpr char kRetryInfo[] = "type.googleapis.com/google.rpc.RetryInfo";
// Both travel in headers, of which a client takes 8 KiB in all, and are encoded there: details by a third, a message's
// byte that is not ASCII threefold.
constexpr size_t kMostMessageBytes = 1000;
constexpr size_t kMostDetailBytes = 3000;

std::vector<std::string> LinesOf(const absl::Status& status) {
  return absl::StrSplit(std::string(status.message()), '\n');
}

// Whole lines as far as they fit; of the first one its beginning.
std::string ShortMessage(const absl::Status& status) {
  const std::vector<std::string> lines = LinesOf(status);
  std::string text = lines.front().substr(0, kMostMessageBytes);
  size_t shown = 1;
  while (shown < lines.size() && text.size() + lines[shown].size() < kMostMessageBytes) {
    absl::StrAppend(&text, "\n", lines[shown++]);
  }
  if (shown < lines.size()) absl::StrAppend(&text, "\n… and ", lines.size() - shown, " more");
  return Utf8(text);
}

google::rpc::BadRequest BadRequestOf(const absl::Status& status) {
  google::rpc::BadRequest bad;
  for (const Violation& violation : ViolationsOf(status)) {
    google::rpc::BadRequest::FieldViolation& field = *bad.add_field_violations();
    field.set_field(Utf8(violation.field));
    field.set_description(Utf8(violation.description));
    if (bad.ByteSizeLong() > kMostDetailBytes) {
      bad.mutable_field_violations()->RemoveLast();
      break;
    }
  }
  return bad;
}

}  // namespace

absl::Status TooBusy(const std::string& message, absl::Duration retry_after) {
  google::rpc::RetryInfo info;
  *info.mutable_retry_delay() = ToProto(retry_after);
  absl::Status status = absl::ResourceExhaustedError(message);
  const std::string bytes = info.SerializeAsString();
  status.SetPayload(kRetryInfo, absl::Cord(absl::string_view(bytes)));
  return status;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(ShortMessage(status));
  if (status.code() == absl::StatusCode::kInvalidArgument) details.add_details()->PackFrom(BadRequestOf(status));
  if (const absl::optional<absl::Cord> retry = status.GetPayload(kRetryInfo)) {
    google::protobuf::Any& any = *details.add_details();
    any.set_type_url(kRetryInfo);
    any.set_value(std::string(*retry));
  }
  const bool has_details = details.details_size() > 0;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), details.message(),
                      has_details ? details.SerializeAsString() : "");
}

v1::RequestError ToProto(const absl::Status& status) {
  v1::RequestError error;
  error.set_code(static_cast<int>(status.code()));
  error.set_message(Utf8(std::string(status.message())));
  if (status.code() != absl::StatusCode::kInvalidArgument) return error;
  for (const Violation& violation : ViolationsOf(status)) {
    v1::FieldViolation& field = *error.add_violations();
    field.set_field(Utf8(violation.field));
    field.set_description(Utf8(violation.description));
  }
  return error;
}

}  // namespace tune
