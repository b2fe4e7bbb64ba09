#include "service/kube/resource.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr size_t kMostNameBytes = 253;

absl::Status AddSegment(const char* field, const std::string& segment, std::string& path) {
  if (segment.empty() || segment == "." || segment == ".." || segment.size() > kMostNameBytes ||
      segment.find_first_of(std::string("/%\0", 3)) != std::string::npos) {
    return NotAllowed(field, Quoted(segment), "a name of 1 to 253 bytes, not \".\" or \"..\", without \"/\" and \"%\"");
  }
  absl::StrAppend(&path, "/", Escaped(segment));
  return absl::OkStatus();
}

}  // namespace

std::string ApplyPath(const std::string& path, const std::string& manager, bool force, bool dry_run) {
  return absl::StrCat(path, "?fieldManager=", Escaped(manager), force ? "&force=true" : "",
                      dry_run ? "&dryRun=All" : "");
}

std::string Escaped(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      escaped += c;
    } else {
      absl::StrAppend(&escaped, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return escaped;
}

absl::StatusOr<std::string> PathOf(const KubeResource& resource, const std::string& ns, const std::string& name) {
  std::string path = resource.group.empty() ? "/api" : "/apis";
  absl::Status status;
  if (!resource.group.empty()) status.Update(AddSegment("group", resource.group, path));
  status.Update(AddSegment("version", resource.version, path));
  if (!ns.empty()) {
    path += "/namespaces";
    status.Update(AddSegment("namespace", ns, path));
  }
  status.Update(AddSegment("plural", resource.plural, path));
  if (!name.empty()) status.Update(AddSegment("name", name, path));
  if (!status.ok()) return status;
  return path;
}

}  // namespace tune
