// What a fleet costs `tuned`: CPU and memory per job as the fleet grows, and how soon it answers meanwhile. The server
// is the program itself, in a process of its own; nothing waits for real minutes.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/service/fleet.h"
#include "bench/service/tuned_process.h"

namespace tune::bench {
namespace {

constexpr double kMiB = 1 << 20;
constexpr double kMostStartSeconds = 300;
constexpr double kAsked = 1000;   // GetJob a second
constexpr int kShortWindow = 10;  // minutes
constexpr int kLongWindow = 60;   // minutes
constexpr int kMeasured = 3;      // minutes of each window, of which the median counts

struct Options {
  bool quick = false;
  std::vector<int> fleets = {1000, 2000, 5000, 10'000};
  std::string folder;  // empty: a temporary one
  double asked_s = 10;
  int long_window = 60;    // minutes
  int filled_at_once = 1;  // minutes a push, between the two windows
};

struct Row {
  int jobs = 0;
  double short_s = 0, long_s = 0;  // CPU a minute, by the window's length
  double mean_s = 0;               // of all minutes, checkpoints too
  double judging_s = 0;            // of long_s
  int64_t short_rss = 0, long_rss = 0, most_rss = 0;
  double disk_bytes = 0;
  double restart_s = 0, restart_cpu_s = 0;
};

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "fleet_score: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}
void MustBeOk(const absl::Status& status) {
  if (!status.ok()) Die(status);
}

class Run {
 public:
  Run(const Options& options, const std::string& folder, int jobs) : options_(options), folder_(folder), fleet_(jobs) {
    row_.jobs = jobs;
  }

  Row Measure(bool ask) {
    StartTuned();
    row_.short_s = Minutes(kShortWindow - kMeasured);
    row_.short_rss = tuned_->Use().rss_bytes;
    if (options_.quick) {
      row_.long_s = row_.short_s;
    } else {
      for (int at = kShortWindow; at < options_.long_window - kMeasured; at += options_.filled_at_once) {
        PushAndJudge(options_.filled_at_once);
      }
      row_.long_s = Minutes(0);
    }
    row_.mean_s = spent_s_ / minutes_;
    row_.long_rss = tuned_->Use().rss_bytes;
    row_.most_rss = tuned_->Use().most_rss_bytes;
    row_.judging_s = Judging();
    if (ask) Ask();
    Restart();
    return row_;
  }

 private:
  void StartTuned() {
    auto started =
        TunedProcess::Start({"--store", folder_ + "/jobs.db", "--evaluate", "1", "--calls-under-way", "10000"},
                            folder_ + "/tuned.log", kMostStartSeconds);
    MustBeOk(started.status());
    tuned_ = *std::move(started);
    fleet_.Connect(tuned_->address());
  }

  // CPU seconds until all are pushed and judged.
  double PushAndJudge(int minutes) {
    const double judged = Judged(*tuned_), before = tuned_->Use().cpu_s;
    MustBeOk(fleet_.PushAll(minutes));
    MustBeOk(AwaitJudged(*tuned_, judged, static_cast<double>(fleet_.size())));
    const double spent_s = tuned_->Use().cpu_s - before;
    spent_s_ += spent_s;
    minutes_ += minutes;
    return spent_s;
  }

  // The median of kMeasured minutes, behind `first` ones.
  double Minutes(int first) {
    for (int i = 0; i < first; ++i) PushAndJudge(1);
    std::vector<double> seconds;
    for (int i = 0; i < kMeasured; ++i) seconds.push_back(PushAndJudge(1));
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
  }

  double Judging() {
    const double judged = Judged(*tuned_), before = tuned_->Use().cpu_s;
    MustBeOk(fleet_.PutPolicy());
    MustBeOk(AwaitJudged(*tuned_, judged, static_cast<double>(fleet_.size())));
    return tuned_->Use().cpu_s - before;
  }

  static void Show(const char* what, const Latency& latency) {
    std::printf("  %-58s p50 %6.0f us   p99 %6.0f us   p99.9 %6.0f us%s\n", what, latency.p50_us, latency.p99_us,
                latency.p999_us, latency.refused > 0 ? "   some REFUSED" : "");
    std::fflush(stdout);
  }

  // Share of GetJobs that the server itself answered within a tenth and a quarter of a millisecond, since it began.
  void ShowInside() const {
    const auto metrics = tuned_->Metrics();
    MustBeOk(metrics.status());
    const auto share = [&](const char* le) {
      const double all = ValueOf(*metrics, "tuned_request_seconds_count{method=\"GetJob\"}").value_or(0);
      const std::string series = absl::StrCat("tuned_request_seconds_bucket{method=\"GetJob\",le=\"", le, "\"}");
      return all > 0 ? 100 * ValueOf(*metrics, series).value_or(0) / all : 0;
    };
    std::printf("  of all GetJob, from the handler's begin to its end: %.2f %% within 100 us, %.2f %% within 250 us\n",
                share("0.0001"), share("0.00025"));
  }

  void Ask() {
    const double seconds = options_.asked_s, pushes = static_cast<double>(row_.jobs) / 60;
    std::printf("\n%.0f calls a second from one client, %d jobs kept, latency from when a call should have begun:\n",
                kAsked, row_.jobs);
    Show("a health check, the server idle", fleet_.CheckHealth(kAsked, seconds));
    Show("GetJob, the server idle", fleet_.GetJobs(kAsked, seconds));
    const double judged = Judged(*tuned_), before = tuned_->Use().cpu_s;
    Latency pushed;
    std::thread pusher([&] { pushed = fleet_.PushPaced(pushes, 2 * seconds); });
    Show(absl::StrCat("a health check, beside ", static_cast<int>(pushes), " pushes a second, judged").c_str(),
         fleet_.CheckHealth(kAsked, seconds));
    Show("GetJob, beside the same", fleet_.GetJobs(kAsked, seconds));
    pusher.join();
    Show("these pushes", pushed);
    std::printf("  CPU of the server beside them: %.2f s a minute, calls and all; %.0f judged\n",
                (tuned_->Use().cpu_s - before) * 30 / seconds, Judged(*tuned_) - judged);
    ShowInside();
  }

  void Restart() {
    if (const int code = tuned_->Stop(); code != 0) {
      Die(absl::InternalError(absl::StrCat("tuned ended with exit code ", code)));
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().filename().string().starts_with("jobs.db")) {
        row_.disk_bytes += static_cast<double>(entry.file_size());
      }
    }
    StartTuned();
    row_.restart_s = tuned_->start_s();
    row_.restart_cpu_s = tuned_->Use().cpu_s;
    tuned_->Stop();
  }

  const Options& options_;
  const std::string folder_;
  Fleet fleet_;
  Row row_;
  double spent_s_ = 0;
  int minutes_ = 0;
  std::unique_ptr<TunedProcess> tuned_;
};

void ShowTable(const std::vector<Row>& rows, const Options& options) {
  const int window = options.quick ? kShortWindow : options.long_window;
  std::printf("\nPer 1,000 jobs; a minute: each job pushed once and judged once; windows of %d and of %d minutes\n\n",
              kShortWindow, window);
  std::printf("%6s %12s %12s %12s %12s %10s %10s %10s %9s %12s %12s\n", "jobs", "CPU s, short", "CPU s, long",
              "of it judg.", "mean of all", "RSS short", "RSS long", "RSS most", "disk", "restart", "its CPU");
  for (const Row& row : rows) {
    const double k = row.jobs / 1000.0;
    const auto mib = [k](auto bytes) { return static_cast<double>(bytes) / kMiB / k; };
    std::printf("%6d %12.3f %12.3f %12.3f %12.3f %6.1f MiB %6.1f MiB %6.1f MiB %5.1f MiB %10.2f s %10.2f s\n", row.jobs,
                row.short_s / k, row.long_s / k, row.judging_s / k, row.mean_s / k, mib(row.short_rss),
                mib(row.long_rss), mib(row.most_rss), mib(row.disk_bytes), row.restart_s / k, row.restart_cpu_s / k);
  }
  const Row& first = rows.front();
  const Row& last = rows.back();
  const double more = static_cast<double>(last.jobs) / first.jobs;
  if (rows.size() < 2) return;
  std::printf("\nOf %d jobs, per job, over %d: CPU %.2f (short), %.2f (long), %.2f (mean); RSS %.2f\n", last.jobs,
              first.jobs, last.short_s / first.short_s / more, last.long_s / first.long_s / more,
              last.mean_s / first.mean_s / more,
              static_cast<double>(last.long_rss) / static_cast<double>(first.long_rss) / more);
}

std::string LoadOfTheMachine() {
  std::ifstream file("/proc/loadavg");
  std::string one, five;
  file >> one >> five;
  return absl::StrCat("load ", one, " ", five, " on ", std::thread::hardware_concurrency(), " cores");
}

void Main(Options options) {
  if (options.quick) {
    options.fleets = {1000};
    options.asked_s = 4;
  }
  std::string folder = options.folder;
  if (folder.empty()) {
    folder = std::filesystem::temp_directory_path() / "fleet-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) Die(absl::UnavailableError("no temporary folder can be made"));
  }
  std::vector<Row> rows;
  std::printf("%s\n", LoadOfTheMachine().c_str());
  for (size_t i = 0; i < options.fleets.size(); ++i) {
    const std::string own = absl::StrCat(folder, "/", options.fleets[i]);
    std::filesystem::create_directories(own);
    rows.push_back(Run(options, own, options.fleets[i]).Measure(i + 1 == options.fleets.size()));
    ShowTable({rows.back()}, options);
    std::fflush(stdout);
    if (options.folder.empty()) std::filesystem::remove_all(own);
  }
  if (rows.size() > 1) ShowTable(rows, options);
  std::printf("\n%s\n", LoadOfTheMachine().c_str());
  if (options.folder.empty()) std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tune::bench

int main(int argc, char** argv) {
  CLI::App app("What a fleet of jobs costs tuned.", "fleet_score");
  tune::bench::Options options;
  app.add_flag("--quick", options.quick, "1,000 jobs and short windows alone, within a minute");
  app.add_option("--jobs", options.fleets, "sizes of fleets, ascending")->capture_default_str();
  app.add_option("--folder", options.folder, "where stores and logs stay; a temporary one without it");
  app.add_option("--window", options.long_window, "minutes of the longer window, > 10")->capture_default_str();
  app.add_option("--fill", options.filled_at_once, "minutes a push between the two windows; more take less time")
      ->capture_default_str();
  app.add_option("--seconds", options.asked_s, "that each measurement of latency takes")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  tune::bench::Main(options);
  return 0;
}
