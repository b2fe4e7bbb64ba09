#include "service/cli/connect.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "grpc/support/log.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/policy_text.h"
#include "libtune/internal/path.h"
#include "service/cli/words.h"

namespace tune {
namespace {

constexpr char kDefaultNamespace[] = "default";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// gRPC writes what it meets to standard error, for its own developers; the call's status tells users.
void SilenceGrpc() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

// What kubectl would read. Empty: none is asked for.
absl::StatusOr<std::string> KubeConfigPath(const ServiceArguments& a) {
  if (!a.kubeconfig.empty() || a.context.empty()) return a.kubeconfig;
  const std::string named = Environment("KUBECONFIG");
  if (absl::StrContains(named, ':')) return NotAllowed("KUBECONFIG", Quoted(named), "one file; --kubeconfig names it");
  return named.empty() ? absl::StrCat(Environment("HOME"), "/.kube/config") : named;
}

absl::StatusOr<KubeConfig> ReadUser(const std::string& path, const std::string& context) {
  absl::StatusOr<KubeConfig> user = ReadKubeConfig(path, context);
  if (user.ok() || !absl::IsUnimplemented(user.status())) return user;
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(user.status().message()),
                   "\nWithout --kubeconfig: -n NAMESPACE, and a token by --token-file or TUNE_TOKEN"));
}

// The kubeconfig's user calls, where the command line says nothing of who does.
void TakeUser(const KubeConfig& user, ClientOptions& options) {
  if (!options.token.empty() || !options.token_file.empty() || !options.certificate.empty()) return;
  options.token = user.token;
  options.token_file = user.token_file;
  if (options.tls) {
    options.certificate = user.client_certificate;
    options.key = user.client_key;
  } else if (options.token.empty() && options.token_file.empty() && !user.client_certificate.empty()) {
    PrintWarning("the kubeconfig's user has a client certificate, which is shown over TLS alone (--ca FILE, --tls)");
  }
}

ClientOptions OptionsOf(const ServiceArguments& a) {
  ClientOptions options;
  options.server = a.server;
  options.tls = a.tls || !a.ca.empty() || !a.certificate.empty() || !a.tls_server_name.empty();
  options.ca = a.ca;
  options.tls_server_name = a.tls_server_name;
  options.certificate.file = a.certificate;
  options.key.file = a.key;
  options.token = a.token;
  options.token_file = a.token_file;
  options.timeout = absl::Seconds(a.timeout_s);
  return options;
}

}  // namespace

absl::StatusOr<ConnectedClient> Connect(const ServiceArguments& a) {
  SilenceGrpc();
  ClientOptions options = OptionsOf(a);
  std::string ns = kDefaultNamespace;
  const absl::StatusOr<std::string> path = KubeConfigPath(a);
  if (!path.ok()) return path.status();
  if (!path->empty()) {
    const absl::StatusOr<KubeConfig> user = ReadUser(*path, a.context);
    if (!user.ok()) return user.status();
    ns = user->ns;
    TakeUser(*user, options);
  }
  if (options.token.empty() && options.token_file.empty() && options.certificate.empty()) {
    options.token = Environment("TUNE_TOKEN");
  }
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(options);
  if (!client.ok()) return client.status();
  return ConnectedClient{*std::move(client), a.ns.empty() ? ns : a.ns};
}

absl::StatusOr<v1::JobRef> JobOf(const ServiceArguments& a, const std::string& ns) {
  v1::JobRef job;
  const size_t slash = a.job.find('/');
  if (slash == std::string::npos) {
    job.set_namespace_(Utf8(ns));
    job.set_name(Utf8(a.job));
  } else {
    job.set_namespace_(Utf8(a.job.substr(0, slash)));
    job.set_name(Utf8(a.job.substr(slash + 1)));
    if (!a.ns.empty() && a.ns != job.namespace_()) {
      return NotAllowed("--namespace", Quoted(a.ns), absl::StrCat("absent with ", Quoted(a.job), ", or the same"));
    }
  }
  job.set_kind(a.session_job ? v1::JOB_KIND_SESSION_JOB : v1::JOB_KIND_DEPLOYMENT);
  return job;
}

absl::StatusOr<v1::PolicyScope> ScopeOf(const ServiceArguments& a, const std::string& ns) {
  v1::PolicyScope scope;
  if (!a.job.empty()) {
    absl::StatusOr<v1::JobRef> job = JobOf(a, ns);
    if (!job.ok()) return job.status();
    *scope.mutable_job() = *std::move(job);
  } else if (a.everyone) {
    scope.set_everyone(true);
  } else if (!a.ns.empty()) {
    scope.set_namespace_(Utf8(a.ns));
  } else {
    return absl::InvalidArgumentError("for which jobs is not said: --job JOB, --namespace NAMESPACE or --everyone");
  }
  return scope;
}

absl::StatusOr<v1::JobFilter> FilterOf(const ServiceArguments& a, const std::string& ns) {
  v1::JobFilter filter;
  if (!a.all_namespaces) filter.set_namespace_(Utf8(ns));
  filter.set_name_contains(Utf8(a.name_part));
  for (const std::string& word : a.phases) {
    const std::optional<v1::JobPhase> phase = PhaseOf(word);
    if (!phase) return NotAllowed("--phase", Quoted(word), "a phase of jobs");
    filter.add_phases(*phase);
  }
  for (const std::string& word : a.actions) {
    const std::optional<v1::Action> action = ActionOf(word);
    if (!action) return NotAllowed("--action", Quoted(word), "hold, raise, lower, person");
    filter.add_actions(*action);
  }
  return filter;
}

absl::StatusOr<std::optional<v1::PolicyChoice>> PolicyChoiceOf(const ServiceArguments& a) {
  if (a.policy.empty() && a.sets.empty()) return std::optional<v1::PolicyChoice>();
  v1::PolicyChoice choice;
  for (const std::string& set : a.sets) choice.add_sets(Utf8(set));
  const std::vector<std::string> names = PolicyNames();
  if (a.policy.empty() || std::find(names.begin(), names.end(), a.policy) != names.end()) {
    choice.set_name(a.policy);
    return std::optional(choice);
  }
  const absl::StatusOr<std::string> text = ReadTextFile(a.policy);
  if (!text.ok()) {
    return NotAllowed("--policy", Quoted(a.policy), absl::StrCat(absl::StrJoin(names, ", "), ", or a file"));
  }
  absl::StatusOr<v1::TuningPolicy> policy = ParsePolicyText(*text, a.policy);
  if (!policy.ok()) return policy.status();
  *choice.mutable_policy() = *std::move(policy);
  return std::optional(choice);
}

}  // namespace tune
