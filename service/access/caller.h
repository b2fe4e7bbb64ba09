// Who calls, as the cluster knows its users.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tune {

// What a call brought to show who makes it. At most one counts: the certificate.
struct Credentials {
  std::string certificate;  // PEM, verified by TLS already; empty: none was shown
  std::string token;        // of "authorization: Bearer …"; empty: none
};

struct Caller {
  std::string user;  // not empty
  std::string uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;
};

// The certificate's common name is the user and its organisations are the groups, as the cluster itself takes them.
// kUnauthenticated: no certificate, or one without a common name.
absl::StatusOr<Caller> CallerOfCertificate(const std::string& pem);

// The token in a header's value. kUnauthenticated: another scheme than Bearer, no token, or one longer than 16 KiB.
absl::StatusOr<std::string> TokenOfHeader(const std::string& authorization);

}  // namespace tune
