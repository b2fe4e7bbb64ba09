// What the user asked of a running `tuned`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tune {

struct ServiceArguments {
  // How it is reached, and as whom.
  std::string server = "127.0.0.1:7070";  // host:port, [host]:port, unix:path
  bool tls = false;                       // implied by the next four
  std::string ca;                         // file; empty: the system's authorities
  std::string certificate, key;           // files, both or none
  std::string tls_server_name;            // empty: the host of `server`
  std::string token;                      // at most one of these two
  std::string token_file;
  std::string kubeconfig;  // file; empty: $KUBECONFIG or ~/.kube/config where `context` is given, else none
  std::string context;     // empty: the file's current one
  double timeout_s = 30;   // > 0

  // Which jobs.
  std::string ns;  // empty: the context's, else "default"
  bool all_namespaces = false;
  std::string job;           // NAME or NAMESPACE/NAME
  bool session_job = false;  // a FlinkSessionJob
  std::vector<std::string> phases, actions;
  std::string name_part;

  // By what they are judged.
  std::string policy;             // name or file; empty: the one in force
  std::vector<std::string> sets;  // FIELD=VALUE

  bool until_now = false;  // push: the history's last sample is of this moment

  std::string verb;  // policy: get, put, remove
  bool everyone = false;
  std::optional<int64_t> if_revision;
  bool explain = false;

  // Changes of specs.
  std::optional<int64_t> generation;  // apply: of the spec that a plan was seen for, > 0
  std::optional<int64_t> change;      // rollback, audit: its id, > 0
  std::vector<std::string> waive;     // apply: kinds of refusals
  bool dry_run = false, force = false, wait = false;
  bool yes = false;        // nobody is asked
  std::string reason;      // pause
  bool only_open = false;  // audit, as the next two
  bool details = false;
  int most_changes = 100;  // > 0
};

}  // namespace tune
