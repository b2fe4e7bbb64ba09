#include "service/api/admission.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/api/status.h"

namespace tune {
namespace {

constexpr absl::Duration kSoon = absl::Milliseconds(100);  // calls under way end at any moment

struct Caller {
  int under_way = 0;
  double tokens = 0;  // calls that may begin now
  absl::Time filled_at;
};

}  // namespace

struct Admission::State {
  AdmissionLimits limits;
  std::mutex mutex;
  std::unordered_map<std::string, Caller> callers;

  double TokensAt(const Caller& caller, absl::Time now) const {
    const double elapsed_s = std::max(0.0, absl::ToDoubleSeconds(now - caller.filled_at));
    return std::min(limits.burst, caller.tokens + elapsed_s * limits.calls_per_second);
  }

  // Those that nothing is known of beyond what a new one has.
  void Forget(absl::Time now) {
    std::erase_if(callers, [&](const auto& entry) {
      const Caller& caller = entry.second;
      const bool fresh = limits.calls_per_second <= 0 || TokensAt(caller, now) >= limits.burst;
      return caller.under_way == 0 && fresh;
    });
  }
};

Admission::Admission(const AdmissionLimits& limits) : state_(std::make_unique<State>()) { state_->limits = limits; }
Admission::~Admission() = default;

Admission::Ticket& Admission::Ticket::operator=(Ticket&& other) noexcept {
  Release();
  admission_ = std::exchange(other.admission_, nullptr);
  caller_ = std::move(other.caller_);
  return *this;
}

void Admission::Ticket::Release() {
  if (admission_ != nullptr) std::exchange(admission_, nullptr)->Leave(caller_);
}

absl::StatusOr<Admission::Ticket> Admission::Enter(const std::string& name, absl::Time now) {
  const AdmissionLimits& limits = state_->limits;
  const std::lock_guard lock(state_->mutex);
  if (!state_->callers.contains(name) && state_->callers.size() >= limits.known_callers) {
    state_->Forget(now);
    if (state_->callers.size() >= limits.known_callers) {
      return TooBusy(absl::StrCat(limits.known_callers, " callers are being served"), kSoon);
    }
  }
  const auto [at, is_new] = state_->callers.try_emplace(name, Caller{0, limits.burst, now});
  Caller& caller = at->second;
  if (caller.under_way >= limits.calls_under_way) {
    return TooBusy(absl::StrCat("calls under way of ", Quoted(name), " = ", caller.under_way, "; allowed: at most ",
                                limits.calls_under_way),
                   kSoon);
  }
  if (limits.calls_per_second > 0) {
    caller.tokens = state_->TokensAt(caller, now);
    caller.filled_at = std::max(now, caller.filled_at);
    if (caller.tokens < 1) {
      return TooBusy(absl::StrCat("calls of ", Quoted(name), " come faster than allowed: ", limits.calls_per_second,
                                  " a second, ", limits.burst, " at once"),
                     absl::Seconds((1 - caller.tokens) / limits.calls_per_second));
    }
    caller.tokens -= 1;
  }
  ++caller.under_way;
  return Ticket(this, name);
}

void Admission::Leave(const std::string& name) {
  const std::lock_guard lock(state_->mutex);
  const auto at = state_->callers.find(name);
  if (at != state_->callers.end()) --at->second.under_way;
}

}  // namespace tune
