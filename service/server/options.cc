#include "service/server/options.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr absl::Duration kLongestDrain = absl::Hours(1);

// Host and port of "host:port" and "[host]:port".
bool SplitAddress(const std::string& address, std::string& host, int& port) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  host = address.substr(0, colon);
  if (host.find(':') != std::string::npos && (host.front() != '[' || host.back() != ']')) return false;
  return absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= 0 && port <= 65535;
}

bool IsUnix(const std::string& address) { return absl::StartsWith(address, "unix:"); }

bool IsLoopbackV4(const std::string& host) {
  const std::vector<std::string> parts = absl::StrSplit(host, '.');
  if (parts.size() != 4 || parts.front() != "127") return false;
  for (const std::string& part : parts) {
    int number = 0;
    if (!absl::SimpleAtoi(part, &number) || number < 0 || number > 255) return false;
  }
  return true;
}

void CheckAddress(const char* flag, const std::string& address, Violations& violations) {
  std::string host;
  int port = 0;
  if (IsUnix(address) ? address.size() == 5 : !SplitAddress(address, host, port))
    violations.Add(flag, Quoted(address), "host:port, [host]:port or unix:path");
}

void CheckBetween(const char* flag, absl::Duration value, absl::Duration low, absl::Duration high,
                  Violations& violations) {
  if (value >= low && value <= high) return;
  violations.Add(flag, absl::FormatDuration(value),
                 absl::StrCat("[", absl::FormatDuration(low), ", ", absl::FormatDuration(high), "]"));
}

void CheckKeeping(const KeepingOptions& keeping, Violations& violations) {
  CheckBetween("--horizon", keeping.horizon, absl::Minutes(10), absl::Hours(24 * 14), violations);
  CheckBetween("--evaluate", keeping.evaluate, absl::Seconds(1), absl::Hours(24), violations);
  CheckBetween("--forget-after", keeping.forget_after, absl::Hours(1), absl::Hours(24 * 366), violations);
  CheckRange(Path("--most-jobs"), keeping.most_jobs, 1, 1'000'000, violations);
  CheckRange(Path("--most-store-mib"), keeping.most_store_mib, 1, 1 << 20, violations);
}

void CheckWriting(const ServerOptions& options, Violations& violations) {
  const WritingOptions& writing = options.writing;
  if (!writing.write) {
    if (!writing.lease_namespace.empty()) {
      violations.Add("--lease-namespace", Quoted(writing.lease_namespace), "only with --write");
    }
    return;
  }
  if (options.keeping.store.empty()) violations.Add("--write", "given", "only with --store: changes are remembered");
  if (!options.cluster.follow) violations.Add("--write", "given", "only with --kubeconfig or --in-cluster");
  const RolloutOptions& rollout = writing.rollout;
  CheckBetween("--restart-deadline", rollout.watch.restart, absl::Seconds(1), absl::Hours(24), violations);
  CheckBetween("--settle", rollout.watch.settle, absl::Seconds(1), absl::Hours(24), violations);
  CheckBetween("--stuck", rollout.watch.stuck, absl::Seconds(1), absl::Hours(1), violations);
  CheckBetween("--keep-failed", rollout.history.keep_failed, absl::Minutes(1), absl::Hours(24 * 30), violations);
  CheckRange(Path("--restarts-in-flight"), int64_t{rollout.limits.in_flight}, 1, 10'000, violations);
  CheckRange(Path("--restarts-of-namespace"), int64_t{rollout.limits.in_flight_of_namespace}, 1, 10'000, violations);
  CheckRange(Path("--optional-in-flight"), int64_t{rollout.limits.optional_in_flight}, 1,
             int64_t{rollout.limits.in_flight}, violations);
  CheckRange(Path("--restarts-a-day"), int64_t{rollout.history.restarts_a_day}, 1, 1000, violations);
}

void CheckAccess(const ServerOptions& options, Violations& violations) {
  const ClusterOptions& cluster = options.cluster;
  if (!cluster.follow && options.access == AccessMode::kCluster) {
    violations.Add("--access", "cluster", "open, without --kubeconfig or --in-cluster");
  }
  if (!cluster.follow && !cluster.namespaces.empty()) {
    violations.Add("--namespace", Quoted(cluster.namespaces.front()), "only with --kubeconfig or --in-cluster");
  }
  const bool is_open = options.access ? options.access == AccessMode::kOpen : !cluster.follow;
  if (!is_open || !options.tls.client_ca.empty()) return;
  for (const std::string& address : options.listen) {
    if (IsLocal(address)) continue;
    violations.Add("--listen", Quoted(address),
                   "with --access open and no --client-ca only a loopback address or a unix socket");
  }
}

}  // namespace

bool IsLocal(const std::string& address) {
  if (IsUnix(address)) return true;
  std::string host;
  int port = 0;
  if (!SplitAddress(address, host, port)) return false;
  return host == "localhost" || host == "[::1]" || IsLoopbackV4(host);
}

absl::Status CheckOptions(const ServerOptions& options) {
  Violations violations;
  const bool plain = options.tls.certificate.empty() && options.tls.key.empty();
  if (options.listen.empty()) violations.Add("--listen", "absent", "an address");
  for (const std::string& address : options.listen) {
    CheckAddress("--listen", address, violations);
    if (plain && !IsLocal(address)) {
      violations.Add("--listen", Quoted(address),
                     "without --tls-cert and --tls-key only a loopback address or a unix socket");
    }
  }
  if (options.tls.certificate.empty() != options.tls.key.empty()) {
    violations.Add(options.tls.key.empty() ? "--tls-key" : "--tls-cert", "absent", "both or neither");
  }
  if (plain && !options.tls.client_ca.empty()) {
    violations.Add("--client-ca", Quoted(options.tls.client_ca), "only with --tls-cert and --tls-key");
  }
  CheckKeeping(options.keeping, violations);
  CheckWriting(options, violations);
  CheckAccess(options, violations);
  if (!options.metrics.empty()) CheckAddress("--metrics", options.metrics, violations);
  CheckRange(Path("--max-message-mib"), int64_t{options.max_message_mib}, 1, 64, violations);
  CheckRange(Path("--workers"), int64_t{options.workers}, 1, 256, violations);
  CheckRange(Path("--calls-under-way"), int64_t{options.admission.calls_under_way}, 1, 1'000'000, violations);
  CheckRange(Path("--calls-per-second"), options.admission.calls_per_second, 0, 1e9, violations);
  CheckRange(Path("--burst"), options.admission.burst, 1, 1e9, violations);
  if (!(options.drain >= absl::ZeroDuration() && options.drain <= kLongestDrain)) {
    violations.Add("--drain", absl::FormatDuration(options.drain), "0 to an hour");
  }
  return violations.ToStatus();
}

}  // namespace tune
