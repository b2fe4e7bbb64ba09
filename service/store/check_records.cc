#include "service/store/check_records.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr int64_t kMostNameBytes = 253;  // Kubernetes' own limit
constexpr int64_t kMostKeyBytes = 256, kMostHashBytes = 64;
constexpr int64_t kMostKindBytes = 64, kMostReasonBytes = 4096, kMostWhoBytes = 1024;
constexpr int64_t kMostListed = 10'000;
constexpr int64_t kLatestMs = 95'617'584'000'000;  // the year 5000; later is a wrong unit

void CheckSize(const char* field, const std::string& bytes, int64_t most, Violations& bad) {
  if (static_cast<int64_t>(bytes.size()) <= most) return;
  bad.Add(field, absl::StrCat(bytes.size(), " bytes"), absl::StrCat("at most ", most, " bytes"));
}

// One line of at most so many bytes.
void CheckLine(const char* field, const std::string& text, int64_t most, bool may_be_empty, Violations& bad) {
  CheckSize(field, text, most, bad);
  if (text.empty() && !may_be_empty) bad.Add(field, "\"\"", "a name");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) continue;
    bad.Add(field, Quoted(text), "no control characters");
    return;
  }
}

void CheckTime(absl::Time time, Violations& bad) {
  if (time >= absl::UnixEpoch() && time <= absl::FromUnixMillis(kLatestMs)) return;
  bad.Add("time", absl::FormatTime(time, absl::UTCTimeZone()), "from 1970 to 5000");
}

void CheckKey(const IdempotencyKey& key, Violations& bad) {
  CheckSize("idempotency_key", key.key, kMostKeyBytes, bad);
  CheckSize("hash", key.hash, kMostHashBytes, bad);
}

void CheckJob(const JobKey& job, Violations& bad) {
  CheckLine("job.namespace", job.ns, kMostNameBytes, false, bad);
  CheckLine("job.name", job.name, kMostNameBytes, false, bad);
}

void CheckScope(const PolicyScope& scope, Violations& bad) {
  const JobKey& job = scope.job;
  if (scope.level == PolicyScope::Level::kJob) return CheckJob(job, bad);
  const bool is_default = scope.level == PolicyScope::Level::kDefault;
  if (!is_default) CheckLine("scope.namespace", job.ns, kMostNameBytes, false, bad);
  if (is_default && !job.ns.empty()) bad.Add("scope.namespace", Quoted(job.ns), "none for the default policy");
  if (!job.name.empty()) bad.Add("scope.name", Quoted(job.name), "none but for the policy of a job");
  if (job.kind != JobKind::kDeployment) bad.Add("scope.kind", "session job", "none but for the policy of a job");
}

}  // namespace

absl::Status CheckOptions(const StoreOptions& options) {
  Violations bad;
  constexpr int64_t kMost = int64_t{1} << 46;
  if (options.path.empty() || options.path.find('\0') != std::string::npos) {
    bad.Add("path", Quoted(options.path), "the name of a file");
  }
  const std::pair<const char*, absl::Duration> kept[] = {{"keep_keys", options.keep_keys},
                                                         {"keep_decisions", options.keep_decisions},
                                                         {"keep_changes", options.keep_changes},
                                                         {"keep_recommendations", options.keep_recommendations}};
  for (const auto& [field, duration] : kept) {
    if (duration <= absl::ZeroDuration()) bad.Add(field, absl::FormatDuration(duration), "> 0");
  }
  CheckRange(Path("most_decisions"), options.most_decisions, 1, kMost, bad);
  CheckRange(Path("most_file_bytes"), options.most_file_bytes, int64_t{1} << 20, kMost, bad);
  CheckRange(Path("most_blob_bytes"), options.most_blob_bytes, int64_t{1} << 10, int64_t{512} << 20, bad);
  CheckRange(Path("most_queued"), options.most_queued, 1, kMost, bad);
  CheckRange(Path("most_queued_bytes"), options.most_queued_bytes, 1, kMost, bad);
  CheckRange(Path("readers"), int64_t{options.readers}, 1, 64, bad);
  if (options.busy_timeout < absl::ZeroDuration() || options.busy_timeout > absl::Hours(1)) {
    bad.Add("busy_timeout", absl::FormatDuration(options.busy_timeout), "[0, 1h]");
  }
  return bad.ToStatus();
}

absl::Status CheckJob(const JobKey& job) {
  Violations bad;
  CheckJob(job, bad);
  return bad.ToStatus();
}

absl::Status CheckScope(const PolicyScope& scope) {
  Violations bad;
  CheckScope(scope, bad);
  return bad.ToStatus();
}

absl::Status CheckRecord(const PushRecord& push, int64_t most_bytes) {
  Violations bad;
  CheckJob(push.job, bad);
  CheckKey(push.key, bad);
  CheckSize("payload", push.payload, most_bytes, bad);
  CheckSize("answer", push.answer, most_bytes, bad);
  CheckTime(push.time, bad);
  return bad.ToStatus();
}

absl::Status CheckRecord(const CheckpointRecord& checkpoint, int64_t most_bytes) {
  Violations bad;
  CheckJob(checkpoint.job, bad);
  CheckRange(Path("sequence"), checkpoint.sequence, 1, std::numeric_limits<int64_t>::max(), bad);
  CheckSize("blob", checkpoint.blob, most_bytes, bad);
  CheckTime(checkpoint.time, bad);
  return bad.ToStatus();
}

absl::Status CheckRecord(const DecisionRecord& decision, const std::string& recommendation, int64_t most_bytes) {
  Violations bad;
  CheckSize("recommendation", recommendation, most_bytes, bad);
  CheckJob(decision.job, bad);
  CheckLine("kind", decision.kind, kMostKindBytes, false, bad);
  CheckLine("reason", decision.reason, kMostReasonBytes, true, bad);
  CheckSize("blob", decision.blob, most_bytes, bad);
  CheckTime(decision.time, bad);
  return bad.ToStatus();
}

absl::Status CheckRecord(const ChangeRecord& change, const IdempotencyKey& key, int64_t most_bytes) {
  Violations bad;
  CheckJob(change.job, bad);
  CheckKey(key, bad);
  CheckSize("blob", change.blob, most_bytes, bad);
  CheckTime(change.time, bad);
  return bad.ToStatus();
}

absl::Status CheckRecord(const PolicyRecord& policy, const PolicyChange& change, int64_t most_bytes) {
  Violations bad;
  CheckScope(policy.scope, bad);
  CheckKey(change.key, bad);
  CheckLine("who", policy.who, kMostWhoBytes, true, bad);
  CheckSize("blob", policy.blob, most_bytes, bad);
  CheckTime(policy.time, bad);
  return bad.ToStatus();
}

absl::Status CheckRemoval(const PolicyScope& scope, const PolicyChange& change, absl::Time time) {
  Violations bad;
  CheckScope(scope, bad);
  CheckKey(change.key, bad);
  CheckTime(time, bad);
  return bad.ToStatus();
}

absl::Status CheckMost(int64_t most) {
  Violations bad;
  CheckRange(Path("most"), most, 1, kMostListed, bad);
  return bad.ToStatus();
}

}  // namespace tune
