// Capacity against parallelism: how much slower one subtask gets when there are more of them.
//
// Model (libtune/DESIGN.md, "Contention"): a subtask that is always busy handles rate(p) = rate(1) * p^-exponent
// records/s, exponent >= 0. Runs at several p decide the exponent; what they leave open a weak prior fills in.
#pragma once

#include <span>

#include "absl/status/statusor.h"

namespace tune {

// What one subtask could do when an operator ran with `parallelism` subtasks.
struct CapacityObservation {
  int parallelism = 1;          // in [1, kMaxParallelism]
  double rate_per_subtask = 0;  // records/s of one always-busy subtask, 1 / service time; finite, > 0
  double weight = 1;            // runs of usual length that this one is worth; finite, > 0
};

// What is believed before an operator was seen at two parallelisms. Numbers and their origin: DESIGN, "Contention".
struct ContentionPrior {
  double exponent = 0.06;     // >= 0; 0 is linear
  double exponent_sd = 0.10;  // > 0
  double noise_sd = 0.03;     // > 0; between two runs of one configuration, relative
  double noise_runs = 2;      // > 0; residuals that noise_sd counts as much as
  double drift_sd = 0.05;     // >= 0; of the exponent for each e-fold of p beyond the range that was seen
};

struct RateInterval {
  double low = 0;
  double estimate = 0;
  double high = 0;
};

// Made by FitContention(). Every `p` below is >= 1.
class ContentionCurve {
 public:
  // Records/s of one always-busy subtask out of p. Never rises with p.
  double RatePerSubtask(int p) const;
  // Seconds of work that one record costs at p: 1 / RatePerSubtask(p).
  double ServiceTimeAt(int p) const;
  // Share of its rate when alone that a subtask keeps among p, in (0, 1]; 1 at p = 1.
  double Efficiency(int p) const;
  // RatePerSubtask(p) with the interval that holds the truth with probability `confidence`, in (0, 1). Covers the
  // uncertainty of the curve, not the noise of the run that it will be compared with.
  RateInterval Interval(int p, double confidence) const;
  // Standard deviation of ln RatePerSubtask(p).
  double LogSd(int p) const;

  // True: one parallelism was seen, and the exponent is the prior's. Away from that parallelism the curve is an
  // assumption, to be shown as one.
  bool assumed() const { return assumed_; }
  double exponent() const { return exponent_; }
  double exponent_sd() const { return exponent_sd_; }
  // Residual spread between runs, relative.
  double noise_sd() const { return noise_sd_; }

 private:
  friend absl::StatusOr<ContentionCurve> FitContention(std::span<const CapacityObservation> observations,
                                                       const ContentionPrior& prior);
  double log_rate_one_ = 0;  // ln rate(1)
  double exponent_ = 0;
  double exponent_sd_ = 0;
  double noise_sd_ = 0;
  double drift_sd_ = 0;
  double center_ = 0;    // weighted mean of ln p: level and exponent are independent there
  double level_sd_ = 0;  // of ln rate at the center
  double seen_low_ = 0;  // ln of the smallest and the largest p that were seen
  double seen_high_ = 0;
  bool assumed_ = true;
};

// Robust fit: a run that does not fit the others counts less. The order of the observations does not matter.
// Errors: kInvalidArgument without observations, or with a field out of range (NaN is); it names the field.
absl::StatusOr<ContentionCurve> FitContention(std::span<const CapacityObservation> observations,
                                              const ContentionPrior& prior = {});

}  // namespace tune
