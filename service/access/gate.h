// Lets a call pass if the cluster's own RBAC would: who calls (TokenReview) and whether he may (SubjectAccessReview),
// both remembered shortly.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/access/caller.h"
#include "service/access/reviews.h"

namespace tune {

struct GateOptions {
  std::string audience;                           // whom tokens must be for; empty: the API server
  absl::Duration keep_yes = absl::Seconds(10);    // that a token is known, that its user may; >= 0
  absl::Duration keep_no = absl::Seconds(3);      // that they are not; >= 0
  absl::Duration ask_timeout = absl::Seconds(5);  // for each question; > 0
  size_t most_remembered = 10'000;                // answers of each kind; >= 1
};

// Thread-safe. Tokens are remembered by their SHA-256 alone.
class Gate {
 public:
  // `client` outlives it.
  Gate(KubeClient& client, GateOptions options);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // The user's name if the caller is known and may do it, from memory; nullopt: the cluster has to be asked. `wish`
  // nullopt: it is enough to be known. `now` may go back: what was remembered later than `now` is asked anew.
  // kUnauthenticated, kPermissionDenied.
  std::optional<absl::StatusOr<std::string>> Remembered(const Credentials& credentials, const std::optional<Wish>& wish,
                                                        absl::Time now) const;
  // The same, asking the cluster where it is not remembered: waits for it. Also kUnavailable: it cannot be asked.
  absl::StatusOr<std::string> Ask(const Credentials& credentials, const std::optional<Wish>& wish, absl::Time now);

 private:
  struct State;
  absl::StatusOr<std::shared_ptr<const Caller>> AskWho(const Credentials& credentials, absl::Time now);
  std::unique_ptr<State> state_;
};

}  // namespace tune
