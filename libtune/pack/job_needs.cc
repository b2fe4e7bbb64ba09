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

// Slots of a job: over its slot-sharing groups the sum of the group's largest parallelism.
class SlotCount {
 public:
  explicit SlotCount(size_t groups) : largest_(groups, 0) {}
  void Add(size_t group, int parallelism) { largest_[group] = std::max(largest_[group], parallelism); }
  int Sum() const { return std::accumulate(largest_.begin(), largest_.end(), 0); }

 private:
  std::vector<int> largest_;  // by group
};

double GateBuffers(int channels) { return kBuffersPerChannel * channels + kFloatingBuffers; }

}  // namespace

Spreader::Spreader(const std::vector<PackJob>& jobs) : jobs_(jobs) {
  for (const PackJob& job : jobs) {
    std::map<std::string_view, size_t> ids;
    Groups& groups = groups_.emplace_back();
    double capped = 0;
    for (const PackVertex& v : job.vertices) {
      groups.of_vertex.push_back(ids.emplace(v.slot_sharing_group, ids.size()).first->second);
      if (v.holds_state) capped = std::max(capped, static_cast<double>(v.now) / LargestOf(v));
    }
    groups.count = ids.size();
    capped_.push_back(capped);
    SlotCount slots(groups.count);
    for (size_t v = 0; v < job.vertices.size(); ++v) slots.Add(groups.of_vertex[v], job.vertices[v].now);
    now_.push_back(slots.Sum());
    all_now_ += now_.back();
  }
}

void Spreader::SpreadJob(size_t job, Spread& spread) const {
  const std::vector<PackVertex>& vertices = jobs_[job].vertices;
  const Groups& groups = groups_[job];
  SlotCount least(groups.count), wanted(groups.count);
  std::vector<int> parallelism(vertices.size());
  for (size_t i = 0; i < vertices.size(); ++i) {
    const PackVertex& v = vertices[i];
    const int alone = SpreadOver(v, spread.k);
    parallelism[i] = v.pinned ? alone : std::max(alone, v.smallest);
    least.Add(groups.of_vertex[i], alone);
    wanted.Add(groups.of_vertex[i], parallelism[i]);
  }
  spread.work.push_back(std::max(spread.k, static_cast<double>(now_[job]) / least.Sum()));
  spread.state.push_back(std::max(spread.work.back(), capped_[job]));
  spread.slots.push_back(wanted.Sum());
  spread.all_slots += spread.slots.back();
  spread.parallelism.push_back(std::move(parallelism));
}

Spread Spreader::At(double k) const {
  Spread spread;
  spread.k = k;
  for (size_t j = 0; j < jobs_.size(); ++j) SpreadJob(j, spread);
  return spread;
}

std::vector<double> NetworkBytesPerSubtask(const PackJob& job, const std::vector<int>& parallelism) {
  std::vector<double> bytes(parallelism.size(), 0);
  for (const PackEdge& edge : job.edges) {
    const auto source = static_cast<size_t>(edge.from), sink = static_cast<size_t>(edge.to);
    const int from = parallelism[source], to = parallelism[sink];
    const int channels_in = edge.all_to_all ? from : (from + to - 1) / to;
    const int channels_out = edge.all_to_all ? to : (to + from - 1) / from;
    bytes[source] += GateBuffers(channels_out) * kSegmentBytes;
    bytes[sink] += GateBuffers(channels_in) * kSegmentBytes;
  }
  return bytes;
}

double NetworkBytes(const std::vector<double>& per_subtask, const std::vector<int>& parallelism, int slots) {
  double bytes = 0;
  for (size_t v = 0; v < parallelism.size(); ++v) bytes += std::min(slots, parallelism[v]) * per_subtask[v];
  return bytes;
}

}  // namespace tune
