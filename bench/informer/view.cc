// The view of a cluster, as a process of its own to be measured: informer_view follow|list --kubeconfig F …
//
// `follow` prints {"sync_s":…,"objects":…} once FlinkDeployments are synced; for each line `reads SECONDS` of its input
// it looks jobs up 1,000 times a second and prints {"reads":…,"p50_us":…,"p99_us":…}; it ends with its input. `list`
// reads as many pages as there are and keeps nothing: what the server itself takes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/cluster/cluster_view.h"

namespace tune::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr absl::Duration kPatience = absl::Minutes(5);

double SecondsSince(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

// metadata.continue, which the server writes at the end of a page; empty: it was the last one.
std::string ContinueOf(const std::string& page) {
  constexpr char kField[] = "\"continue\":\"";
  const size_t at = page.rfind(kField);
  if (at == std::string::npos) return "";
  const size_t begin = at + sizeof(kField) - 1;
  return page.substr(begin, page.find('"', begin) - begin);
}

int List(KubeClient& client, int page_size) {
  const auto began = Clock::now();
  const std::string path = *PathOf({"flink.apache.org", "v1beta1", "flinkdeployments"}, "", "");
  std::string more;
  size_t bytes = 0, pages = 0;
  do {
    const absl::StatusOr<std::string> page = client.Get(
        absl::StrCat(path, "?limit=", page_size, more.empty() ? "" : "&continue=", Escaped(more)), kPatience);
    if (!page.ok()) return Fail(page.status());
    bytes += page->size();
    ++pages;
    more = ContinueOf(*page);
  } while (!more.empty());
  std::printf("{\"list_s\":%.4f,\"bytes\":%zu,\"pages\":%zu}\n", SecondsSince(began), bytes, pages);
  return 0;
}

// One read each millisecond, of any job; the whole of FindJob() is timed.
void Read(const ClusterView& view, const std::vector<JobKey>& keys, int seconds) {
  constexpr auto kStep = std::chrono::milliseconds(1);
  absl::BitGen random;
  std::vector<double> microseconds;
  const auto began = Clock::now();
  for (int i = 0; i < seconds * 1000; ++i) {
    std::this_thread::sleep_until(began + i * kStep);
    const JobKey& key = keys[absl::Uniform<size_t>(random, 0, keys.size())];
    const auto start = Clock::now();
    const auto job = view.FindJob(key);
    microseconds.push_back(SecondsSince(start) * 1e6);
    if (job == nullptr) std::abort();
  }
  std::sort(microseconds.begin(), microseconds.end());
  std::printf("{\"reads\":%zu,\"p50_us\":%.2f,\"p99_us\":%.2f,\"most_us\":%.2f}\n", microseconds.size(),
              microseconds[microseconds.size() / 2], microseconds[microseconds.size() * 99 / 100], microseconds.back());
}

std::vector<JobKey> AllKeys(const ClusterView& view) {
  constexpr size_t kPage = 1000;
  std::vector<JobKey> keys;
  for (auto page = view.ListJobs(std::nullopt, kPage); !page.empty(); page = view.ListJobs(keys.back(), kPage)) {
    for (const auto& job : page) keys.push_back(job->key);
  }
  return keys;
}

int Follow(KubeClient& client, int page_size) {
  ClusterViewOptions options;
  options.informers.page_size = page_size;
  const auto began = Clock::now();
  const auto view = ClusterView::Start(client, options);
  if (!view.ok()) return Fail(view.status());
  while (!(*view)->States().front().synced) absl::SleepFor(absl::Milliseconds(1));
  std::printf("{\"sync_s\":%.4f,\"objects\":%zu}\n", SecondsSince(began), (*view)->States().front().objects);
  std::fflush(stdout);
  std::vector<JobKey> keys;
  for (std::string line; std::getline(std::cin, line);) {
    int seconds = 0;
    if (!absl::SimpleAtoi(absl::StripPrefix(line, "reads "), &seconds)) return Fail(absl::InvalidArgumentError(line));
    if (keys.empty()) keys = AllKeys(**view);
    Read(**view, keys, seconds);
    std::fflush(stdout);
  }
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("what is measured by ./dev bench informer");
  std::string mode, kubeconfig;
  int page_size = 0;
  app.add_option("mode", mode)->required()->check(CLI::IsMember({"follow", "list"}));
  app.add_option("--kubeconfig", kubeconfig)->required();
  app.add_option("--page", page_size)->default_val(500)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  const auto config = ReadKubeConfig(kubeconfig, "");
  if (!config.ok()) return Fail(config.status());
  const auto client = KubeClient::Create(*config);
  if (!client.ok()) return Fail(client.status());
  return mode == "list" ? List(**client, page_size) : Follow(**client, page_size);
}

}  // namespace
}  // namespace tune::bench

int main(int argc, char** argv) { return tune::bench::Main(argc, argv); }
