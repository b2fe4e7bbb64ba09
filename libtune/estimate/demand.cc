#include "libtune/estimate/demand.h"

#include <algorithm>

#include "libtune/internal/amount.h"
#include "libtune/internal/path.h"
#include "libtune/window/quantile.h"

namespace tune {
namespace {

// Of a bin's covered time, the least part that must be past the warm-up for the bin to count.
constexpr double kWarmPart = 0.5;

struct Series {
  std::vector<RateSpan> all;    // by bin
  std::vector<bool> held_back;  // by bin: the source was throttled
};

// What the source took, by bin. Bins of the warm-up are left out as long as others remain.
Series Consumed(const JobSizing& job, int vertex) {
  const std::vector<Bin>& bins = job.window.vertices[static_cast<size_t>(vertex)].bins;
  const size_t count = bins.size() - job.first_bin;
  Series series{std::vector<RateSpan>(count), std::vector<bool>(count, false)};
  double warm_s = 0;
  for (size_t i = job.first_bin; i < bins.size(); ++i) {
    if (bins[i].warm_s >= kWarmPart * bins[i].covered_s) warm_s += bins[i].covered_s;
  }
  const bool only_warm = warm_s >= job.seconds.min_coverage / 2;
  for (size_t i = 0; i < count; ++i) {
    const Bin& bin = bins[job.first_bin + i];
    if (!IsSome(bin.covered_s) || (only_warm && bin.warm_s < kWarmPart * bin.covered_s)) continue;
    series.all[i] = {bin.records_out / bin.covered_s, bin.covered_s};
    series.held_back[i] = bin.backpressured_s > job.policy.throttled_fraction * bin.task_s && bin.task_s > 0;
  }
  return series;
}

std::vector<RateSpan> Produced(const JobSizing& job, const SourceWindow& source) {
  std::vector<RateSpan> series(job.window.vertices.front().bins.size() - job.first_bin);
  for (size_t i = 0; i < series.size() && job.first_bin + i < source.bins.size(); ++i) {
    const DemandBin& bin = source.bins[job.first_bin + i];
    // pendingRecords and the out rate are not read at one instant: a quiet bin may come out a little below zero.
    if (IsSome(bin.covered_s)) series[i] = {std::max(0.0, bin.records / bin.covered_s), bin.covered_s};
  }
  return series;
}

struct QuantileOf {
  double rate = 0, seconds = 0;
  double bins = 0;
};

template <typename Keep>
QuantileOf RateQuantile(const std::vector<RateSpan>& series, double q, Keep keep) {
  std::vector<Weighted> values;
  values.reserve(series.size());
  QuantileOf out;
  for (size_t i = 0; i < series.size(); ++i) {
    if (!(series[i].seconds > 0) || !keep(i)) continue;
    values.push_back({series[i].rate, series[i].seconds});
    out.seconds += series[i].seconds;
  }
  out.bins = static_cast<double>(values.size());
  out.rate = WeightedQuantile(values, q).value_or(0);
  return out;
}

// Records that a source gives for each one that it reads: operators chained to it may filter or split. 1 where the
// source does not count what it reads.
double OutPerRead(const JobSizing& job, int vertex) {
  const VertexSums& sum = job.sums[static_cast<size_t>(vertex)];
  return IsSome(sum.records_in) ? sum.records_out / sum.records_in : 1;
}

void AddQuantileEvidence(JobSizing& job, const SourceDemand& d, const char* rule, const QuantileOf& q,
                         double out_per_read, const char* source) {
  job.out.evidence.Add(rule, d.vertex,
                       {{"rate_quantile", q.rate, "records/s", source},
                        {"out_per_record_read", out_per_read, "1", "window: ratio of sums"},
                        {"quantile", job.policy.demand_quantile, "1", "policy"},
                        {"bins", q.bins, "bins", "window"},
                        {"bin", absl::ToDoubleSeconds(job.window.bin), "s", "window"},
                        {"covered", q.seconds, "s", "window"},
                        {"throttled_fraction", d.throttled_fraction, "1", "window"}},
                       {"demand", d.rate.value(), "records/s", rule});
}

// A source that nothing outside measures: its own rate is demand only where it was not held back. The bins in which
// it was held back say "at least this".
void FromConsumption(JobSizing& job, SourceDemand& d) {
  Series series = Consumed(job, d.vertex);
  const double quantile = job.policy.demand_quantile;
  const QuantileOf free = RateQuantile(series.all, quantile, [&](size_t i) { return !series.held_back[i]; });
  double held_most = 0, held_s = 0;
  for (size_t i = 0; i < series.all.size(); ++i) {
    if (!series.held_back[i]) continue;
    held_most = std::max(held_most, series.all[i].rate);
    held_s += series.all[i].seconds;
  }
  const bool enough_free = free.seconds >= job.seconds.min_coverage / 2;
  d.lower_bound = held_s > 0 && !(enough_free && free.rate >= held_most);
  d.known = free.seconds + held_s > 0;
  if (!d.known) return;
  const QuantileOf used = d.lower_bound ? RateQuantile(series.all, quantile, [](size_t) { return true; }) : free;
  d.rate = RecordsPerSecond(used.rate);
  if (!d.lower_bound) {
    for (size_t i = 0; i < series.all.size(); ++i) {
      if (series.held_back[i]) series.all[i].seconds = 0;
    }
  }
  d.series = std::move(series.all);
  AddQuantileEvidence(job, d, d.lower_bound ? "demand.lower_bound" : "demand.quantile", used, 1, "window: out rate");
}

// What the log grew by, turned into what the source gives of it.
void FromProduction(JobSizing& job, const SourceWindow& source, SourceDemand& d) {
  const double yield = OutPerRead(job, d.vertex);
  d.series = Produced(job, source);
  const QuantileOf q = RateQuantile(d.series, job.policy.demand_quantile, [](size_t) { return true; });
  d.known = q.seconds > 0;
  if (!d.known) return;
  for (RateSpan& span : d.series) span.rate *= yield;
  d.rate = RecordsPerSecond(q.rate * yield);
  AddQuantileEvidence(job, d, "demand.quantile", q, yield,
                      source.kind == DemandKind::kOffsets ? "window: end offsets" : "window: read rate and lag");
}

void FromGivenRate(JobSizing& job, const SourceWindow& source, SourceDemand& d) {
  const double yield = OutPerRead(job, d.vertex);
  const double given = source.given.value_or(RecordsPerSecond()).value();
  d.known = true;
  d.rate = RecordsPerSecond(given * yield);
  job.out.evidence.Add(
      "demand.given", d.vertex,
      {{"given_rate", given, "records/s", "given"}, {"out_per_record_read", yield, "1", "window: ratio of sums"}},
      {"demand", d.rate.value(), "records/s", "demand.given"});
}

SourceDemand DemandOf(JobSizing& job, const SourceWindow& source) {
  SourceDemand d;
  d.vertex = source.vertex;
  d.lag_known = source.lag_records.has_value();
  d.lag_records = source.lag_records.value_or(0) * OutPerRead(job, d.vertex);
  d.throttled_fraction = job.sums[static_cast<size_t>(source.vertex)].BackPressuredFraction();
  switch (source.kind) {
    case DemandKind::kGiven:
      FromGivenRate(job, source, d);
      break;
    case DemandKind::kOffsets:
    case DemandKind::kLag:
      FromProduction(job, source, d);
      break;
    case DemandKind::kConsumed:
      FromConsumption(job, d);
      break;
  }
  for (const RateSpan& span : d.series) {
    if (span.seconds > 0) d.peak = std::max(d.peak, span.rate);
  }
  return d;
}

// Of the sources that reach the vertex: how many, and the only one.
struct Feeders {
  int count = 0;
  size_t only = 0;
};

Feeders FeedersOf(const JobSizing& job, int vertex) {
  Feeders feeders;
  for (size_t s = 0; s < job.sources.size(); ++s) {
    if (job.rates.SharedOf(vertex, s) <= 0 && job.rates.BroadcastOf(vertex, s) <= 0) continue;
    ++feeders.count;
    feeders.only = s;
  }
  return feeders;
}

// Counts that contradict one another may multiply, from vertex to vertex, beyond any number of records.
bool CanBeCarried(const JobSizing& job, int vertex) {
  for (size_t s = 0; s < job.sources.size(); ++s) {
    if (!IsAmount(job.rates.SharedOf(vertex, s)) || !IsAmount(job.rates.BroadcastOf(vertex, s))) return false;
  }
  return true;
}

void CarryFromOne(JobSizing& job, int vertex, size_t source) {
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  const SourceDemand& d = job.sources[source];
  const double ratio = job.rates.SharedOf(vertex, source);
  v.only_source = static_cast<int>(source);
  v.rate_per_source_record = ratio;
  v.demand = d.rate * ratio;
  v.broadcast_rate = d.rate.value() * job.rates.BroadcastOf(vertex, source);
  if (v.is_source) return;  // its own rule has said it
  job.out.evidence.Add("demand.carried", vertex,
                       {{"source_demand", d.rate.value(), "records/s", "demand.quantile"},
                        {"records_per_source_record", ratio, "1", "window: ratio of sums"}},
                       {"demand", v.demand.value(), "records/s", "demand.carried"});
}

// Several sources: the quantile of the carried series, for the sum of quantiles is not the quantile of the sum.
void CarryFromSeveral(JobSizing& job, int vertex) {
  VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
  double sum = 0;
  for (size_t s = 0; s < job.sources.size(); ++s) {
    sum += job.sources[s].rate.value() * job.rates.SharedOf(vertex, s);
    v.broadcast_rate += job.sources[s].rate.value() * job.rates.BroadcastOf(vertex, s);
  }
  const std::vector<RateSpan> series = CarriedSeries(job, vertex);
  const QuantileOf q = RateQuantile(series, job.policy.demand_quantile, [](size_t) { return true; });
  v.demand = RecordsPerSecond(q.seconds > 0 ? q.rate : sum);
  job.out.evidence.Add(
      "demand.carried_series", vertex,
      {{"carried_quantile", v.demand.value(), "records/s", q.seconds > 0 ? "window: carried series" : "given rates"},
       {"sum_of_source_quantiles", sum, "records/s", "demand.quantile"},
       {"bins", q.bins, "bins", "window"}},
      {"demand", v.demand.value(), "records/s", "demand.carried_series"});
}

}  // namespace

void EstimateSourceDemand(JobSizing& job) {
  job.sources.reserve(job.window.sources.size());
  for (const SourceWindow& source : job.window.sources) job.sources.push_back(DemandOf(job, source));
}

std::vector<RateSpan> CarriedSeries(const JobSizing& job, int vertex) {
  std::vector<RateSpan> sum;
  double constant = 0;  // of the sources whose rate was given
  for (size_t s = 0; s < job.sources.size(); ++s) {
    const double ratio = job.rates.SharedOf(vertex, s);
    if (!(ratio > 0)) continue;
    const std::vector<RateSpan>& series = job.sources[s].series;
    if (series.empty()) {
      constant += ratio * job.sources[s].rate.value();
      continue;
    }
    if (sum.empty()) {
      sum = series;
      for (RateSpan& span : sum) span.rate *= ratio;
      continue;
    }
    // A bin that one of the sources was not seen in says nothing of the sum.
    for (size_t i = 0; i < sum.size(); ++i) {
      sum[i].rate += ratio * series[i].rate;
      sum[i].seconds = std::min(sum[i].seconds, series[i].seconds);
    }
  }
  for (RateSpan& span : sum) span.rate += constant;
  return sum;
}

void CarryDemand(JobSizing& job) {
  for (const int vertex : job.view.order()) {
    VertexSizing& v = job.vertices[static_cast<size_t>(vertex)];
    const Feeders feeders = FeedersOf(job, vertex);
    if (feeders.count == 0) continue;
    v.demand_known = CanBeCarried(job, vertex);
    if (!v.demand_known) continue;
    for (size_t s = 0; s < job.sources.size(); ++s) {
      const double ratio = job.rates.SharedOf(vertex, s);
      if (ratio <= 0 && job.rates.BroadcastOf(vertex, s) <= 0) continue;
      v.demand_known = v.demand_known && job.sources[s].known;
      v.demand_is_lower_bound = v.demand_is_lower_bound || job.sources[s].lower_bound;
      v.lag_records += ratio * job.sources[s].lag_records;
    }
    if (feeders.count == 1) {
      CarryFromOne(job, vertex, feeders.only);
    } else {
      CarryFromSeveral(job, vertex);
    }
  }
}

}  // namespace tune
