// Capacity of a job, in records/s of its sources: what its operators allow, corrected by how wrong such answers were
// on jobs whose capacity was measured.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tune {

// One operator at the size whose capacity is asked for.
struct OperatorCapacity {
  int parallelism = 1;          // in [1, kMaxParallelism]
  double rate_per_subtask = 0;  // records/s of one always-busy subtask at that parallelism; finite, > 0
  double input_ratio = 0;       // records in for each record of the sources; finite, >= 0; 0: never limits the job
  // The busiest subtask's share of the operator's input, in [1 / parallelism, 1]. It, not the mean one, sets capacity.
  double busiest_share = 1;
  double log_sd = 0;  // standard deviation of ln rate_per_subtask (ContentionCurve::LogSd); finite, >= 0
};

// What the operators allow, before any correction.
struct LimitingOperator {
  int index = -1;          // into the operators; the first of equals
  int parallelism = 1;     // of that operator
  double source_rate = 0;  // records/s of the sources at which its busiest subtask is always busy
  double log_sd = 0;
};

// min over operators of rate_per_subtask / (busiest_share * input_ratio).
// Errors: kInvalidArgument lists every field out of range; kFailedPrecondition when no operator receives records.
absl::StatusOr<LimitingOperator> FindLimitingOperator(std::span<const OperatorCapacity> operators);

// A run of a job whose capacity was both computed and measured.
struct CapacityRun {
  std::string job;            // runs of one job share what they teach; not empty
  LimitingOperator computed;  // source_rate finite, > 0
  double measured_rate = 0;   // records/s of the sources that the job was seen to sustain; finite, > 0
};

// How ln(computed / measured) is believed to spread. Numbers and their origin: DESIGN, "Contention".
struct CalibrationPrior {
  double bias = 0.05;     // at a limiting parallelism of 1, over all jobs; finite
  double bias_sd = 0.10;  // >= 0, as all below
  double slope = 0.03;    // more for each e-fold of the limiting parallelism: the busiest of more is busier; finite
  double slope_sd = 0.03;
  double job_sd = 0.10;    // of a job around all jobs
  double size_sd = 0.10;   // of a job at one size around the job ...
  double size_range = 1;   // ... and the distance in ln p over which that fades; > 0
  double noise_sd = 0.07;  // between two measurements of one configuration; > 0
};

struct CapacityEstimate {
  double low = 0, estimate = 0, high = 0;  // records/s of the sources
  double correction = 1;                   // estimate / what the operators allow
  double log_sd = 0;                       // of ln estimate against a measurement of it
};

// What past runs say about computed capacities: a Gaussian process over ln(computed / measured) with the terms of
// CalibrationPrior, robust against runs whose measurement failed. Made from no runs it corrects by the prior.
class CapacityCalibration {
 public:
  // Takes time cubic in the number of runs: meant for up to some hundred. The order of the runs does not matter.
  // Errors: kInvalidArgument lists every field out of range.
  static absl::StatusOr<CapacityCalibration> Fit(std::span<const CapacityRun> runs, const CalibrationPrior& prior = {});

  // Corrected capacity of `job` (one of the runs' or any other name), with the interval that holds what would be
  // measured with probability `confidence`, in (0, 1).
  CapacityEstimate Correct(const std::string& job, const LimitingOperator& computed, double confidence) const;

 private:
  struct Place {
    std::string job;
    double x = 0;  // ln of the limiting parallelism
  };
  explicit CapacityCalibration(const CalibrationPrior& prior) : prior_(prior) {}
  double Mean(double x) const { return prior_.bias + prior_.slope * x; }
  double Covariance(const Place& a, const Place& b) const;

  CalibrationPrior prior_;
  std::vector<Place> places_;
  std::vector<double> weights_;  // of each run in the posterior mean
  std::vector<double> factor_;   // Cholesky factor of the runs' covariance, column by column
};

}  // namespace tune
