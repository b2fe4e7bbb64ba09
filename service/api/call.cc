#include "service/api/call.h"

#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "grpc/grpc_security_constants.h"
#include "libtune/internal/path.h"
#include "service/api/status.h"

namespace tune {
namespace {

std::string PropertyOf(const grpc::ServerContextBase& context, const char* name) {
  const auto auth = context.auth_context();
  if (!auth || !auth->IsPeerAuthenticated()) return "";
  for (const grpc::string_ref& value : auth->FindPropertyValues(name)) return std::string(value.data(), value.size());
  return "";
}

// Does not jump, as absl::Now() may: limits of calls a second and what a call took are of time that passed.
absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

std::string CallerOf(const grpc::ServerContextBase& context) {
  const std::string name = PropertyOf(context, GRPC_X509_CN_PROPERTY_NAME);
  if (!name.empty()) return Utf8(name);
  const std::string peer = context.peer();  // ipv4:10.0.0.7:40312, unix:/run/tuned.sock
  const size_t port = peer.compare(0, 2, "ip") == 0 ? peer.rfind(':') : std::string::npos;
  return peer.substr(0, port);
}

Call::Call(const char* method, const grpc::CallbackServerContext& context, const Door& door)
    : method_(method),
      context_(context),
      door_(door),
      caller_(CallerOf(context)),
      began_(absl::Now()),
      entered_(SteadyNow()) {
  absl::StatusOr<Admission::Ticket> ticket = door.admission.Enter(caller_, entered_);
  admitted_ = ticket.status();
  if (ticket.ok()) ticket_ = *std::move(ticket);
}

absl::StatusOr<Credentials> Call::ReadCredentials() const {
  Credentials credentials;
  credentials.certificate = PropertyOf(context_, GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (!credentials.certificate.empty()) return credentials;
  const auto& metadata = context_.client_metadata();
  const auto header = metadata.find("authorization");
  if (header == metadata.end()) return credentials;
  absl::StatusOr<std::string> token = TokenOfHeader(std::string(header->second.data(), header->second.size()));
  if (!token.ok()) return token.status();
  credentials.token = *std::move(token);
  return credentials;
}

absl::Status Call::Pass(absl::StatusOr<std::string> user) {
  if (!user.ok()) return user.status();
  caller_ = Utf8(*std::move(user));
  return absl::OkStatus();
}

void Call::Enter(const std::optional<Wish>& wish, std::function<void(const absl::Status&)> then) {
  if (!admitted_.ok() || door_.gate == nullptr) return then(admitted_);
  absl::StatusOr<Credentials> credentials = ReadCredentials();
  if (!credentials.ok()) return then(credentials.status());
  if (auto remembered = door_.gate->Remembered(*credentials, wish, began_)) return then(Pass(*std::move(remembered)));
  door_.askers.Run([self = shared_from_this(), credentials = *std::move(credentials), wish, then = std::move(then)] {
    then(self->Pass(self->door_.gate->Ask(credentials, wish, absl::Now())));
  });
}

absl::Status Call::GoOn() const {
  if (context_.IsCancelled()) return absl::CancelledError("the caller went away");
  if (context_.deadline() < std::chrono::system_clock::now()) return absl::DeadlineExceededError("out of time");
  return absl::OkStatus();
}

grpc::Status Call::End(const absl::Status& status) {
  door_.observer.OnCall(method_, caller_, status.code(), SteadyNow() - entered_);
  return ToGrpc(status);
}

grpc::ServerUnaryReactor* AnswerUnary(const char* method, grpc::CallbackServerContext* context, const Door& door,
                                      size_t request_bytes, const absl::StatusOr<std::optional<Wish>>& wish,
                                      std::function<void(Ending)> answer) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto call = std::make_shared<Call>(method, *context, door);
  const Ending end(call, reactor);
  if (!wish.ok()) {
    end(wish.status());
    return reactor;
  }
  call->Enter(*wish, [end, request_bytes, answer = std::move(answer)](const absl::Status& entered) {
    if (!entered.ok()) return end(entered);
    auto run = [end, answer] {
      if (const absl::Status status = end.call().GoOn(); !status.ok()) return end(status);
      answer(end);
    };
    if (request_bytes <= kShortBytes) return run();
    end.call().door().workers.Run(std::move(run));
  });
  return reactor;
}

}  // namespace tune
