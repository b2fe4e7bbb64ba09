#include "service/cluster/web_ui.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr size_t kLongestUrl = 512;

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool IsHost(const std::string& host) {
  return !host.empty() && IsAlnum(host.front()) && IsAlnum(host.back()) &&
         std::all_of(host.begin(), host.end(), [](char c) { return IsAlnum(c) || c == '.' || c == '-'; });
}

bool IsPort(const std::string& port) {
  constexpr int32_t kLast = 65535;
  int32_t number = 0;
  return std::all_of(port.begin(), port.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }) &&
         absl::SimpleAtoi(port, &number) && number >= 1 && number <= kLast;
}

bool IsPath(const std::string& path) {
  return std::all_of(path.begin(), path.end(),
                     [](char c) { return IsAlnum(c) || c == '/' || c == '.' || c == '_' || c == '~' || c == '-'; });
}

std::string Filled(const std::string& url_template, const std::string& placeholder, const std::string& value) {
  const std::string lower = absl::AsciiStrToLower(url_template);
  std::string text;
  size_t begin = 0;
  for (size_t at = lower.find(placeholder); at != std::string::npos; at = lower.find(placeholder, begin)) {
    text.append(url_template, begin, at - begin);
    text += value;
    begin = at + placeholder.size();
  }
  return text.append(url_template, begin);
}

}  // namespace

std::string IngressUrl(const std::string& url_template, bool tls, const std::string& ns, const std::string& name) {
  if (url_template.size() > kLongestUrl) return "";
  std::string rest = Filled(Filled(url_template, "{{name}}", name), "{{namespace}}", ns);
  std::string scheme = tls ? "https" : "http";
  for (const char* given : {"http", "https"}) {
    const std::string prefix = absl::StrCat(given, "://");
    if (!absl::StartsWithIgnoreCase(rest, prefix)) continue;
    rest.erase(0, prefix.size());
    if (!tls) scheme = given;
    break;
  }
  const size_t slash = rest.find('/');
  const std::string authority = rest.substr(0, slash);
  std::string path = slash == std::string::npos ? "" : rest.substr(slash);
  path.resize(std::min(path.find('('), path.size()));  // a pattern's groups
  const size_t colon = authority.find(':');
  const std::string host = authority.substr(0, colon);
  if (!IsHost(host) || !IsPath(path)) return "";
  if (colon != std::string::npos && !IsPort(authority.substr(colon + 1))) return "";
  if (!path.empty() && path.back() != '/') path += '/';
  return absl::StrCat(scheme, "://", authority, path);
}

std::string RestUrl(const std::string& ns, const std::string& name, const std::string& port, bool tls) {
  const std::string host = absl::StrCat(name, "-rest.", ns);
  const std::string number = port.empty() ? "8081" : port;
  if (name.empty() || ns.empty() || host.size() > kLongestUrl || !IsHost(host) || !IsPort(number)) return "";
  return absl::StrCat(tls ? "https" : "http", "://", host, ":", number);
}

}  // namespace tune
