#include "service/client/address.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr char kUnix[] = "unix:";

// Of a name or an IPv4 address. Nothing in it can be taken for a scheme or a path.
bool IsHost(const std::string& host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
}

bool IsPort(const std::string& text) {
  int port = 0;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); }) &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= 65535;
}

bool IsLoopbackV4(const std::string& host) {
  in_addr address = {};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

bool IsV6(const std::string& host, bool& is_loopback) {
  in6_addr address = {};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return false;
  is_loopback = IN6_IS_ADDR_LOOPBACK(&address);
  return true;
}

}  // namespace

absl::StatusOr<ServerAddress> ParseServerAddress(const std::string& text) {
  const absl::Status refused = NotAllowed("--server", Quoted(text), "host:port, [host]:port or unix:path");
  ServerAddress address;
  if (absl::StartsWith(text, kUnix)) {
    if (text.size() == sizeof(kUnix) - 1 || absl::StrContains(text, '\0')) return refused;
    address.target = text;
    address.is_local = true;
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || !IsPort(text.substr(colon + 1))) return refused;
  const std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    if (!IsV6(host.substr(1, host.size() - 2), address.is_local)) return refused;
  } else if (IsHost(host)) {
    address.is_local = host == "localhost" || IsLoopbackV4(host);
  } else {
    return refused;
  }
  address.target = absl::StrCat("dns:///", text);
  return address;
}

}  // namespace tune
