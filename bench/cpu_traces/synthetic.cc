// Families of made-up CPU use. Shapes and their ranges are fixed before anything was scored on them.
#include <cmath>
#include <numbers>
#include <random>

#include "absl/strings/str_cat.h"
#include "bench/cpu_traces/traces.h"

namespace cpu_traces {
namespace {

constexpr double kStepSeconds = 300;
constexpr int kPerHour = 12;
constexpr int kPerDay = 24 * kPerHour;
constexpr int kSteps = 14 * kPerDay;

using Series = std::vector<double>;

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  Series Diurnal() {
    const double depth = Uniform(0.3, 0.9), shift = Uniform(0, kPerDay), weekend = Uniform(0.4, 0.9);
    const int first_day = static_cast<int>(Uniform(0, 7));
    return Noisy([&](int i) {
      const bool at_weekend = (i / kPerDay + first_day) % 7 >= 5;
      return Daily(i, depth, shift) * (at_weekend ? weekend : 1);
    });
  }
  Series Flat() {
    return Noisy([](int) { return 1.0; });
  }
  Series Bursty() {
    const double gap = Uniform(20, 300);
    return Switched(
        0.2, [&] { return Exponential(gap); }, [&] { return Lognormal(1.5, 1); },
        [&] { return 0.2 + Lognormal(0, 0.7); });
  }
  Series Drifting() {
    const double speed = Uniform(0.005, 0.02);
    double level = 0;
    return Noisy([&](int) { return 0.5 * std::exp(level += Normal(speed)); });
  }
  Series Shifting() {
    Series level(kSteps, 1);
    for (int shifts = static_cast<int>(Uniform(1, 5)); shifts > 0; --shifts) {
      const double factor = std::exp(Normal(0.5));
      for (int i = static_cast<int>(Uniform(0, kSteps)); i < kSteps; ++i) level[i] *= factor;
    }
    return Noisy([&](int i) { return level[i]; });
  }
  Series Spikes() {
    const double share = Uniform(0.001, 0.02), height = Uniform(0.5, 3);
    return Noisy([&](int) { return Uniform(0, 1) < share ? height : 0.1; });
  }
  Series OnOff() {
    const double off = Uniform(50, 300), on = Uniform(20, 200);
    return Switched(0.05, [&] { return Exponential(off); }, [&] { return Exponential(on); }, [] { return 1.0; });
  }
  Series Growing() {
    const double growth = Uniform(0.1, 0.6), depth = Uniform(0, 0.5);
    return Noisy([&](int i) { return std::exp(growth * i / kSteps) * Daily(i, depth, 0); });
  }
  Series Scheduled() {
    constexpr int kHours[] = {1, 6, 24};
    const int period = kPerHour * kHours[static_cast<int>(Uniform(0, 3))];
    const double busy = Uniform(0.1, 0.25) * period, height = Uniform(0.8, 1.5);
    return Noisy([&](int i) { return i % period < busy ? height : 0.3; });
  }
  Series HeavyTailed() {
    const Series walk = Walk(Uniform(0.4, 1), Uniform(0.5, 0.99));
    return Noisy([&](int i) { return 0.3 * std::exp(walk[i]); });
  }

 private:
  double Uniform(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }
  double Normal(double sd) { return std::normal_distribution<double>(0, sd)(random_); }
  double Lognormal(double mean, double sd) { return std::lognormal_distribution<double>(mean, sd)(random_); }
  double Exponential(double mean) { return std::exponential_distribution<double>(1 / mean)(random_); }

  static double Daily(int i, double depth, double shift) {
    return 1 + depth * std::sin(2 * std::numbers::pi * (i - shift) / kPerDay);
  }

  // A stationary walk that forgets: standard deviation sd, correlation `memory` from one step to the next.
  Series Walk(double sd, double memory) {
    Series walk(kSteps);
    double at = 0;
    for (double& x : walk) x = at = memory * at + Normal(sd * std::sqrt(1 - memory * memory));
    return walk;
  }

  template <typename Level>
  Series Noisy(Level level) {
    const Series noise = Walk(Uniform(0.03, 0.2), Uniform(0.3, 0.95));
    Series series(kSteps);
    for (int i = 0; i < kSteps; ++i) series[i] = level(i) * std::exp(noise[i]);
    return series;
  }

  // `low`, and now and then another level for some steps.
  template <typename Gap, typename Length, typename Height>
  Series Switched(double low, Gap gap, Length length, Height height) {
    Series level(kSteps, low);
    for (int at = static_cast<int>(gap()); at < kSteps; at += 1 + static_cast<int>(gap())) {
      const double high = height();
      for (const int end = std::min(kSteps, at + static_cast<int>(length())); at < end; ++at) level[at] = high;
    }
    return Noisy([&](int i) { return level[i]; });
  }

  std::mt19937_64 random_;
};

}  // namespace

std::vector<Trace> MakeTraces(int each, uint64_t seed) {
  struct Family {
    const char* name;
    Series (Maker::*make)();
  };
  constexpr Family kFamilies[] = {
      {"diurnal", &Maker::Diurnal},   {"flat", &Maker::Flat},         {"bursty", &Maker::Bursty},
      {"drifting", &Maker::Drifting}, {"shifting", &Maker::Shifting}, {"spikes", &Maker::Spikes},
      {"on-off", &Maker::OnOff},      {"growing", &Maker::Growing},   {"scheduled", &Maker::Scheduled},
      {"heavy", &Maker::HeavyTailed},
  };
  Maker maker(seed);
  std::vector<Trace> traces;
  for (const Family& family : kFamilies) {
    for (int i = 0; i < each; ++i) {
      traces.push_back({absl::StrCat(family.name, "-", i), kStepSeconds, (maker.*family.make)()});
    }
  }
  return traces;
}

}  // namespace cpu_traces
