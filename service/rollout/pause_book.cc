#include "service/rollout/pause_book.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/path.h"
#include "service/cluster/json_field.h"
#include "service/jobs/policy_book.h"
#include "service/store/wait_for.h"

namespace tune {
namespace {

constexpr int64_t kPage = 1000;
constexpr size_t kMostReasonBytes = 1000;
using Level = PolicyScope::Level;

}  // namespace

std::string ToText(const v1::Pause& pause) {
  return absl::StrCat("paused by ", pause.author().empty() ? "somebody" : pause.author(),
                      pause.reason().empty() ? "" : ": ", pause.reason());
}

absl::StatusOr<std::unique_ptr<PauseBook>> PauseBook::Open(Store& store) {
  std::unique_ptr<PauseBook> book(new PauseBook(store));
  for (int64_t after = 0;;) {
    const absl::StatusOr<std::vector<StoredPolicy>> page = store.ListPauses(after, kPage);
    if (!page.ok()) return page.status();
    for (const StoredPolicy& stored : *page) {
      after = stored.revision;
      v1::Pause pause;
      absl::Status read = stored.damage;
      if (read.ok()) read = ParseWire(stored.policy.blob, pause);
      if (!read.ok()) {
        return absl::DataLossError(absl::StrCat("pause of ", ToText(stored.policy.scope), ": ", read.message()));
      }
      book->pauses_[stored.policy.scope] = std::move(pause);
    }
    if (static_cast<int64_t>(page->size()) < kPage) return book;
  }
}

absl::StatusOr<v1::Pause> PauseBook::Pause(const PolicyScope& scope, const std::string& reason,
                                           const std::string& author, absl::Time now) {
  v1::Pause pause;
  Write(scope, *pause.mutable_scope());
  pause.set_reason(OneLine(Utf8(reason), kMostReasonBytes));
  pause.set_author(OneLine(Utf8(author), kMostReasonBytes));
  *pause.mutable_time() = ToProto(now);
  const auto keep = [&] {
    const std::unique_lock lock(mutex_);
    pauses_[scope] = pause;
  };
  keep();  // whoever else is writing
  const std::lock_guard writing(writing_);
  keep();
  const PolicyRecord record{scope, SerializeDeterministic(pause), pause.author(), now};
  const auto put =
      WaitFor<absl::StatusOr<int64_t>>([&](Store::Done<int64_t> done) { store_.PutPause(record, std::move(done)); });
  if (!put.ok()) return put.status();
  return pause;
}

absl::Status PauseBook::Resume(const PolicyScope& scope, absl::Time now) {
  const std::lock_guard writing(writing_);
  const auto removed = WaitFor<absl::StatusOr<int64_t>>(
      [&](Store::Done<int64_t> done) { store_.RemovePause(scope, now, std::move(done)); });
  if (!removed.ok() && !absl::IsNotFound(removed.status())) return removed.status();
  const std::unique_lock lock(mutex_);
  // One that could not be stored is in memory alone.
  if (pauses_.erase(scope) > 0) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("nothing is paused for ", ToText(scope)));
}

std::vector<v1::Pause> PauseBook::Of(const PolicyScope& scope) const {
  std::vector<v1::Pause> pauses;
  const std::shared_lock lock(mutex_);
  const auto add = [&](const PolicyScope& wider) {
    if (const auto it = pauses_.find(wider); it != pauses_.end()) pauses.push_back(it->second);
  };
  add({});
  if (scope.level != Level::kDefault) add({Level::kNamespace, {scope.job.ns, "", JobKind::kDeployment}});
  if (scope.level == Level::kJob) add(scope);
  return pauses;
}

absl::Status PauseBook::Check(const JobKey& job) const {
  const std::vector<v1::Pause> pauses = Of(job);
  if (pauses.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(ToText(pauses.front()));
}

}  // namespace tune
