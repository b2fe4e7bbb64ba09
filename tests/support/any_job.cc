#include "tests/support/any_job.h"

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/job_window.h"

namespace tune {
namespace {

double Uniform(std::mt19937_64& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

VertexOptions AnyVertex(std::mt19937_64& random, double rate) {
  const auto uniform = [&](double low, double high) { return Uniform(random, low, high); };
  VertexOptions o;
  o.parallelism = 1 + static_cast<int>(uniform(0, 12));
  o.rate_in = rate;
  o.rate_out = rate * uniform(0.1, 2);
  o.seconds_per_record = uniform(0.05, 3) * o.parallelism / rate;
  o.backpressured_fraction = uniform(0, 1) < 0.3 ? uniform(0, 1) : 0;
  double sum = 0;
  for (int s = 0; s < o.parallelism && uniform(0, 1) < 0.9; ++s) o.shares.push_back(uniform(0.1, uniform(0.2, 2)));
  if (o.shares.size() != static_cast<size_t>(o.parallelism)) o.shares.clear();
  for (const double share : o.shares) sum += share;
  for (double& share : o.shares) share /= sum;
  return o;
}

}  // namespace

JobWindow AnyJob(std::mt19937_64& random) {
  const auto uniform = [&](double low, double high) { return Uniform(random, low, high); };
  JobWindowMaker maker(static_cast<int>(uniform(1, 40)));
  double rate = std::pow(10, uniform(-1, 5));
  const int source = maker.AddSource("source", rate, 1 + static_cast<int>(uniform(0, 4)));
  int last = source;
  const int operators = 1 + static_cast<int>(uniform(0, 6));
  for (int i = 0; i < operators; ++i) {
    const VertexOptions o = AnyVertex(random, rate);
    const ShipStrategy ships[] = {ShipStrategy::kHash, ShipStrategy::kRebalance, ShipStrategy::kUnknown,
                                  ShipStrategy::kGlobal};
    const int v = maker.Add("op-" + std::to_string(i), o);
    maker.Connect(last, v, ships[static_cast<size_t>(uniform(0, 3.2))]);
    last = v;
    rate = o.rate_out;
  }
  if (uniform(0, 1) < 0.5) {
    std::vector<double> rates;
    for (size_t b = 0; b < maker.window().vertices[0].bins.size(); ++b) rates.push_back(uniform(0, 2) * rate);
    maker.SetProduction(source, rates);
  }
  JobWindow window = maker.Build();
  window.sources[0].lag_records = uniform(0, 1) < 0.5 ? std::optional(uniform(0, 1e6)) : std::nullopt;
  if (uniform(0, 1) < 0.2)
    window.sources[0].given = RecordsPerSecond(rate), window.sources[0].kind = DemandKind::kGiven;
  window.checkpoints = {uniform(0, 10), uniform(0, 10), std::nullopt};
  if (uniform(0, 1) < 0.1) window.stale_at_end_s = uniform(0, 1000);
  window.running_at_end = uniform(0, 1) < 0.95;
  AddAnyProcesses(random, window);
  return window;
}

TuningPolicy AnyPolicy(std::mt19937_64& random) {
  const auto uniform = [&](double low, double high) { return Uniform(random, low, high); };
  TuningPolicy policy;
  policy.target_busy_fraction = uniform(0.3, 1);
  policy.catch_up = uniform(0, 1) < 0.8;
  policy.side = uniform(0, 1) < 0.5 ? Side::kSafe : Side::kEstimate;
  policy.share_model = uniform(0, 1) < 0.8 ? ShareModel::kMeasured : ShareModel::kEven;
  policy.scope = uniform(0, 1) < 0.2 ? Scope::kJob : Scope::kVertex;
  policy.max_step_up_factor = uniform(0, 1) < 0.3 ? uniform(1.1, 3) : 0;
  policy.max_step_down_factor = uniform(0, 1) < 0.3 ? uniform(0.2, 0.9) : 0;
  policy.max_parallelism = 1 + static_cast<int>(uniform(0, 60));
  policy.lower_ratio = uniform(1, 3);
  policy.lag_goal = absl::Seconds(uniform(10, 600));
  policy.payback_time = absl::Seconds(uniform(10, 1000));
  policy.heap_live_factor = uniform(0, 1) < 0.1 ? uniform(1, 5) : 0;
  policy.heap_margin = uniform(1, 1.5);
  policy.gc_overhead_goal = uniform(0.01, 0.2);
  policy.min_process_coverage = absl::Minutes(uniform(0, 15));
  policy.cpu_over_price = uniform(0, 1) < 0.7 ? uniform(0.1, 20) : 0;
  if (uniform(0, 1) < 0.3) policy.price_per_core = uniform(0, 10), policy.price_per_gib = uniform(0, 10);
  policy.least_saving = uniform(0, 0.5);
  policy.max_slots = uniform(0, 1) < 0.3 ? 1 + static_cast<int>(uniform(0, 6)) : policy.max_slots;
  policy.max_task_managers = uniform(0, 1) < 0.2 ? 1 + static_cast<int>(uniform(0, 6)) : policy.max_task_managers;
  return policy;
}

}  // namespace tune
