// How `tuned` is set up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/api/admission.h"
#include "service/rollout/rollout.h"

namespace tune {

struct TlsFiles {
  // PEM. Read again when they change, so that certificates can be renewed under a running server.
  std::string certificate, key;
  std::string client_ca;  // empty: clients show no certificate; else each must show one that this signed
};

// The cluster that is followed.
struct ClusterOptions {
  bool follow = false;
  std::string kubeconfig;               // a file; empty: what a pod is given
  std::string context;                  // of the kubeconfig; empty: its current one
  std::vector<std::string> namespaces;  // empty: all
};

// Who may do what.
enum class AccessMode {
  kCluster,  // whom the cluster knows, what its RBAC lets him do
  kOpen,     // who can connect, everything
};

// The jobs that are kept.
struct KeepingOptions {
  std::string store;                               // a file; empty: none are kept
  absl::Duration horizon = absl::Hours(24);        // of their windows; in [10 min, 14 days]
  absl::Duration evaluate = absl::Minutes(1);      // how often they are judged; in [1 s, 1 day]
  absl::Duration forget_after = absl::Hours(168);  // without a push, and gone from the cluster; in [1 h, a year]
  std::string policy = "balanced";                 // in force where none was put: a name, or a text proto
  int64_t most_jobs = 20'000;                      // in [1, 10^6]
  int64_t most_store_mib = 16'384;                 // in [1, 2^20]
};

// The writing of jobs' specs.
struct WritingOptions {
  bool write = false;  // needs a store, and a cluster that is followed
  std::string
      lease_namespace;  // where the Lease "tuned" is, by which one daemon at a time writes; empty: the pod's own
  RolloutOptions rollout;
};

struct ServerOptions {
  // "127.0.0.1:7070", "[::1]:7070", "0.0.0.0:7070", "unix:/run/tuned.sock"; a port of 0 takes a free one.
  std::vector<std::string> listen = {"127.0.0.1:7070"};
  TlsFiles tls;               // empty: plain text, on loopback and unix sockets alone
  std::string metrics;        // "127.0.0.1:9464"; empty: no /metrics
  int max_message_mib = 64;   // in [1, 64]: of one request
  int workers = 2;            // threads for calls that take long; in [1, 256]
  AdmissionLimits admission;  // of each caller
  ClusterOptions cluster;
  KeepingOptions keeping;
  WritingOptions writing;
  // Absent: kCluster where a cluster is followed, else kOpen. kOpen beyond this machine needs client certificates.
  std::optional<AccessMode> access;
  std::string token_audience;  // whom callers' tokens must be for; empty: the cluster's API server
  absl::Duration drain =
      absl::Seconds(20);  // calls under way may end within it when the server goes down; up to an hour
};

// kInvalidArgument lists every violation, `--listen = 0.0.0.0:7070; allowed: …`.
absl::Status CheckOptions(const ServerOptions& options);

// 127.0.0.0/8, [::1], localhost, or a unix socket.
bool IsLocal(const std::string& address);

}  // namespace tune
