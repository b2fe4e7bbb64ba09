#include "service/jobs/job_ref.h"

#include <algorithm>

namespace tune {
namespace {

constexpr size_t kMostLabelBytes = 63;
constexpr size_t kMostNameBytes = 253;
constexpr size_t kMostKeyBytes = 128;

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Lower-case letters, digits, "-" and `also`; it begins and ends with a letter or digit.
bool IsName(const std::string& text, size_t most, char also) {
  return !text.empty() && text.size() <= most && IsLowerOrDigit(text.front()) && IsLowerOrDigit(text.back()) &&
         std::all_of(text.begin(), text.end(), [also](char c) { return IsLowerOrDigit(c) || c == '-' || c == also; });
}

}  // namespace

void CheckNamespace(const std::string& ns, const Path& path, Violations& violations) {
  if (IsName(ns, kMostLabelBytes, '-')) return;
  violations.Add(path.Render(), Quoted(ns),
                 "a namespace's name: lower-case letters, digits and \"-\", at most 63 bytes");
}

JobKey ReadJobRef(const v1::JobRef& ref, const Path& path, Violations& violations) {
  CheckNamespace(ref.namespace_(), path.Field("namespace"), violations);
  if (!IsName(ref.name(), kMostNameBytes, '.')) {
    violations.Add(path.Field("name").Render(), Quoted(ref.name()),
                   "an object's name: lower-case letters, digits, \"-\" and \".\", at most 253 bytes");
  }
  JobKey job{ref.namespace_(), ref.name(), JobKind::kDeployment};
  if (ref.has_kind()) {
    if (ref.kind() == v1::JOB_KIND_SESSION_JOB) {
      job.kind = JobKind::kSessionJob;
    } else if (ref.kind() != v1::JOB_KIND_DEPLOYMENT) {
      violations.Add(path.Field("kind").Render(), absl::StrCat(static_cast<int>(ref.kind())),
                     "JOB_KIND_DEPLOYMENT, JOB_KIND_SESSION_JOB");
    }
  }
  return job;
}

void CheckIdempotencyKey(const std::string& key, Violations& violations) {
  if (key.size() <= kMostKeyBytes) return;
  violations.Add("idempotency_key", absl::StrCat(key.size(), " bytes"),
                 absl::StrCat("at most ", kMostKeyBytes, " bytes"));
}

void Write(const JobKey& job, v1::JobRef& ref) {
  ref.set_namespace_(job.ns);
  ref.set_name(job.name);
  ref.set_kind(job.kind == JobKind::kSessionJob ? v1::JOB_KIND_SESSION_JOB : v1::JOB_KIND_DEPLOYMENT);
}

}  // namespace tune
