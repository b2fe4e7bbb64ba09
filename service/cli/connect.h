// From the command line to a client of `tuned`, and to the jobs that are meant.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libtune/cli/service_arguments.h"
#include "service/client/client.h"
#include "tune/v1/jobs.pb.h"
#include "tune/v1/service.pb.h"

namespace tune {

struct ConnectedClient {
  std::unique_ptr<Client> client;
  std::string ns;  // the user's, where a name comes without one
};

// Reads the kubeconfig and the files that are named, and the environment's TUNE_TOKEN. What is said on the command line
// beats the kubeconfig, and that beats the environment.
// Errors: Client::Create()'s and ReadKubeConfig()'s.
absl::StatusOr<ConnectedClient> Connect(const ServiceArguments& arguments);

// NAME or NAMESPACE/NAME. kInvalidArgument: another namespace is given too.
absl::StatusOr<v1::JobRef> JobOf(const ServiceArguments& arguments, const std::string& ns);

// A job, a namespace or everyone. kInvalidArgument: none of them is said.
absl::StatusOr<v1::PolicyScope> ScopeOf(const ServiceArguments& arguments, const std::string& ns);

// kInvalidArgument: a phase or an action that there is not.
absl::StatusOr<v1::JobFilter> FilterOf(const ServiceArguments& arguments, const std::string& ns);

// As it is sent: a shipped policy by its name, a file by what is in it. nullopt: neither a policy nor fields are given.
// kInvalidArgument: the file.
absl::StatusOr<std::optional<v1::PolicyChoice>> PolicyChoiceOf(const ServiceArguments& arguments);

}  // namespace tune
