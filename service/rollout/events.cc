#include "service/rollout/events.h"

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/digest.h"
#include "service/kube/resource.h"

namespace tune {
namespace {

using nlohmann::json;

const KubeResource kEvents = {"events.k8s.io", "v1", "events"};
constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr size_t kMostNoteBytes = 1024, kMostWordBytes = 128, kMostNameBytes = 230;

const char* KindOf(const JobKey& job) {
  return job.kind == JobKind::kSessionJob ? "FlinkSessionJob" : "FlinkDeployment";
}

std::string Cut(const std::string& text, size_t most) {
  return text.size() <= most ? Utf8(text) : absl::StrCat(Utf8(text.substr(0, most - 6)), "…");
}

// Equal events of one process have equal names, and others have other ones: who reports an Event cannot change.
std::string NameOf(const JobEvent& event, const std::string& instance) {
  const std::string digest =
      DigestOf(absl::StrCat(instance, "\n", event.uid, "\n", KindOf(event.job), "\n", event.reason, "\n", event.action,
                            "\n", event.warning ? "warning" : "normal", "\n", event.note));
  return absl::StrCat(event.job.name.substr(0, kMostNameBytes), ".", absl::BytesToHexString(digest.substr(0, 8)));
}

std::string MicroTime(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()); }

}  // namespace

EventRecorder::Told EventRecorder::Count(const std::string& name, absl::Time now) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = told_.try_emplace(name);
  Told& told = found->second;
  if (is_new) {
    told.first = now;
    told.place = oldest_first_.insert(oldest_first_.end(), name);
  }
  ++told.count;
  if (!is_new && now >= told.sent && now - told.sent < least_pause_) return {};
  told.sent = now;
  oldest_first_.splice(oldest_first_.end(), oldest_first_, told.place);
  if (told_.size() > kMostTold) {
    told_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  return told;
}

void EventRecorder::Forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = told_.find(name);
  if (found == told_.end()) return;
  oldest_first_.erase(found->second.place);
  told_.erase(found);
}

absl::Status EventRecorder::Record(const JobEvent& event, absl::Time now) {
  const std::string name = NameOf(event, instance_);
  const Told told = Count(name, now);
  if (told.count == 0) return absl::OkStatus();
  const absl::StatusOr<std::string> path = PathOf(kEvents, event.job.ns, name);
  if (!path.ok()) return path.status();
  json body = {{"apiVersion", "events.k8s.io/v1"},
               {"kind", "Event"},
               {"metadata", {{"name", name}, {"namespace", event.job.ns}}},
               {"regarding",
                {{"apiVersion", "flink.apache.org/v1beta1"},
                 {"kind", KindOf(event.job)},
                 {"namespace", event.job.ns},
                 {"name", event.job.name},
                 {"uid", event.uid}}},
               {"reportingController", "tune.dev/tuned"},
               {"reportingInstance", Cut(instance_, kMostWordBytes)},
               {"reason", Cut(event.reason, kMostWordBytes)},
               {"action", Cut(event.action, kMostWordBytes)},
               {"note", Cut(event.note, kMostNoteBytes)},
               {"type", event.warning ? "Warning" : "Normal"},
               {"eventTime", MicroTime(told.first)}};
  if (told.count > 1) body["series"] = {{"count", told.count}, {"lastObservedTime", MicroTime(now)}};
  const absl::Status status =
      client_.Apply(ApplyPath(*path, "libtune", /*force=*/true, /*dry_run=*/false), body.dump(), kTimeout).status();
  if (!status.ok()) Forget(name);
  return status;
}

}  // namespace tune
