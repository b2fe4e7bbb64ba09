#include "service/kube/api_status.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr char kRetryAfterUrl[] = "tune/retry-after-ms";
constexpr char kConflictsUrl[] = "tune/field-conflicts";
constexpr size_t kMostMessageBytes = 1000;
constexpr size_t kMostConflicts = 100;

// What a server wrote goes into logs and answers: valid UTF-8, no control characters, and not too much of it.
std::string Printable(std::string text) {
  if (text.size() > kMostMessageBytes) text = text.substr(0, kMostMessageBytes) + "…";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  return Utf8(text);
}

std::string TextOf(simdjson::dom::element object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

// `conflict with "kubectl-create" using flink.apache.org/v1beta1` -> kubectl-create
std::string ManagerIn(const std::string& message) {
  const size_t from = message.find('"'), to = message.find('"', from + 1);
  return from == std::string::npos || to == std::string::npos ? "unknown" : message.substr(from + 1, to - from - 1);
}

// A line each, `MANAGER TAB FIELD`: neither has control characters.
void SetConflicts(simdjson::dom::element status_object, absl::Status& status) {
  simdjson::dom::array causes;
  if (status_object["details"]["causes"].get(causes) != simdjson::SUCCESS) return;
  std::string lines;
  size_t count = 0;
  for (const simdjson::dom::element cause : causes) {
    if (TextOf(cause, "reason") != "FieldManagerConflict" || ++count > kMostConflicts) continue;
    absl::StrAppend(&lines, Printable(ManagerIn(TextOf(cause, "message"))), "\t", Printable(TextOf(cause, "field")),
                    "\n");
  }
  if (!lines.empty()) status.SetPayload(kConflictsUrl, absl::Cord(absl::string_view(lines)));
}

absl::Status MakeError(const std::string& request, int64_t code, const std::string& reason,
                       const std::string& message) {
  std::string text = absl::StrCat(request, ": ", code);
  if (!reason.empty()) absl::StrAppend(&text, " ", Printable(reason));
  if (!message.empty()) absl::StrAppend(&text, ": ", Printable(message));
  // The server answers 500 where a value is of another type than the definition's.
  const bool wrong_type = code == 500 && absl::StrContains(message, "failed to create typed patch object");
  return {wrong_type ? absl::StatusCode::kInvalidArgument : CodeOf(code < 1000 ? static_cast<int>(code) : 0), text};
}

}  // namespace

absl::StatusCode CodeOf(int http_code) {
  switch (http_code) {
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kAborted;
    case 410:
      return absl::StatusCode::kOutOfRange;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    default:
      if (http_code >= 500 && http_code < 600) return absl::StatusCode::kUnavailable;
      if (http_code >= 400 && http_code < 500) return absl::StatusCode::kInvalidArgument;
      return absl::StatusCode::kUnknown;
  }
}

absl::Status ApiError(const std::string& request, int http_code, const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element object;
  if (parser.parse(body).get(object) == simdjson::SUCCESS && object.is_object()) {
    absl::Status status = MakeError(request, http_code, TextOf(object, "reason"), TextOf(object, "message"));
    SetConflicts(object, status);
    return status;
  }
  return MakeError(request, http_code, "", body);
}

absl::Status ApiError(const std::string& request, simdjson::dom::element status_object) {
  int64_t code = 0;
  if (status_object["code"].get(code) != simdjson::SUCCESS) code = 0;
  return MakeError(request, code, TextOf(status_object, "reason"), TextOf(status_object, "message"));
}

std::vector<FieldConflict> ConflictsOf(const absl::Status& status) {
  std::vector<FieldConflict> conflicts;
  const auto payload = status.GetPayload(kConflictsUrl);
  if (!payload.has_value()) return conflicts;
  const std::vector<std::string> lines = absl::StrSplit(std::string(*payload), '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    const size_t tab = line.find('\t');
    conflicts.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return conflicts;
}

void SetRetryAfter(absl::Duration wait, absl::Status& status) {
  const std::string milliseconds = absl::StrCat(absl::ToInt64Milliseconds(wait));
  status.SetPayload(kRetryAfterUrl, absl::Cord(absl::string_view(milliseconds)));
}

std::optional<absl::Duration> RetryAfter(const absl::Status& status) {
  const auto payload = status.GetPayload(kRetryAfterUrl);
  int64_t milliseconds = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &milliseconds)) return std::nullopt;
  return absl::Milliseconds(milliseconds);
}

}  // namespace tune
