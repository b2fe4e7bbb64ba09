#include "service/rollout/lease.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/internal/not_allowed.h"
#include "service/kube/own_status.h"
#include "service/kube/resource.h"
#include "service/patch/live_object.h"

namespace tune {
namespace {

using nlohmann::json;

const KubeResource kLeases = {"coordination.k8s.io", "v1", "leases"};

absl::Status CheckOptions(const LeaseOptions& o) {
  Violations violations;
  if (o.ns.empty()) violations.Add("lease.namespace", "absent", "a namespace");
  if (o.identity.empty()) violations.Add("lease.identity", "absent", "a name of this process alone");
  if (o.duration < absl::Seconds(1) || o.duration != absl::Trunc(o.duration, absl::Seconds(1))) {
    violations.Add("lease.duration", absl::FormatDuration(o.duration), "whole seconds, >= 1");
  }
  if (o.renew <= absl::ZeroDuration() || o.renew > o.duration / 3) {
    violations.Add("lease.renew", absl::FormatDuration(o.renew), "> 0, at most a third of the duration");
  }
  return violations.ToStatus();
}

std::string MicroTime() { return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()); }

}  // namespace

struct Lease::Record {
  std::string version, holder, acquired;
  int64_t duration_s = 0, transitions = 0;
};

absl::StatusOr<Lease::Record> Lease::Read() {
  const absl::StatusOr<std::string> text = client_.Get(path_, options_.renew);
  if (!text.ok()) return text.status();
  const json lease = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto number = [&lease](const char* name) {
    const json* field = FindField(lease, {"spec", name});
    return field != nullptr && field->is_number_integer() ? field->get<int64_t>() : 0;
  };
  return Record{TextField(lease, {"metadata", "resourceVersion"}), TextField(lease, {"spec", "holderIdentity"}),
                TextField(lease, {"spec", "acquireTime"}), number("leaseDurationSeconds"), number("leaseTransitions")};
}

absl::StatusOr<std::unique_ptr<Lease>> Lease::Start(KubeClient& client, const LeaseOptions& options,
                                                    Listener listener) {
  if (auto status = CheckOptions(options); !status.ok()) return status;
  const absl::StatusOr<std::string> path = PathOf(kLeases, options.ns, options.name);
  if (!path.ok()) return path.status();
  const absl::StatusOr<std::string> collection = PathOf(kLeases, options.ns, "");
  if (!collection.ok()) return collection.status();
  return std::unique_ptr<Lease>(new Lease(client, options, *path, *collection, std::move(listener)));
}

Lease::Lease(KubeClient& client, const LeaseOptions& options, const std::string& path, const std::string& collection,
             Listener listener)
    : client_(client),
      options_(options),
      path_(path),
      collection_(collection),
      listener_(std::move(listener)),
      thread_([this] { Run(); }) {}

Lease::~Lease() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Lease::Held() const {
  const std::lock_guard lock(mutex_);
  return held_until_ && Clock::now() < *held_until_;
}

void Lease::Abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
}

std::string Lease::Holder() const {
  const std::lock_guard lock(mutex_);
  return holder_;
}

absl::Status Lease::error() const {
  const std::lock_guard lock(mutex_);
  return OwnStatus(error_);
}

void Lease::Run() {
  while (true) {
    absl::Status status = Try();
    std::unique_lock lock(mutex_);
    error_ = std::move(status);
    lock.unlock();
    Tell();
    lock.lock();
    if (changed_.wait_for(lock, absl::ToChronoNanoseconds(options_.renew), [this] { return stops_; })) break;
  }
  if (!abandoned_) GiveBack();
  {
    const std::lock_guard lock(mutex_);
    held_until_.reset();
  }
  Tell();
}

void Lease::Tell() {
  const bool held = Held();
  if (held == std::exchange(told_, held) || !listener_) return;
  listener_(held);
}

absl::Status Lease::Try() {
  const absl::StatusOr<Record> record = Read();
  if (absl::IsNotFound(record.status())) return Create();
  if (!record.ok()) return record.status();
  {
    const std::lock_guard lock(mutex_);
    holder_ = record->holder;
  }
  return MayTake(*record) ? Take(*record) : absl::OkStatus();
}

// It is this one's, nobody's, or did not change for as long as its holder promised to renew it.
bool Lease::MayTake(const Record& record) {
  if (record.holder == options_.identity || record.holder.empty()) return true;
  const Clock::time_point now = Clock::now();
  if (record.version != seen_version_ || !seen_) {
    seen_version_ = record.version;
    seen_ = now;
    return false;
  }
  const auto promised = std::max(absl::Seconds(record.duration_s), options_.duration);
  return now - *seen_ > absl::ToChronoNanoseconds(promised);
}

std::string Lease::BodyOf(const Record& record, const std::string& holder) const {
  const bool renewed = record.holder == options_.identity && !record.acquired.empty();
  json spec = {{"holderIdentity", holder},
               {"leaseDurationSeconds", absl::ToInt64Seconds(options_.duration)},
               {"renewTime", MicroTime()},
               {"acquireTime", renewed ? record.acquired : MicroTime()},
               {"leaseTransitions", record.transitions + (renewed || holder.empty() ? 0 : 1)}};
  json metadata = {{"name", options_.name}, {"namespace", options_.ns}};
  if (!record.version.empty()) metadata["resourceVersion"] = record.version;
  return json({{"apiVersion", "coordination.k8s.io/v1"}, {"kind", "Lease"}, {"metadata", metadata}, {"spec", spec}})
      .dump();
}

// Refused where another one wrote it since it was read.
absl::Status Lease::Take(const Record& record) {
  const Clock::time_point before = Clock::now();
  const absl::StatusOr<std::string> taken = client_.Put(path_, BodyOf(record, options_.identity), options_.renew);
  if (absl::IsAborted(taken.status())) return absl::OkStatus();
  if (!taken.ok()) return taken.status();
  const std::lock_guard lock(mutex_);
  holder_ = options_.identity;
  held_until_ = before + absl::ToChronoNanoseconds(options_.duration * 2 / 3);
  return absl::OkStatus();
}

absl::Status Lease::Create() {
  const absl::StatusOr<std::string> made = client_.Post(collection_, BodyOf({}, ""), options_.renew);
  if (!made.ok() && !absl::IsAborted(made.status())) return made.status();
  return Try();
}

void Lease::GiveBack() {
  if (!Held()) return;
  const absl::StatusOr<Record> record = Read();
  if (!record.ok() || record->holder != options_.identity) return;  // it runs out by itself
  client_.Put(path_, BodyOf(*record, ""), options_.renew).status().IgnoreError();
}

}  // namespace tune
