#include "service/jobs/job_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/path.h"
#include "service/digest.h"
#include "service/jobs/job_ref.h"
#include "service/jobs/write_job.h"
#include "service/violations.h"

namespace tune {
namespace {

// What a restart would read beyond the checkpoint: half as much again, but a checkpoint of a small job is not worth it.
constexpr int64_t kLeastTailBytes = 256 << 10;

bool IsWorthACheckpoint(const JobSizes& sizes) {
  return sizes.tail_bytes > std::max(kLeastTailBytes, sizes.checkpoint_bytes / 2);
}

void Write(const PushOutcome& outcome, v1::PushSamplesResponse& response) {
  response.set_taken(outcome.taken);
  response.set_left_out_count(outcome.left_out_count);
  response.set_new_window(outcome.new_window);
  for (const absl::Status& status : outcome.left_out) {
    for (const Violation& violation : ViolationsOf(status)) {
      v1::FieldViolation& field = *response.add_left_out();
      field.set_field(Utf8(violation.field));
      field.set_description(Utf8(violation.description));
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<JobBook>> JobBook::Open(Store& store, JobBookOptions options,
                                                       const std::function<void(const absl::Status&)>& damaged) {
  std::unique_ptr<JobBook> book(new JobBook(store, std::move(options)));
  const absl::Status read = store.ForEachJob([&](StoredJob stored) {
    if (!stored.damage.ok()) damaged(stored.damage);
    const std::string name = ToText(stored.job);
    if (auto status = book->Restore(std::move(stored)); !status.ok()) {
      damaged(absl::DataLossError(absl::StrCat(name, ": ", std::string(status.message()))));
    }
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  book->checkpointer_ = std::thread([b = book.get()] { b->Checkpoints(); });
  return book;
}

JobBook::~JobBook() {
  {
    const std::lock_guard lock(work_mutex_);
    ending_ = true;
  }
  work_.notify_all();
  if (checkpointer_.joinable()) checkpointer_.join();
}

absl::Status JobBook::Restore(StoredJob stored) {
  auto entry = std::make_shared<Entry>();
  absl::Status problem;
  if (stored.checkpoint) {
    absl::StatusOr<KeptJob> job = KeptJob::Restore(stored.checkpoint->blob);
    if (job.ok()) {
      entry->job = *std::move(job);
    } else {
      problem = job.status();
    }
    entry->sequence = stored.checkpoint->sequence;
  }
  for (const StoredPush& push : stored.tail) {
    v1::PushSamplesRequest request;
    absl::Status status = ParseWire(push.payload, request);
    if (status.ok()) {
      const JobGraph* graph = entry->job.has_window() ? &entry->job.graph() : nullptr;
      const absl::StatusOr<PushedSamples> pushed = ReadPush(request, graph, options_.window, push.time);
      status = pushed.status();
      if (pushed.ok()) entry->job.Add(*pushed, push.time);
    }
    problem.Update(Within(absl::StrCat("push ", push.sequence, ": ").c_str(), status));
    entry->sequence = push.sequence;
  }
  entry->state = entry->job.state();
  if (entry->sequence > 0) jobs_.emplace(stored.job, std::move(entry));
  return problem;
}

std::shared_ptr<JobBook::Entry> JobBook::Find(const JobKey& job) const {
  const std::shared_lock lock(mutex_);
  const auto it = jobs_.find(job);
  return it == jobs_.end() ? nullptr : it->second;
}

void JobBook::Push(const v1::PushSamplesRequest& request, absl::Time now, Done done) {
  Violations violations;
  const JobKey job = ReadJobRef(request.job(), Path("job"), violations);
  CheckIdempotencyKey(request.idempotency_key(), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  const std::shared_ptr<Entry> entry = Find(job);
  if (entry == nullptr && size() >= options_.most_jobs) {
    return done(absl::ResourceExhaustedError(absl::StrCat(options_.most_jobs, " jobs are kept; allowed: no more")));
  }
  absl::StatusOr<PushedSamples> read = [&] {
    if (entry == nullptr) return ReadPush(request, nullptr, options_.window, now);
    const std::lock_guard lock(entry->mutex);
    return ReadPush(request, entry->job.has_window() ? &entry->job.graph() : nullptr, options_.window, now);
  }();
  if (!read.ok()) return done(read.status());
  auto pushed = std::make_shared<const PushedSamples>(*std::move(read));
  std::string payload = SerializeDeterministic(request);
  const std::string& key = request.idempotency_key();
  PushRecord record{job, {key, key.empty() ? "" : DigestOf(payload)}, std::move(payload), "", now};
  under_way_.Begin();
  store_.AppendPush(std::move(record),
                    [this, job, pushed, now, done = std::move(done)](const absl::StatusOr<PushResult>& result) {
                      if (result.ok()) {
                        v1::PushSamplesResponse response;
                        Take(job, *pushed, *result, now, response);
                        done(std::move(response));
                      } else {
                        done(result.status());
                      }
                      under_way_.End();
                    });
}

// In the store's thread, in the order in which the store has the pushes.
void JobBook::Take(const JobKey& job, const PushedSamples& pushed, const PushResult& result, absl::Time when,
                   v1::PushSamplesResponse& response) {
  std::shared_ptr<Entry> entry;
  bool is_new = false;
  {
    const std::unique_lock lock(mutex_);
    std::shared_ptr<Entry>& slot = jobs_[job];
    is_new = slot == nullptr;
    if (is_new) slot = std::make_shared<Entry>();
    entry = slot;
  }
  {
    const std::lock_guard lock(entry->mutex);
    response.set_repeated(result.repeated);
    if (!result.repeated) {
      Write(entry->job.Add(pushed, when), response);
      entry->sequence = result.sequence;
    }
    const SamplesState state = entry->job.state();
    Write(state, *response.mutable_samples());
    const std::lock_guard state_lock(entry->state_mutex);
    entry->state = state;
  }
  if (is_new && options_.changed) options_.changed(job);
  const std::lock_guard lock(work_mutex_);
  pushed_.insert(job);
  if (IsWorthACheckpoint(store_.SizesOf(job))) {
    to_checkpoint_.insert(job);
    work_.notify_all();
  }
}

void JobBook::Checkpoints() {
  std::unique_lock lock(work_mutex_);
  while (true) {
    work_.wait(lock, [this] { return ending_ || !to_checkpoint_.empty(); });
    if (ending_) return;
    const JobKey job = *to_checkpoint_.begin();
    to_checkpoint_.erase(to_checkpoint_.begin());
    lock.unlock();
    MakeCheckpoint(job);
    lock.lock();
  }
}

// One that fails leaves the pushes as they are; the next push asks for another.
void JobBook::MakeCheckpoint(const JobKey& job) {
  const std::shared_ptr<Entry> entry = Find(job);
  if (entry == nullptr) return;
  CheckpointRecord record{job, 0, "", absl::InfinitePast()};
  {
    const std::lock_guard lock(entry->mutex);
    absl::StatusOr<std::string> saved = entry->job.Save();
    if (!saved.ok()) return;
    record.sequence = entry->sequence;
    record.time = entry->job.last_push();
    record.blob = *std::move(saved);
  }
  under_way_.Begin();
  store_.PutCheckpoint(std::move(record), [this](const absl::Status&) { under_way_.End(); });
}

absl::Status JobBook::Read(const JobKey& job, const std::function<JobFacts(const JobFacts& pushed)>& facts,
                           const std::function<absl::Status(const JobWindow&)>& use) const {
  const std::shared_ptr<Entry> entry = Find(job);
  if (entry == nullptr) return absl::NotFoundError(absl::StrCat("no samples of ", ToText(job), " were pushed"));
  const std::lock_guard lock(entry->mutex);
  if (!entry->job.has_window()) {
    return absl::NotFoundError(absl::StrCat("no graph of ", ToText(job), " was pushed"));
  }
  return use(entry->job.Window(facts(entry->job.facts())));
}

std::optional<SamplesState> JobBook::Samples(const JobKey& job) const {
  const std::shared_ptr<Entry> entry = Find(job);
  if (entry == nullptr) return std::nullopt;
  const std::lock_guard lock(entry->state_mutex);
  return entry->state;
}

std::vector<JobKey> JobBook::List(const std::optional<JobKey>& after, size_t most, const std::string& ns) const {
  std::vector<JobKey> keys;
  const JobKey first{ns, "", JobKind::kDeployment};
  const std::shared_lock lock(mutex_);
  for (auto it = after && *after >= first ? jobs_.upper_bound(*after) : jobs_.lower_bound(first);
       it != jobs_.end() && keys.size() < most && (ns.empty() || it->first.ns == ns); ++it) {
    keys.push_back(it->first);
  }
  return keys;
}

size_t JobBook::size() const {
  const std::shared_lock lock(mutex_);
  return jobs_.size();
}

std::vector<JobKey> JobBook::TakePushed() {
  const std::lock_guard lock(work_mutex_);
  std::vector<JobKey> keys(pushed_.begin(), pushed_.end());
  pushed_.clear();
  return keys;
}

void JobBook::Forget(const JobKey& job) {
  {
    const std::unique_lock lock(mutex_);
    jobs_.erase(job);
  }
  under_way_.Begin();
  store_.ForgetJob(job, [this](const absl::Status&) { under_way_.End(); });
  if (options_.changed) options_.changed(job);
}

}  // namespace tune
