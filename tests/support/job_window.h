// Builds windows by hand: a steady job of so many bins, each vertex with its rates and time on a record.
#pragma once

#include <string>
#include <vector>

#include "tune/policy.h"
#include "tune/recommend.h"
#include "tune/window.h"

namespace tune {

struct VertexOptions {
  int parallelism = 1;
  int max_parallelism = 120;
  double rate_in = 0;  // records/s over all subtasks; a source's is 0
  double rate_out = 0;
  double seconds_per_record = 0.001;
  std::vector<double> shares;  // of the subtasks; empty: not reported by subtask
  double backpressured_fraction = 0;
};

// Steady rates over `bins` minutes. Service moments have one exact block a bin and subtask.
class JobWindowMaker {
 public:
  explicit JobWindowMaker(int bins = 10) : bins_(bins) {}

  int Add(const std::string& id, const VertexOptions& options);
  // A source: gives `rate` records/s.
  int AddSource(const std::string& id, double rate, int parallelism = 1);
  void Connect(int from, int to, ShipStrategy ship = ShipStrategy::kHash);
  // Replaces a source's steady rate by one for each bin; with it demand is known by offsets.
  void SetProduction(int vertex, const std::vector<double>& rates);
  JobWindow& window() { return window_; }
  // Fills the sources that were not set, and returns the window.
  JobWindow Build();

 private:
  int bins_;
  JobWindow window_;
};

// The plain arithmetic: every subtask may be always busy, nothing beside the steady demand counts.
TuningPolicy PlainPolicy();

}  // namespace tune
