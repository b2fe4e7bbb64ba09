// How `tuned` is set up.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/api/admission.h"

namespace tune {

struct TlsFiles {
  // PEM. Read again when they change, so that certificates can be renewed under a running server.
  std::string certificate, key;
  std::string client_ca;  // empty: clients show no certificate; else each must show one that this signed
};

struct ServerOptions {
  // "127.0.0.1:7070", "[::1]:7070", "0.0.0.0:7070", "unix:/run/tuned.sock"; a port of 0 takes a free one.
  std::vector<std::string> listen = {"127.0.0.1:7070"};
  TlsFiles tls;               // empty: plain text, on loopback and unix sockets alone
  std::string metrics;        // "127.0.0.1:9464"; empty: no /metrics
  int max_message_mib = 64;   // in [1, 64]: of one request
  int workers = 2;            // threads for calls that take long; in [1, 256]
  AdmissionLimits admission;  // of each caller
  absl::Duration drain =
      absl::Seconds(20);  // calls under way may end within it when the server goes down; up to an hour
};

// kInvalidArgument lists every violation, `--listen = 0.0.0.0:7070; allowed: …`.
absl::Status CheckOptions(const ServerOptions& options);

// 127.0.0.0/8, [::1], localhost, or a unix socket.
bool IsLocal(const std::string& address);

}  // namespace tune
