#include "service/cli/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "libtune/cli/terminal.h"

namespace tune {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::GetEnumDescriptor;

constexpr char kAction[] = "ACTION_", kPhase[] = "JOB_PHASE_", kAvailability[] = "HIGH_AVAILABILITY_",
               kChange[] = "CHANGE_STATE_";
constexpr absl::Duration kFresh = absl::Seconds(30);

// JOB_PHASE_ROLLING_BACK -> "rolling-back"
std::string Word(const EnumValueDescriptor& value, absl::string_view prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(value.name().substr(prefix.size())), {{"_", "-"}});
}

std::string Word(const EnumDescriptor* type, int number, absl::string_view prefix) {
  const EnumValueDescriptor* value = type->FindValueByNumber(number);
  return value == nullptr ? absl::StrCat("?", number) : Word(*value, prefix);
}

std::optional<int> Number(const EnumDescriptor* type, const std::string& word, absl::string_view prefix) {
  for (int i = 1; i < type->value_count(); ++i) {  // 0 is UNSPECIFIED
    if (Word(*type->value(i), prefix) == word) return type->value(i)->number();
  }
  return std::nullopt;
}

}  // namespace

std::string WordOf(v1::Action action) { return Word(GetEnumDescriptor<v1::Action>(), action, kAction); }
std::string WordOf(v1::JobPhase phase) { return Word(GetEnumDescriptor<v1::JobPhase>(), phase, kPhase); }
std::string WordOf(v1::HighAvailability kind) {
  return Word(GetEnumDescriptor<v1::HighAvailability>(), kind, kAvailability);
}
std::string WordOf(v1::ChangeState state) { return Word(GetEnumDescriptor<v1::ChangeState>(), state, kChange); }

std::optional<v1::Action> ActionOf(const std::string& word) {
  const std::optional<int> number = Number(GetEnumDescriptor<v1::Action>(), word, kAction);
  return number ? std::optional(static_cast<v1::Action>(*number)) : std::nullopt;
}
std::optional<v1::JobPhase> PhaseOf(const std::string& word) {
  const std::optional<int> number = Number(GetEnumDescriptor<v1::JobPhase>(), word, kPhase);
  return number ? std::optional(static_cast<v1::JobPhase>(*number)) : std::nullopt;
}

std::string NameOf(const v1::JobRef& job) {
  return Plain(
      absl::StrCat(job.namespace_(), "/", job.name(), job.kind() == v1::JOB_KIND_SESSION_JOB ? " (session job)" : ""));
}

std::string WordsOf(const v1::JobRef& job) {
  return Plain(
      absl::StrCat(job.namespace_(), "/", job.name(), job.kind() == v1::JOB_KIND_SESSION_JOB ? " --session-job" : ""));
}

std::string NameOf(const v1::PolicyScope& scope) {
  if (scope.has_job()) return absl::StrCat("the job ", NameOf(scope.job()));
  if (scope.has_namespace_()) return absl::StrCat("all jobs of namespace ", Plain(scope.namespace_()));
  return "everyone";
}

std::string AgeText(absl::Duration age) {
  const absl::Duration shown = std::max(age, absl::ZeroDuration());
  if (shown < absl::Minutes(2)) return absl::StrCat(absl::ToInt64Seconds(shown), "s");
  if (shown < absl::Hours(2)) return absl::StrCat(absl::ToInt64Minutes(shown), "m");
  if (shown < absl::Hours(48)) return absl::StrCat(absl::ToInt64Hours(shown), "h");
  return absl::StrCat(absl::ToInt64Hours(shown) / 24, "d");
}

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string TimeText(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::UTCTimeZone()); }

std::string Change(int64_t now, int64_t wanted) {
  return now == wanted ? absl::StrCat(now) : absl::StrCat(now, " → ", wanted);
}

std::string AgeWarning(const v1::ClusterAge* cluster) {
  if (cluster == nullptr) return "";
  const std::string why =
      cluster->error().empty() ? "" : absl::StrCat("; it is not followed now: ", Plain(cluster->error()));
  if (!cluster->has_age()) return absl::StrCat("nothing is known of the cluster yet", why);
  const absl::Duration age = DurationOf(cluster->age());
  if (age <= kFresh && why.empty()) return "";
  return absl::StrCat("the cluster as it was ", AgeText(age), " ago", why);
}

}  // namespace tune
