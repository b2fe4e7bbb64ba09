#include "service/access/gate.h"

#include <utility>

#include "service/access/memory.h"
#include "service/digest.h"

namespace tune {
namespace {

// What names a certificate or a token in memory.
std::string NameOf(const Credentials& credentials) {
  return DigestOf(credentials.certificate.empty() ? "t" + credentials.token : "c" + credentials.certificate);
}

using Who = absl::StatusOr<std::shared_ptr<const Caller>>;

}  // namespace

struct Gate::State {
  State(KubeClient& c, GateOptions o)
      : client(c), options(std::move(o)), callers(options.most_remembered), rights(options.most_remembered) {}

  KubeClient& client;
  const GateOptions options;
  Memory<std::string, Who> callers;                           // by digest
  Memory<std::pair<std::string, Wish>, absl::Status> rights;  // by the caller's digest and his wish
};

Gate::Gate(KubeClient& client, GateOptions options) : state_(std::make_unique<State>(client, std::move(options))) {}
Gate::~Gate() = default;

std::optional<absl::StatusOr<std::string>> Gate::Remembered(const Credentials& credentials,
                                                            const std::optional<Wish>& wish, absl::Time now) const {
  const std::string digest = NameOf(credentials);
  const std::optional<Who> who = state_->callers.Get(digest, now);
  if (!who) return std::nullopt;
  if (!who->ok()) return who->status();
  if (!wish) return (**who)->user;
  const std::optional<absl::Status> right = state_->rights.Get({digest, *wish}, now);
  if (!right) return std::nullopt;
  if (!right->ok()) return *right;
  return (**who)->user;
}

absl::StatusOr<std::shared_ptr<const Caller>> Gate::AskWho(const Credentials& credentials, absl::Time now) {
  const GateOptions& options = state_->options;
  const std::string digest = NameOf(credentials);
  if (const std::optional<Who> known = state_->callers.Get(digest, now)) return *known;
  absl::StatusOr<Caller> caller =
      !credentials.certificate.empty() ? CallerOfCertificate(credentials.certificate)
      : !credentials.token.empty()
          ? ReviewToken(state_->client, credentials.token, options.audience, options.ask_timeout)
          : absl::UnauthenticatedError(
                "nobody is named; allowed: a client certificate, or a header authorization: "
                "Bearer TOKEN (as of kubectl create token)");
  if (absl::IsUnavailable(caller.status())) return caller.status();
  Who who = caller.ok() ? Who(std::make_shared<const Caller>(*std::move(caller))) : Who(caller.status());
  state_->callers.Put(digest, who, now, who.ok() ? options.keep_yes : options.keep_no);
  return who;
}

absl::StatusOr<std::string> Gate::Ask(const Credentials& credentials, const std::optional<Wish>& wish, absl::Time now) {
  const GateOptions& options = state_->options;
  const Who who = AskWho(credentials, now);
  if (!who.ok()) return who.status();
  if (!wish) return (*who)->user;
  const std::pair<std::string, Wish> key(NameOf(credentials), *wish);
  std::optional<absl::Status> right = state_->rights.Get(key, now);
  if (!right) {
    right = ReviewAccess(state_->client, **who, *wish, options.ask_timeout);
    if (absl::IsUnavailable(*right)) return *right;
    state_->rights.Put(key, *right, now, right->ok() ? options.keep_yes : options.keep_no);
  }
  if (!right->ok()) return *right;
  return (*who)->user;
}

}  // namespace tune
