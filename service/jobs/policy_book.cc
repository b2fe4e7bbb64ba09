#include "service/jobs/policy_book.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/codec/policy_codec.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/path.h"
#include "service/jobs/job_ref.h"

namespace tune {
namespace {

constexpr int64_t kPage = 1000;
using Level = PolicyScope::Level;

}  // namespace

void Write(const PolicyScope& scope, v1::PolicyScope& out) {
  switch (scope.level) {
    case Level::kDefault:
      out.set_everyone(true);
      return;
    case Level::kNamespace:
      out.set_namespace_(scope.job.ns);
      return;
    case Level::kJob:
      Write(scope.job, *out.mutable_job());
  }
}

PolicyBook::PolicyBook(Store& store, TuningPolicy own)
    : store_(store), own_(std::make_shared<const PolicyInForce>(PolicyInForce{std::move(own), std::nullopt})) {}

absl::StatusOr<std::unique_ptr<PolicyBook>> PolicyBook::Open(Store& store, TuningPolicy own,
                                                             const std::function<void(const absl::Status&)>& damaged) {
  std::unique_ptr<PolicyBook> book(new PolicyBook(store, std::move(own)));
  for (int64_t after = 0;;) {
    const absl::StatusOr<std::vector<StoredPolicy>> page = store.ListPolicies(after, kPage);
    if (!page.ok()) return page.status();
    for (const StoredPolicy& stored : *page) {
      after = stored.revision;
      absl::Status problem = stored.damage;
      if (problem.ok()) problem = book->Keep(stored.policy, stored.revision).status();
      if (problem.ok()) continue;
      damaged(absl::DataLossError(
          absl::StrCat("policy of ", ToText(stored.policy.scope), ": ", std::string(problem.message()))));
    }
    if (static_cast<int64_t>(page->size()) < kPage) return book;
  }
}

absl::StatusOr<v1::StoredPolicy> PolicyBook::Keep(const PolicyRecord& record, int64_t revision) {
  v1::TuningPolicy message;
  if (auto status = ParseWire(record.blob, message); !status.ok()) return status;
  absl::StatusOr<TuningPolicy> policy = FromProto(message);
  if (!policy.ok()) return policy.status();
  v1::StoredPolicy stored;
  Write(record.scope, *stored.mutable_scope());
  *stored.mutable_policy() = std::move(message);
  stored.set_revision(revision);
  *stored.mutable_time() = ToProto(record.time);
  stored.set_author(Utf8(record.who));
  auto in_force = std::make_shared<const PolicyInForce>(PolicyInForce{*std::move(policy), stored});
  const std::unique_lock lock(mutex_);
  policies_[record.scope] = std::move(in_force);
  ++version_;
  return stored;
}

void PolicyBook::Put(const PolicyScope& scope, const std::optional<TuningPolicy>& policy, const std::string& author,
                     PolicyChange change, absl::Time now, Done done) {
  under_way_.Begin();
  done = [this, told = std::move(done)](const absl::StatusOr<std::optional<v1::StoredPolicy>>& put) {
    told(put);
    under_way_.End();
  };
  if (!policy) {
    store_.RemovePolicy(scope, std::move(change), now,
                        [this, scope, done = std::move(done)](const absl::StatusOr<int64_t>& removed) {
                          if (!removed.ok()) return done(removed.status());
                          {
                            const std::unique_lock lock(mutex_);
                            policies_.erase(scope);
                            ++version_;
                          }
                          done(std::optional<v1::StoredPolicy>());
                        });
    return;
  }
  PolicyRecord record{scope, SerializeDeterministic(ToProto(*policy)), author, now};
  store_.PutPolicy(record, std::move(change),
                   [this, record, done = std::move(done)](const absl::StatusOr<int64_t>& revision) {
                     if (!revision.ok()) return done(revision.status());
                     absl::StatusOr<v1::StoredPolicy> kept = Keep(record, *revision);
                     if (!kept.ok()) return done(kept.status());
                     done(std::optional<v1::StoredPolicy>(*std::move(kept)));
                   });
}

std::shared_ptr<const PolicyInForce> PolicyBook::Find(const PolicyScope& scope) const {
  const auto it = policies_.find(scope);
  return it == policies_.end() ? nullptr : it->second;
}

std::shared_ptr<const PolicyInForce> PolicyBook::For(const PolicyScope& scope) const {
  const std::shared_lock lock(mutex_);
  if (scope.level == Level::kJob) {
    if (auto found = Find(scope)) return found;
  }
  if (scope.level != Level::kDefault) {
    if (auto found = Find({Level::kNamespace, {scope.job.ns, "", JobKind::kDeployment}})) return found;
  }
  if (auto found = Find({Level::kDefault, {}})) return found;
  return own_;
}

std::shared_ptr<const PolicyInForce> PolicyBook::For(const JobKey& job) const {
  return For(PolicyScope{Level::kJob, job});
}

int64_t PolicyBook::version() const {
  const std::shared_lock lock(mutex_);
  return version_;
}

absl::StatusOr<PolicyScope> ReadScope(const v1::PolicyScope& scope) {
  Violations violations;
  PolicyScope read;
  switch (scope.scope_case()) {
    case v1::PolicyScope::kEveryone:
      if (!scope.everyone()) violations.Add("scope.everyone", "false", "true");
      break;
    case v1::PolicyScope::kNamespace:
      read = {Level::kNamespace, {scope.namespace_(), "", JobKind::kDeployment}};
      CheckNamespace(scope.namespace_(), Path("scope.namespace"), violations);
      break;
    case v1::PolicyScope::kJob:
      read = {Level::kJob, ReadJobRef(scope.job(), Path("scope.job"), violations)};
      break;
    case v1::PolicyScope::SCOPE_NOT_SET:
      violations.Add("scope", "absent", "everyone, a namespace or a job");
  }
  if (!violations.empty()) return violations.ToStatus();
  return read;
}

}  // namespace tune
