#include "service/rollout/settings.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libtune/codec/policy_text.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr char kMode[] = "tune.dev/mode", kPriority[] = "tune.dev/priority", kPolicy[] = "tune.dev/policy";
constexpr char kLowTraffic[] = "tune.dev/low-traffic", kTimeZone[] = "tune.dev/time-zone";
constexpr char kPinned[] = "tune.dev/pinned", kAllowStateless[] = "tune.dev/allow-stateless";
constexpr std::array kNames = {kMode,     kPriority, kPolicy,         kLowTraffic,
                               kTimeZone, kPinned,   kAllowStateless, kRecommendationAnnotation};

template <typename Value>
using Words = std::vector<std::pair<const char*, Value>>;

const Words<Mode>& Modes() {
  static const Words<Mode> modes = {{"off", Mode::kOff}, {"advise", Mode::kAdvise}, {"auto", Mode::kAuto}};
  return modes;
}
const Words<Priority>& Priorities() {
  static const Words<Priority> priorities = {
      {"P0", Priority::kP0}, {"P1", Priority::kP1}, {"P2", Priority::kP2}, {"P3", Priority::kP3}};
  return priorities;
}
const Words<Pin>& Pins() {
  static const Words<Pin> pins = {
      {"parallelism", Pin::kParallelism}, {"slots", Pin::kSlots}, {"memory", Pin::kMemory}, {"cpu", Pin::kCpu}};
  return pins;
}
const Words<bool>& Truths() {
  static const Words<bool> truths = {{"true", true}, {"false", false}};
  return truths;
}

template <typename Value>
std::string AllOf(const Words<Value>& words) {
  return absl::StrJoin(words, ", ", [](std::string* out, const auto& word) { absl::StrAppend(out, word.first); });
}

// A text and where it stands: namespaces["team-a"].annotations["tune.dev/mode"]
struct Text {
  std::string text, place;
};
using Texts = std::map<std::string, Text>;

class Reader {
 public:
  Reader(const FlinkJob& job, const NamespaceFacts* ns) {
    if (ns != nullptr) Take("namespace.", ns->labels, ns->annotations);
    Take("", job.labels, job.annotations);
  }

  absl::StatusOr<JobSettings> Read() {
    JobSettings settings;
    ReadWord(kMode, Modes(), settings.mode);
    ReadWord(kPriority, Priorities(), settings.priority);
    ReadWord(kAllowStateless, Truths(), settings.allow_stateless);
    ReadPolicy(settings.policy);
    ReadTimes(settings.low_traffic);
    ReadPinned(settings.pinned);
    if (!violations_.empty()) return violations_.ToStatus();
    return settings;
  }

 private:
  // One object's; they go before what was taken before.
  void Take(const char* object, const NamedTexts& labels, const NamedTexts& annotations) {
    Texts own;
    const auto take = [&](const char* list, const NamedTexts& texts) {
      for (const auto& [name, text] : texts) {
        const std::string place = absl::StrCat(object, list, "[\"", name, "\"]");
        if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
          violations_.Add(place, "there", absl::StrJoin(kNames, ", "));
        }
        const auto [there, is_new] = own.insert({name, {text, place}});
        if (!is_new && there->second.text != text) {
          violations_.Add(place, Quoted(text), absl::StrCat("the same as ", there->second.place));
        }
      }
    };
    take("labels", labels);
    take("annotations", annotations);
    own.merge(texts_);
    texts_ = std::move(own);
  }

  const Text* Find(const char* name) const {
    const auto found = texts_.find(name);
    return found == texts_.end() ? nullptr : &found->second;
  }

  template <typename Value>
  static std::optional<Value> Known(const std::string& word, const Words<Value>& words) {
    for (const auto& [name, value] : words) {
      if (word == name) return value;
    }
    return std::nullopt;
  }
  template <typename Value>
  void ReadWord(const char* name, const Words<Value>& words, Value& value) {
    const Text* text = Find(name);
    if (text == nullptr) return;
    const std::optional<Value> known = Known(text->text, words);
    if (!known) return violations_.Add(text->place, Quoted(text->text), AllOf(words));
    value = *known;
  }

  void ReadPolicy(std::string& policy) {
    const Text* text = Find(kPolicy);
    if (text == nullptr) return;
    const std::vector<std::string> names = PolicyNames();
    if (std::find(names.begin(), names.end(), text->text) == names.end()) {
      return violations_.Add(text->place, Quoted(text->text), absl::StrJoin(names, ", "));
    }
    policy = text->text;
  }

  void ReadTimes(LowTraffic& low_traffic) {
    if (const Text* text = Find(kLowTraffic)) {
      absl::StatusOr<std::vector<LowTrafficWindow>> windows = ReadLowTraffic(text->place, text->text);
      if (windows.ok()) {
        low_traffic.windows = *std::move(windows);
      } else {
        violations_.Add(text->place, Quoted(text->text), kLowTrafficAllowed);
      }
    }
    const Text* zone = Find(kTimeZone);
    if (zone != nullptr && !absl::LoadTimeZone(zone->text, &low_traffic.zone)) {
      violations_.Add(zone->place, Quoted(zone->text), "a name of the time zone database, as Europe/Berlin");
    }
  }

  void ReadPinned(std::set<Pin>& pinned) {
    const Text* text = Find(kPinned);
    if (text == nullptr) return;
    const std::vector<std::string> words = absl::StrSplit(text->text, ',');
    for (const std::string& word : words) {
      const std::optional<Pin> pin = Known(std::string(absl::StripAsciiWhitespace(word)), Pins());
      if (!pin) return violations_.Add(text->place, Quoted(text->text), absl::StrCat(AllOf(Pins()), ", with commas"));
      pinned.insert(*pin);
    }
  }

  Texts texts_;
  Violations violations_;
};

}  // namespace

absl::StatusOr<JobSettings> ReadJobSettings(const FlinkJob& job, const NamespaceFacts* ns) {
  if (ns != nullptr && !ns->error.ok()) return ns->error;
  return Reader(job, ns).Read();
}

std::optional<absl::StatusOr<JobSettings>> ReadJobSettings(const ClusterView& cluster, const JobKey& job) {
  const std::shared_ptr<const FlinkJob> found = cluster.FindJob(job);
  if (found == nullptr) return std::nullopt;
  return ReadJobSettings(*found, cluster.FindNamespace(job.ns).get());
}

absl::StatusOr<JobSettings> SettingsForWriting(const ClusterView& cluster, const FlinkJob& job) {
  const std::shared_ptr<const NamespaceFacts> ns = cluster.FindNamespace(job.key.ns);
  if (ns != nullptr) return ReadJobSettings(job, ns.get());
  std::string why;
  for (const KindState& kind : cluster.States()) {
    if (kind.kind == "namespaces" && !kind.error.ok()) why = absl::StrCat(" (", kind.error.message(), ")");
  }
  return absl::FailedPreconditionError(absl::StrCat("namespaces[", Quoted(job.key.ns), "] = not read", why,
                                                    "; allowed: read, for the tune.dev settings of all its jobs"));
}

}  // namespace tune
