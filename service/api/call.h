// One gRPC call from its coming to its end: let in, told who makes it, answered, counted.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "service/access/gate.h"
#include "service/api/admission.h"
#include "service/api/observer.h"
#include "service/api/workers.h"

namespace tune {

// What every call passes. All of them outlive it.
struct Door {
  Admission& admission;
  Workers& workers;  // for calls that take long
  Workers& askers;   // for calls that wait for the cluster to say who may
  Workers& writers;  // for calls that wait for the cluster to take what they write
  Observer& observer;
  Gate* gate = nullptr;  // nullptr: who can connect may do everything
};

class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(const char* method, const grpc::CallbackServerContext& context, const Door& door);

  // Lets the call pass or not, then calls `then`: at once, or when the cluster has answered. `wish` nullopt: it is
  // enough to be known.
  void Enter(const std::optional<Wish>& wish, std::function<void(const absl::Status&)> then);

  // Not OK: the caller went away, or its deadline has passed.
  absl::Status GoOn() const;
  // What gRPC is to be told. The call is over.
  grpc::Status End(const absl::Status& status);

  const Door& door() const { return door_; }
  // The user's name where the gate knows it, else CallerOf().
  const std::string& caller() const { return caller_; }
  absl::Time began() const { return began_; }

 private:
  absl::StatusOr<Credentials> ReadCredentials() const;
  absl::Status Pass(absl::StatusOr<std::string> user);

  const char* method_;
  const grpc::CallbackServerContext& context_;
  const Door& door_;
  std::string caller_;
  const absl::Time began_;    // by the clock, which may jump
  const absl::Time entered_;  // by one that does not, and means nothing else
  absl::Status admitted_;
  Admission::Ticket ticket_;
};

// Larger requests take longer than a short call should wait.
constexpr size_t kShortBytes = 256 << 10;

// Ends a unary call, once. Copies end the same one.
class Ending {
 public:
  Ending(std::shared_ptr<Call> call, grpc::ServerUnaryReactor* reactor) : call_(std::move(call)), reactor_(reactor) {}
  void operator()(const absl::Status& status) const { reactor_->Finish(call_->End(status)); }
  Call& call() const { return *call_; }

 private:
  std::shared_ptr<Call> call_;
  grpc::ServerUnaryReactor* reactor_;
};

// A call with one answer. `answer` ends it, at once or later; it runs on this thread where the request is short, else
// on a worker's. `wish` not OK: the call ends with that.
grpc::ServerUnaryReactor* AnswerUnary(const char* method, grpc::CallbackServerContext* context, const Door& door,
                                      size_t request_bytes, const absl::StatusOr<std::optional<Wish>>& wish,
                                      std::function<void(Ending)> answer);

// Who calls: the common name in the client's certificate, as Kubernetes takes it for the user's, or the address without
// the port.
std::string CallerOf(const grpc::ServerContextBase& context);

}  // namespace tune
