#include "service/rollout/change_book.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/wire.h"
#include "service/rollout/change.h"
#include "service/store/wait_for.h"

namespace tune {
namespace {

constexpr int64_t kPage = 1000, kMostPast = 100;

absl::StatusOr<v1::Change> ReadChange(const StoredChange& stored) {
  if (!stored.damage.ok()) return stored.damage;
  v1::Change change;
  if (auto status = ParseWire(stored.change.blob, change); !status.ok()) {
    return absl::DataLossError(absl::StrCat("change ", stored.id, ": ", status.message()));
  }
  change.set_id(stored.id);
  return change;
}

ChangeRecord RecordOf(const v1::Change& change, absl::Time now) {
  return {JobOf(change), now, !IsOver(change.state()), SerializeDeterministic(change)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChangeBook>> ChangeBook::Open(Store& store,
                                                             const std::function<void(const absl::Status&)>& damaged,
                                                             std::function<void(const v1::Change&)> told) {
  std::unique_ptr<ChangeBook> book(new ChangeBook(store, std::move(told)));
  ChangeFilter filter;
  filter.only_open = true;
  for (int64_t before = 0;;) {
    const absl::StatusOr<std::vector<StoredChange>> page = store.ListChanges(filter, before, kPage);
    if (!page.ok()) return page.status();
    for (const StoredChange& stored : *page) {
      before = stored.id;
      const absl::StatusOr<v1::Change> change = ReadChange(stored);
      if (change.ok()) {
        book->open_.emplace(JobOf(*change), *change);
      } else {
        damaged(change.status());
      }
    }
    if (static_cast<int64_t>(page->size()) < kPage) return book;
  }
}

void ChangeBook::Keep(const v1::Change& change) {
  {
    const std::lock_guard lock(mutex_);
    if (IsOver(change.state())) {
      open_.erase(JobOf(change));
    } else {
      open_[JobOf(change)] = change;
    }
  }
  if (told_) told_(change);
}

absl::StatusOr<ChangeBook::Begun> ChangeBook::Begin(v1::Change change, const IdempotencyKey& key, absl::Time now) {
  const auto begun = WaitFor<absl::StatusOr<ChangeId>>(
      [&](Store::Done<ChangeId> done) { store_.AppendChange(RecordOf(change, now), key, std::move(done)); });
  if (!begun.ok()) return begun.status();
  if (begun->repeated) {
    const absl::StatusOr<v1::Change> known = Find(begun->id);
    if (!known.ok()) return known.status();
    return Begun{*known, true};
  }
  change.set_id(begun->id);
  Keep(change);
  return Begun{std::move(change), false};
}

absl::Status ChangeBook::Put(const v1::Change& change, absl::Time now) {
  const absl::Status put = WaitFor<absl::Status>(
      [&](Store::DoneStatus done) { store_.UpdateChange(change.id(), RecordOf(change, now), std::move(done)); });
  if (put.ok()) Keep(change);
  return put;
}

std::vector<v1::Change> ChangeBook::Open() const {
  std::vector<v1::Change> open;
  const std::lock_guard lock(mutex_);
  for (const auto& [job, change] : open_) open.push_back(change);
  return open;
}

std::optional<v1::Change> ChangeBook::OpenOf(const JobKey& job) const {
  const std::lock_guard lock(mutex_);
  const auto it = open_.find(job);
  return it == open_.end() ? std::nullopt : std::optional(it->second);
}

absl::StatusOr<v1::Change> ChangeBook::Find(int64_t id) const {
  const absl::Status none = absl::NotFoundError(absl::StrCat("there is no change ", id));
  if (id <= 0 || id == std::numeric_limits<int64_t>::max()) return none;
  const absl::StatusOr<std::vector<StoredChange>> found = store_.ListChanges({}, id + 1, 1);
  if (!found.ok()) return found.status();
  if (found->empty() || found->front().id != id) return none;
  return ReadChange(found->front());
}

absl::StatusOr<std::optional<v1::Change>> ChangeBook::FindByKey(const JobKey& job, const IdempotencyKey& key) const {
  const absl::StatusOr<std::optional<int64_t>> id = store_.FindChange(job, key);
  if (!id.ok()) return id.status();
  if (!*id) return std::nullopt;
  absl::StatusOr<v1::Change> change = Find(**id);
  if (!change.ok()) return change.status();
  return std::optional(*std::move(change));
}

absl::StatusOr<std::vector<v1::Change>> ChangeBook::List(const ChangeFilter& filter, int64_t before_id, int64_t most,
                                                         bool* more) const {
  const absl::StatusOr<std::vector<StoredChange>> stored = store_.ListChanges(filter, before_id, most);
  if (!stored.ok()) return stored.status();
  std::vector<v1::Change> changes;
  for (const StoredChange& one : *stored) {
    absl::StatusOr<v1::Change> change = ReadChange(one);
    if (change.ok()) changes.push_back(*std::move(change));
  }
  if (more != nullptr) *more = static_cast<int64_t>(stored->size()) == most;
  return changes;
}

absl::StatusOr<std::vector<v1::Change>> ChangeBook::PastOf(const JobKey& job) const {
  ChangeFilter filter;
  filter.job = job;
  return List(filter, 0, kMostPast);
}

}  // namespace tune
