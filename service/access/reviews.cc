#include "service/access/reviews.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

using nlohmann::json;

constexpr char kTokenReviews[] = "/apis/authentication.k8s.io/v1/tokenreviews";
constexpr char kAccessReviews[] = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
constexpr size_t kMostReasonBytes = 200;

// The answer's status, an object.
absl::StatusOr<json> Ask(KubeClient& client, const char* path, const json& review, absl::Duration timeout) {
  const std::string body = review.dump(-1, ' ', false, json::error_handler_t::replace);
  const absl::StatusOr<std::string> answer = client.Post(path, body, timeout);
  if (!answer.ok()) {
    return absl::UnavailableError(
        absl::StrCat("who calls cannot be looked up: ", std::string(answer.status().message())));
  }
  const json object = json::parse(*answer, nullptr, false);
  json status = object.is_object() ? object.value("status", json()) : json();
  if (!status.is_object()) {
    return absl::UnavailableError(absl::StrCat("who calls cannot be looked up: POST ", path, " answered no status"));
  }
  return status;
}

std::string TextIn(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

bool IsTrue(const json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_boolean() && it->get<bool>();
}

std::vector<std::string> TextsIn(const json& object, const char* name) {
  std::vector<std::string> texts;
  const auto it = object.find(name);
  if (it == object.end() || !it->is_array()) return texts;
  for (const json& item : *it) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace

std::string TextOf(const Wish& wish) {
  std::string text = absl::StrCat("may not ", wish.verb, " ", wish.resource, ".flink.apache.org ");
  if (!wish.name.empty()) absl::StrAppend(&text, Quoted(wish.name), " ");
  absl::StrAppend(&text, wish.ns.empty() ? "in all namespaces" : absl::StrCat("in namespace ", Quoted(wish.ns)));
  return text;
}

absl::StatusOr<Caller> ReviewToken(KubeClient& client, const std::string& token, const std::string& audience,
                                   absl::Duration timeout) {
  json spec = {{"token", token}};
  if (!audience.empty()) spec["audiences"] = json::array({audience});
  const json review = {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenReview"}, {"spec", spec}};
  const absl::StatusOr<json> status = Ask(client, kTokenReviews, review, timeout);
  if (!status.ok()) return status.status();
  if (!IsTrue(*status, "authenticated")) return absl::UnauthenticatedError("the cluster does not know the token");
  // A server that does not know audiences would have taken one for another's.
  const std::vector<std::string> audiences = TextsIn(*status, "audiences");
  if (!audience.empty() && std::find(audiences.begin(), audiences.end(), audience) == audiences.end()) {
    return absl::UnauthenticatedError(absl::StrCat("the token is not for ", Quoted(audience)));
  }
  const json user = status->value("user", json::object());
  if (!user.is_object() || TextIn(user, "username").empty()) {
    return absl::UnavailableError("who calls cannot be looked up: a TokenReview without a user's name");
  }
  Caller caller{TextIn(user, "username"), TextIn(user, "uid"), TextsIn(user, "groups"), {}};
  const json extra = user.value("extra", json::object());
  if (extra.is_object()) {
    for (const auto& [key, value] : extra.items()) caller.extra[key] = TextsIn(extra, key.c_str());
  }
  return caller;
}

absl::Status ReviewAccess(KubeClient& client, const Caller& caller, const Wish& wish, absl::Duration timeout) {
  const json attributes = {{"group", "flink.apache.org"},
                           {"resource", wish.resource},
                           {"verb", wish.verb},
                           {"namespace", wish.ns},
                           {"name", wish.name}};
  const json spec = {{"user", caller.user},
                     {"uid", caller.uid},
                     {"groups", caller.groups},
                     {"extra", caller.extra},
                     {"resourceAttributes", attributes}};
  const json review = {{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", spec}};
  const absl::StatusOr<json> status = Ask(client, kAccessReviews, review, timeout);
  if (!status.ok()) return status.status();
  if (IsTrue(*status, "allowed") && !IsTrue(*status, "denied")) return absl::OkStatus();
  const std::string reason = TextIn(*status, "reason").substr(0, kMostReasonBytes);
  return absl::PermissionDeniedError(
      absl::StrCat(Quoted(caller.user), " ", TextOf(wish), reason.empty() ? "" : ": ", Utf8(reason)));
}

}  // namespace tune
