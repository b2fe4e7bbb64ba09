// Where the API server is and who asks: from a kubeconfig file, or from what a pod is given.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tune {

// A PEM text, or the file that holds it, which is read again for each connection. At most one is set.
struct Pem {
  std::string data, file;
  bool empty() const { return data.empty() && file.empty(); }
};

struct KubeConfig {
  std::string server;           // "https://10.0.0.1:6443", perhaps with a path; "http://…" only without credentials
  std::string tls_server_name;  // the name in the server's certificate; empty: the host of `server`
  Pem ca;                       // who signed it; none: the authorities that the system trusts
  bool skip_tls_verify = false;
  // Who asks. None of them: nobody.
  std::string token;       // at most one of these two
  std::string token_file;  // read again when it changes
  Pem client_certificate, client_key;
  std::string ns = "default";  // where names without a namespace are looked up
};

// `context` empty: the file's current one. Relative file names start at the kubeconfig's folder.
// kNotFound: no such file, context, cluster or user. kUnimplemented: the user's credentials come from an exec plugin,
// an auth provider, a password or impersonation, or the cluster is behind a proxy; it is named. kInvalidArgument: the
// file's line, the value and what is allowed; values of credentials are not shown.
absl::StatusOr<KubeConfig> ReadKubeConfig(const std::string& path, const std::string& context);

// A pod's: KUBERNETES_SERVICE_HOST and _PORT, and the files token, ca.crt and namespace in `folder`.
// kFailedPrecondition: this is no pod, or it has no service account token.
absl::StatusOr<KubeConfig> ReadInClusterConfig(
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

// kInvalidArgument: no URL of http or https, or one with a user, query or fragment; credentials without TLS; half a
// client certificate.
absl::Status CheckKubeConfig(const KubeConfig& config);

}  // namespace tune
