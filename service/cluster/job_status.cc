#include "service/cluster/job_status.h"

#include <array>
#include <cctype>
#include <utility>

#include "absl/strings/ascii.h"

namespace tune {
namespace {

// Specs and errors are JSON in a text. Longer ones are not read: etcd takes 1.5 MiB of the whole object.
constexpr size_t kMostNestedBytes = 1 << 20;

template <typename Enum, size_t kCount>
Enum WordOf(std::string_view word, const std::array<std::pair<std::string_view, Enum>, kCount>& words) {
  for (const auto& [name, value] : words) {
    if (name == word) return value;
  }
  return Enum::kUnknown;
}

constexpr std::array<std::pair<std::string_view, Lifecycle>, 8> kLifecycles = {
    {{"CREATED", Lifecycle::kCreated},
     {"SUSPENDED", Lifecycle::kSuspended},
     {"UPGRADING", Lifecycle::kUpgrading},
     {"DEPLOYED", Lifecycle::kDeployed},
     {"STABLE", Lifecycle::kStable},
     {"ROLLING_BACK", Lifecycle::kRollingBack},
     {"ROLLED_BACK", Lifecycle::kRolledBack},
     {"FAILED", Lifecycle::kFailed}}};

constexpr std::array<std::pair<std::string_view, FlinkState>, 11> kFlinkStates = {
    {{"INITIALIZING", FlinkState::kInitializing},
     {"CREATED", FlinkState::kCreated},
     {"RUNNING", FlinkState::kRunning},
     {"FAILING", FlinkState::kFailing},
     {"FAILED", FlinkState::kFailed},
     {"CANCELLING", FlinkState::kCancelling},
     {"CANCELED", FlinkState::kCanceled},
     {"FINISHED", FlinkState::kFinished},
     {"RESTARTING", FlinkState::kRestarting},
     {"SUSPENDED", FlinkState::kSuspended},
     {"RECONCILING", FlinkState::kReconciling}}};

constexpr std::array<std::pair<std::string_view, JobManagerState>, 5> kJobManagerStates = {
    {{"READY", JobManagerState::kReady},
     {"DEPLOYED_NOT_READY", JobManagerState::kDeployedNotReady},
     {"DEPLOYING", JobManagerState::kDeploying},
     {"MISSING", JobManagerState::kMissing},
     {"ERROR", JobManagerState::kError}}};

// The parser keeps its memory for the thread's next object.
std::optional<JsonValue> ParseNested(std::string_view text) {
  thread_local simdjson::dom::parser parser;
  JsonValue value;
  if (text.empty() || text.size() > kMostNestedBytes) return std::nullopt;
  if (parser.parse(text.data(), text.size()).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::string JobIdOf(std::string_view text) {
  constexpr size_t kDigits = 32;
  if (text.size() != kDigits) return "";
  for (const char c : text) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return "";
  }
  return std::string(text);
}

// "org.apache.flink.SomeException: text" -> "text": a name with dots that ends in a colon.
std::string_view WithoutClass(std::string_view text) {
  while (true) {
    const size_t colon = text.find(": ");
    if (colon == std::string_view::npos) return text;
    const std::string_view name = text.substr(0, colon);
    bool is_class = name.find('.') != std::string_view::npos;
    for (const char c : name) {
      is_class = is_class && (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '$' || c == '_');
    }
    if (!is_class) return text;
    text.remove_prefix(colon + 2);
  }
}

// The last part of a class's name.
std::string_view ShortName(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

std::string ReasonOf(std::string_view error) {
  const std::optional<JsonValue> json = ParseNested(error);
  if (!json || !json->is_object()) return OneLine(error, kMostReasonBytes);
  std::string_view message = WithoutClass(TextAt(*json, "/message"));
  std::string_view innermost;
  if (const auto causes = ListAt(*json, "/throwableList")) {
    for (const JsonValue cause : *causes) {
      const std::string_view text = WithoutClass(TextAt(cause, "/message"));
      if (!text.empty()) innermost = text;
    }
  }
  if (message.empty()) message = std::exchange(innermost, {});
  if (message.empty()) message = ShortName(TextAt(*json, "/type"));
  std::string reason(message);
  if (!innermost.empty() && message.find(innermost) == std::string_view::npos) {
    reason += ": ";
    reason += innermost;
  }
  return OneLine(reason, kMostReasonBytes);
}

JobStatus ReadJobStatus(JsonValue object) {
  JobStatus status;
  status.lifecycle = WordOf(TextAt(object, "/status/lifecycleState"), kLifecycles);
  if (status.lifecycle == Lifecycle::kUnknown) {
    status.lifecycle = WordOf(TextAt(object, "/status/reconciliationStatus/state"), kLifecycles);
  }
  status.flink_state = WordOf(TextAt(object, "/status/jobStatus/state"), kFlinkStates);
  status.job_manager = WordOf(TextAt(object, "/status/jobManagerDeploymentStatus"), kJobManagerStates);
  status.job_id = JobIdOf(TextAt(object, "/status/jobStatus/jobId"));
  status.start_time = MillisecondsAt(object, "/status/jobStatus/startTime");
  status.update_time = MillisecondsAt(object, "/status/jobStatus/updateTime");
  status.reconciled_at = MillisecondsAt(object, "/status/reconciliationStatus/reconciliationTimestamp");
  status.observed_generation = WholeAt(object, "/status/observedGeneration");
  if (const auto spec = ParseNested(TextAt(object, "/status/reconciliationStatus/lastReconciledSpec"))) {
    status.reconciled_generation = WholeAt(*spec, "/resource_metadata/metadata/generation");
  }
  status.failure = ReasonOf(TextAt(object, "/status/error"));
  return status;
}

}  // namespace tune
