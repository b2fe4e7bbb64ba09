#include "service/server/writing.h"

#include <unistd.h>

#include <array>
#include <fstream>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/rollout/change.h"

namespace tune {
namespace {

constexpr char kPodNamespace[] = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

// Of this process alone, whatever runs on the same host.
std::string IdentityOf() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  absl::BitGen random;
  return absl::StrCat(host.data(), "_", absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

absl::StatusOr<std::string> LeaseNamespace(const WritingOptions& options) {
  if (!options.lease_namespace.empty()) return options.lease_namespace;
  std::ifstream file(kPodNamespace);
  std::string ns;
  if (std::getline(file, ns) && !ns.empty()) return ns;
  return absl::FailedPreconditionError(
      "--write outside of a pod needs --lease-namespace: where the Lease is that lets one tuned write at a time");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Writing>> Writing::Start(const WritingOptions& options, FollowedCluster& cluster,
                                                        Store& store, const JobBook& jobs, Judge& judge,
                                                        ClusterFacts& facts, ChangeLog& changes,
                                                        const WritingListener& listener) {
  const absl::StatusOr<std::string> ns = LeaseNamespace(options);
  if (!ns.ok()) return ns.status();
  std::unique_ptr<Writing> writing(new Writing);
  absl::StatusOr<std::unique_ptr<PauseBook>> pauses = PauseBook::Open(store);
  if (!pauses.ok()) return pauses.status();
  writing->pauses_ = *std::move(pauses);
  const auto told = [w = writing.get(), &changes, changed = listener.changed](const v1::Change& change) {
    changes.Add(JobOf(change));
    w->teller_->Changed(change);
    if (changed) changed(change);
  };
  absl::StatusOr<std::unique_ptr<ChangeBook>> book = ChangeBook::Open(store, listener.damaged, told);
  if (!book.ok()) return book.status();
  writing->changes_ = *std::move(book);
  const std::string identity = IdentityOf();
  LeaseOptions lease_options;
  lease_options.ns = *ns;
  lease_options.identity = identity;
  absl::StatusOr<std::unique_ptr<Lease>> lease = Lease::Start(cluster.client(), lease_options, listener.lease);
  if (!lease.ok()) return lease.status();
  writing->lease_ = *std::move(lease);
  writing->gate_ = std::make_unique<WriteGate>(*writing->pauses_, writing->lease_.get());
  const auto clock = [] { return absl::Now(); };
  writing->planner_ = std::make_unique<Planner>(judge, facts, cluster.view(), *writing->changes_, *writing->pauses_,
                                                options.rollout.history);
  writing->teller_ =
      std::make_unique<Teller>(cluster.client(), cluster.view(), *writing->planner_, *writing->gate_, identity, clock);
  const auto failed = [w = writing.get(), not_changed = listener.not_changed](const JobKey& job,
                                                                              const absl::Status& why) {
    w->teller_->NotChanged(job, why);
    if (not_changed) not_changed(job, why);
  };
  writing->rollout_ =
      std::make_unique<Rollout>(Rollout::Parts{cluster.client(), cluster.view(), jobs, judge, *writing->planner_,
                                               *writing->changes_, *writing->gate_, cluster.deaths(), clock, failed},
                                options.rollout);
  return writing;
}

}  // namespace tune
