// kubeconfig files.
#include <filesystem>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libtune/codec/yaml_reader.h"
#include "libtune/internal/path.h"
#include "service/kube/files.h"
#include "service/kube/kube_config.h"

namespace tune {
namespace {

constexpr int64_t kMostBytes = 1 << 20;
constexpr char kSecret[] = "(not shown)";

class KubeConfigReader : private YamlReader {
 public:
  KubeConfigReader(const YamlTree& tree, const std::string& path)
      : YamlReader(tree, path), folder_(std::filesystem::path(path).parent_path()) {}

  absl::StatusOr<KubeConfig> Read(std::string context_name) {
    const YamlNode& root = At(tree_.root);
    if (root.kind != YamlNode::Kind::kMap) return Missing("map", "kubeconfig");
    if (context_name.empty()) context_name = Text(root, "current-context", "current-context");
    if (context_name.empty()) return Missing("current-context", "");
    const YamlNode* context = Named(root, "contexts", "context", context_name);
    if (context == nullptr) return Missing("context", context_name);
    const std::string cluster_name = Text(*context, "cluster", "context.cluster");
    const std::string user_name = Text(*context, "user", "context.user");
    const YamlNode* cluster = Named(root, "clusters", "cluster", cluster_name);
    if (cluster == nullptr) return Missing("cluster", cluster_name);
    if (std::string ns = Text(*context, "namespace", "context.namespace"); !ns.empty()) config_.ns = std::move(ns);
    ReadCluster(*cluster);
    if (!user_name.empty()) {
      const YamlNode* user = Named(root, "users", "user", user_name);
      if (user == nullptr) return Missing("user", user_name);
      ReadUser(*user);
    }
    if (!unimplemented_.ok()) return unimplemented_;
    if (absl::Status status = violations_.ToStatus(); !status.ok()) return status;
    if (absl::Status status = CheckKubeConfig(config_); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(origin_, ": ", std::string(status.message())));
    }
    return std::move(config_);
  }

 private:
  absl::Status Missing(const char* what, const std::string& name) const {
    return absl::NotFoundError(
        absl::StrCat(origin_, ": no ", what, name.empty() ? "" : " ", name.empty() ? "" : Quoted(name)));
  }

  // The `field` of the entry of that name in one of the file's three lists.
  const YamlNode* Named(const YamlNode& root, const char* list_name, const char* field, const std::string& name) {
    const YamlNode* list = List(root, list_name, list_name);
    if (list == nullptr) return nullptr;
    for (const int index : list->items) {
      if (Text(At(index), "name", absl::StrCat(list_name, ".name")) == name) return Map(At(index), field, field);
    }
    return nullptr;
  }

  void ReadCluster(const YamlNode& cluster) {
    config_.server = Text(cluster, "server", "cluster.server");
    while (!config_.server.empty() && config_.server.back() == '/') config_.server.pop_back();
    config_.tls_server_name = Text(cluster, "tls-server-name", "cluster.tls-server-name");
    config_.ca = ReadPem(cluster, "certificate-authority");
    Refuse(cluster, "proxy-url", "a cluster behind a proxy");
    const std::string skip = Text(cluster, "insecure-skip-tls-verify", "cluster.insecure-skip-tls-verify");
    if (!skip.empty() && skip != "true" && skip != "false") {
      Bad(Field(cluster, "insecure-skip-tls-verify")->line, "cluster.insecure-skip-tls-verify", Quoted(skip),
          "true or false");
    }
    config_.skip_tls_verify = skip == "true";
  }

  void ReadUser(const YamlNode& user) {
    Refuse(user, "exec", "credentials of an exec plugin");
    Refuse(user, "auth-provider", "credentials of an auth provider");
    Refuse(user, "username", "a user name and password");
    for (const char* as : {"as", "as-uid", "as-groups", "as-user-extra"}) Refuse(user, as, "impersonation");
    config_.client_certificate = ReadPem(user, "client-certificate");
    config_.client_key = ReadPem(user, "client-key");
    config_.token_file = Resolved(Text(user, "tokenFile", "user.tokenFile"));
    if (config_.token_file.empty()) config_.token = Text(user, "token", "user.token");
    if (config_.token.find_first_of(" \t\r\n") != std::string::npos) {
      Bad(Field(user, "token")->line, "user.token", kSecret, "a text without blanks");
    }
  }

  // What `name`-data holds in base64, else the file that `name` says.
  Pem ReadPem(const YamlNode& map, const char* name) {
    Pem pem;
    const std::string data_name = absl::StrCat(name, "-data");
    const std::string encoded = Text(map, data_name.c_str(), data_name);
    if (encoded.empty()) {
      pem.file = Resolved(Text(map, name, name));
    } else if (!absl::Base64Unescape(encoded, &pem.data)) {
      Bad(Field(map, data_name.c_str())->line, data_name, kSecret, "base64");
    }
    return pem;
  }

  // Says what cannot be done, with what makes it necessary: the plugin's command, the provider's name.
  void Refuse(const YamlNode& map, const char* name, const char* what) {
    const YamlNode* field = Field(map, name);
    if (field == nullptr || !unimplemented_.ok()) return;
    std::string detail;
    for (const char* key : {"command", "name"}) {
      if (const YamlNode* text = Field(*field, key); text != nullptr) absl::StrAppend(&detail, " ", KindText(*text));
    }
    unimplemented_ =
        absl::UnimplementedError(absl::StrCat(origin_, " line ", field->line, ": ", name, detail, ": ", what,
                                              "; allowed: token, tokenFile, client-certificate and client-key"));
  }

  std::string Resolved(const std::string& file) const {
    if (file.empty() || file.front() == '/') return file;
    return (folder_ / file).string();
  }

  std::filesystem::path folder_;
  KubeConfig config_;
  absl::Status unimplemented_;
};

}  // namespace

absl::StatusOr<KubeConfig> ReadKubeConfig(const std::string& path, const std::string& context) {
  const absl::StatusOr<std::string> text = ReadSmallFile("kubeconfig", path, kMostBytes);
  if (!text.ok()) return text.status();
  const absl::StatusOr<YamlTree> tree = ParseYaml(*text, path);
  if (!tree.ok()) return tree.status();
  if (tree->root < 0) return absl::NotFoundError(absl::StrCat(path, ": an empty file"));
  return KubeConfigReader(*tree, path).Read(context);
}

}  // namespace tune
