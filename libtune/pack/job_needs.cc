#include "libtune/pack/job_needs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

namespace tune {
namespace {

constexpr double kForgiven = 1e-9;
constexpr double kBuffersPerChannel = 2, kFloatingBuffers = 8, kSegmentBytes = 32 << 10;

int LargestOf(const PackVertex& v) { return v.pinned.value_or(v.cap); }

// Without regard to what the load needs.
int SpreadOver(const PackVertex& v, double k) {
  if (v.pinned) return *v.pinned;
  return static_cast<int>(std::clamp<double>(std::ceil(v.now / k * (1 - kForgiven)), 1, v.cap));
}

double GateBuffers(int channels) { return kBuffersPerChannel * channels + kFloatingBuffers; }

}  // namespace

Spreader::Spreader(const std::vector<PackJob>& jobs) : jobs_(jobs) {
  for (size_t j = 0; j < jobs.size(); ++j) {
    std::map<std::string_view, size_t> ids;
    std::vector<size_t>& groups = groups_.emplace_back();
    std::vector<int> now;
    for (const PackVertex& v : jobs[j].vertices) {
      groups.push_back(ids.emplace(v.slot_sharing_group, ids.size()).first->second);
      now.push_back(v.now);
    }
    now_.push_back(SlotsOf(j, now));
    all_now_ += now_.back();
  }
}

int Spreader::SlotsOf(size_t job, const std::vector<int>& parallelism) const {
  std::vector<int> largest(parallelism.size(), 0);  // by group
  for (size_t v = 0; v < parallelism.size(); ++v) {
    int& group = largest[groups_[job][v]];
    group = std::max(group, parallelism[v]);
  }
  return std::accumulate(largest.begin(), largest.end(), 0);
}

void Spreader::SpreadJob(size_t job, Spread& spread) const {
  std::vector<int> least, wanted;
  double capped = 0;
  for (const PackVertex& v : jobs_[job].vertices) {
    least.push_back(SpreadOver(v, spread.k));
    wanted.push_back(v.pinned ? *v.pinned : std::max(least.back(), v.smallest));
    if (v.holds_state) capped = std::max(capped, static_cast<double>(v.now) / LargestOf(v));
  }
  spread.work.push_back(std::max(spread.k, static_cast<double>(now_[job]) / SlotsOf(job, least)));
  spread.state.push_back(std::max(spread.work.back(), capped));
  spread.slots.push_back(SlotsOf(job, wanted));
  spread.all_slots += spread.slots.back();
  spread.parallelism.push_back(std::move(wanted));
}

Spread Spreader::At(double k) const {
  Spread spread;
  spread.k = k;
  for (size_t j = 0; j < jobs_.size(); ++j) SpreadJob(j, spread);
  return spread;
}

double NetworkBytes(const PackJob& job, const std::vector<int>& parallelism, int slots) {
  double buffers = 0;
  const auto subtasks = [&](int v) { return std::min(slots, parallelism[static_cast<size_t>(v)]); };
  for (const PackEdge& edge : job.edges) {
    const int from = parallelism[static_cast<size_t>(edge.from)], to = parallelism[static_cast<size_t>(edge.to)];
    const int channels_in = edge.all_to_all ? from : (from + to - 1) / to;
    const int channels_out = edge.all_to_all ? to : (to + from - 1) / from;
    buffers += subtasks(edge.from) * GateBuffers(channels_out) + subtasks(edge.to) * GateBuffers(channels_in);
  }
  return buffers * kSegmentBytes;
}

}  // namespace tune
