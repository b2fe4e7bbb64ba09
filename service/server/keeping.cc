#include "service/server/keeping.h"

#include <utility>

#include "absl/time/clock.h"
#include "libtune/codec/policy_text.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

// Settings that cannot be read say nothing.
std::string OwnersPolicyOf(const ClusterView& view, const JobKey& job) {
  const auto settings = ReadJobSettings(view, job);
  return settings && settings->ok() ? (*settings)->policy : "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<Keeping>> Keeping::Open(const KeepingOptions& options, const WritingOptions& writing,
                                                       FollowedCluster* cluster, ChangeLog& changes,
                                                       const KeepingListener& listener) {
  const ClusterView* const view = cluster == nullptr ? nullptr : &cluster->view();
  absl::StatusOr<TuningPolicy> policy = LoadPolicy(options.policy, {}, "--policy");
  if (!policy.ok()) return policy.status();
  StoreOptions store_options;
  store_options.path = options.store;
  store_options.most_file_bytes = options.most_store_mib << 20;
  absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(store_options);
  if (!store.ok()) return store.status();
  std::unique_ptr<Keeping> keeping(new Keeping);
  keeping->store_ = *std::move(store);
  const auto damaged = [&listener](const absl::Status& damage) {
    if (listener.writing.damaged) listener.writing.damaged(damage);
  };

  JobBookOptions book;
  book.window.horizon = options.horizon;
  book.most_jobs = static_cast<size_t>(options.most_jobs);
  book.changed = [&changes](const JobKey& job) { changes.Add(job); };
  absl::StatusOr<std::unique_ptr<JobBook>> jobs = JobBook::Open(*keeping->store_, std::move(book), damaged);
  if (!jobs.ok()) return jobs.status();
  keeping->jobs_ = *std::move(jobs);
  absl::StatusOr<std::unique_ptr<PolicyBook>> policies =
      PolicyBook::Open(*keeping->store_, *std::move(policy), damaged);
  if (!policies.ok()) return policies.status();
  keeping->policies_ = *std::move(policies);

  Judge::Listener told;
  told.decided = [&changes, k = keeping.get(), decided = listener.decided](const JobKey& job,
                                                                           const v1::Decision& decision) {
    changes.Add(job);
    if (k->writing_ != nullptr) k->writing_->Decided(job, decision);
    if (decided) decided(job, decision);
  };
  told.checked = listener.checked;
  keeping->facts_ = std::make_unique<ClusterFacts>(view);
  Judge::OwnersPolicy owners_policy;
  if (view != nullptr) owners_policy = [view](const JobKey& job) { return OwnersPolicyOf(*view, job); };
  keeping->judge_ = std::make_unique<Judge>(*keeping->jobs_, *keeping->policies_, *keeping->store_, *keeping->facts_,
                                            std::move(told), std::move(owners_policy));
  keeping->directory_ = std::make_unique<Directory>(view, *keeping->jobs_, *keeping->judge_);
  keeping->answers_ = std::make_unique<KeptAnswers>(*keeping->jobs_, *keeping->policies_, *keeping->judge_,
                                                    *keeping->directory_, *keeping->facts_, changes);
  Evaluator::Judged judged;
  if (writing.write) {
    auto started = Writing::Start(writing, *cluster, *keeping->store_, *keeping->jobs_, *keeping->judge_,
                                  *keeping->facts_, changes, listener.writing);
    if (!started.ok()) return started.status();
    keeping->writing_ = *std::move(started);
    Writing& w = *keeping->writing_;
    keeping->change_answers_ = std::make_unique<ChangeAnswers>(w.planner(), w.rollout(), w.changes(), w.pauses());
    judged = [&w](const JobKey& job, const Judgement& judgement, absl::Time now) { w.Judged(job, judgement, now); };
  }
  keeping->evaluator_ = std::make_unique<Evaluator>(
      *keeping->jobs_, *keeping->policies_, *keeping->judge_, options.evaluate, [] { return absl::Now(); },
      std::move(judged));
  keeping->housekeeper_ =
      std::make_unique<Housekeeper>(*keeping->store_, *keeping->jobs_, *keeping->judge_, view, options.forget_after);
  return keeping;
}

}  // namespace tune
