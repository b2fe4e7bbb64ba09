#include "service/kube/kube_config.h"

#include <curl/curl.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"
#include "service/kube/files.h"

namespace tune {
namespace {

constexpr int64_t kMostNamespaceBytes = 1 << 10;

bool HasPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return false;
  curl_free(text);
  return true;
}

absl::Status CheckServer(const std::string& server, bool has_credentials) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  const bool https = server.rfind("https://", 0) == 0, http = server.rfind("http://", 0) == 0;
  if ((!https && !http) || curl_url_set(url.get(), CURLUPART_URL, server.c_str(), 0) != CURLUE_OK ||
      HasPart(url.get(), CURLUPART_USER) || HasPart(url.get(), CURLUPART_QUERY) ||
      HasPart(url.get(), CURLUPART_FRAGMENT)) {
    return NotAllowed("server", Quoted(server), "https://host:port, or http://host:port, perhaps with a path");
  }
  if (http && has_credentials) return NotAllowed("server", Quoted(server), "with credentials only https://");
  return absl::OkStatus();
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

absl::Status CheckKubeConfig(const KubeConfig& config) {
  if (config.client_certificate.empty() != config.client_key.empty()) {
    return NotAllowed("client certificate and key", "one of them", "both or neither");
  }
  return CheckServer(config.server,
                     !config.token.empty() || !config.token_file.empty() || !config.client_certificate.empty());
}

absl::StatusOr<KubeConfig> ReadInClusterConfig(const std::string& folder) {
  const std::string host = Environment("KUBERNETES_SERVICE_HOST"), port = Environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return absl::FailedPreconditionError(
        "no pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set; allowed: in a pod, or a "
        "kubeconfig");
  }
  KubeConfig config;
  const bool is_v6 = host.find(':') != std::string::npos;
  config.server = absl::StrCat("https://", is_v6 ? "[" : "", host, is_v6 ? "]" : "", ":", port);
  config.token_file = folder + "/token";
  config.ca.file = folder + "/ca.crt";
  for (const std::string& file : {config.token_file, config.ca.file}) {
    if (!std::filesystem::exists(file)) {
      return absl::FailedPreconditionError(
          absl::StrCat(Quoted(file), ": absent; the pod has no service account token"));
    }
  }
  const absl::StatusOr<std::string> ns = ReadSmallFile("namespace file", folder + "/namespace", kMostNamespaceBytes);
  if (ns.ok()) config.ns = std::string(absl::StripAsciiWhitespace(*ns));
  if (absl::Status status = CheckKubeConfig(config); !status.ok()) return status;
  return config;
}

}  // namespace tune
