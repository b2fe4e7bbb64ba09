// Who decides the request: libtune, and its rivals as design notes and sources describe them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libtune/estimate/cpu_request.h"

namespace cpu_traces {

// What is known when a request is decided.
struct Past {
  std::span<const double> cores;  // oldest first, negative: not measured; not empty
  double step_s = 60;
  std::optional<double> hold_s;   // how long the request will hold; nullopt: for the rest of the trace
  std::optional<double> request;  // the one in force
};

// Requests are cores; the scorer rounds every one up to whole millicores.
struct Method {
  std::string name;
  std::function<double(const Past&)> request;
};

// VPA 1.7: p90 of a histogram (buckets from 0.01 core, each 5 % wider; the answer is a bucket's end) whose samples lose
// half of their weight in 24 h, times 1.15. Without its floor of 25 millicores per pod, which decides small traces
// alone. KRR: p95 of 14 days. Crane: p99 of 24 h times 1.15, and the same of the whole history, which is what
// reproduces its published figures. Plain p90 of the whole history.
std::vector<Method> Rivals();

// The quantile in the middle of the band (classic); the price within the band, where with `keeps` a request inside the
// band stays; and the price alone, `policy` giving the other numbers.
Method ClassicBand();
Method PriceInBand(double price, bool keeps);
Method PriceAlone(double price, const tune::CpuPolicy& policy);

}  // namespace cpu_traces
