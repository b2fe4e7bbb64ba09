// Calls to `tuned`: where it is, who calls, how long an answer may take, and when to ask again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "service/client/errors.h"
#include "service/kube/kube_config.h"
#include "service/kube/token.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {

struct ClientOptions {
  std::string server = "127.0.0.1:7070";  // as ParseServerAddress() takes it
  bool tls = false;                       // else plain text
  std::string ca;                         // a file; empty: the authorities that the system trusts
  std::string tls_server_name;            // empty: the host of `server`
  Pem certificate, key;                   // the caller's, shown over TLS; both or none
  // The caller's; at most one of them. The file is read again when it changes.
  std::string token, token_file;
  absl::Duration timeout = absl::Seconds(30);  // of a call with all its tries; > 0
};

// Thread-safe.
class Client {
 public:
  // Connects with the first call.
  // kInvalidArgument, kNotFound: an option. A token goes over TLS, or to this machine; else kInvalidArgument.
  static absl::StatusOr<std::unique_ptr<Client>> Create(const ClientOptions& options);

  // One unary call: `Call(&Client::Stub::ListJobs, request, response)`. Asks again where nobody answers or the server
  // says when to come back, within the timeout. So `request` is one that may be repeated, or has an idempotency key.
  // Errors: ToStatus()'s; kNotFound, kInvalidArgument: the token's file.
  using Stub = v1::Tuner::Stub;
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    return Try([&](grpc::ClientContext& context) {
      response.Clear();
      return (*stub_.*method)(&context, request, &response);
    });
  }

  // For streams, which have no deadline: shows who calls.
  absl::Status Prepare(grpc::ClientContext& context);
  Stub& stub() { return *stub_; }
  const Asked& asked() const { return asked_; }

 private:
  Client(const ClientOptions& options, const std::string& target,
         const std::shared_ptr<grpc::ChannelCredentials>& credentials);
  absl::Status Try(const std::function<grpc::Status(grpc::ClientContext&)>& attempt);

  const Asked asked_;
  TokenSource token_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace tune
