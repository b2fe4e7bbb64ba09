#include "bench/service/open_loop.h"

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace tune::bench {
namespace {

using Clock = std::chrono::steady_clock;

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

Latency OpenLoop(const Start& start, double per_second, double seconds) {
  // Linux wakes a thread up to 50 us late by itself, which would count as the server's.
  prctl(PR_SET_TIMERSLACK, 1);
  const int64_t count = std::max<int64_t>(1, static_cast<int64_t>(per_second * seconds));
  std::mutex mutex;
  std::vector<double> micros;
  micros.reserve(static_cast<size_t>(count));
  std::atomic<int64_t> open = count, refused = 0;
  const auto begin = Clock::now();
  for (int64_t i = 0; i < count; ++i) {
    const auto due = begin + Seconds(static_cast<double>(i) / per_second);
    std::this_thread::sleep_until(due);
    start([&, due](bool ok) {
      const double took = std::chrono::duration<double>(Clock::now() - due).count() * 1e6;
      {
        const std::lock_guard lock(mutex);
        micros.push_back(took);
      }
      if (!ok) ++refused;
      --open;
    });
  }
  while (open > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double q) { return micros[static_cast<size_t>(q * static_cast<double>(count - 1))]; };
  return {at(0.5), at(0.99), at(0.999), refused};
}

}  // namespace tune::bench
