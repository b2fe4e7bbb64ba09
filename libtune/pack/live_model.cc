#include "libtune/pack/live_model.h"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using Vector = Eigen::Vector3d;

constexpr double kForgiven = 1e-9;
constexpr double kFlat = 1e-9;            // planes whose determinant is smaller do not meet in a point
constexpr double kFirstTolerance = 0.01;  // doubled until some terms agree
constexpr double kMostBytes = 1e18;
constexpr double kMostSlots = 1 << 20;

double ShareOfState(const LiveObservation& o) { return o.slots / o.all_slots; }

bool SameLayout(double slots, double share, const LiveObservation& o) {
  return std::abs(slots - o.slots) <= kForgiven * o.slots &&
         std::abs(share - ShareOfState(o)) <= kForgiven * ShareOfState(o);
}

absl::Status Check(std::span<const LiveObservation> observations, double flink_bytes) {
  Violations violations;
  if (observations.empty()) violations.Add("live", "empty", "at least one observation");
  if (!(flink_bytes >= 0 && flink_bytes <= kMostBytes)) violations.Add("flink_bytes", flink_bytes, "[0, 1e18]");
  for (size_t i = 0; i < observations.size(); ++i) {
    const LiveObservation& o = observations[i];
    const auto name = [i](const char* field) { return absl::StrCat("live[", i, "].", field); };
    if (!(o.bytes >= 1 && o.bytes <= kMostBytes)) violations.Add(name("bytes"), o.bytes, "[1, 1e18]");
    if (!(o.low >= 0 && o.low <= o.bytes)) violations.Add(name("low"), o.low, "[0, bytes]");
    if (!(o.slots >= 1 && o.slots <= kMostSlots)) violations.Add(name("slots"), o.slots, "[1, 2^20]");
    if (!(o.all_slots >= o.slots && o.all_slots <= kMostSlots)) {
      violations.Add(name("all_slots"), o.all_slots, "[slots, 2^20]");
    }
    if (!(o.weight_s >= 0 && std::isfinite(o.weight_s))) violations.Add(name("weight_s"), o.weight_s, ">= 0");
  }
  return violations.ToStatus();
}

// One for each layout: its largest reading, its best lower bound, all of its time. The heaviest ones, and the largest.
std::vector<LiveObservation> ByLayout(std::span<const LiveObservation> observations) {
  std::vector<LiveObservation> layouts;
  for (const LiveObservation& o : observations) {
    const auto same = std::find_if(layouts.begin(), layouts.end(),
                                   [&](const LiveObservation& l) { return SameLayout(o.slots, ShareOfState(o), l); });
    if (same == layouts.end()) {
      layouts.push_back(o);
      continue;
    }
    same->bytes = std::max(same->bytes, o.bytes);
    same->low = std::max(same->low, o.low);
    same->weight_s += o.weight_s;
  }
  std::stable_sort(layouts.begin(), layouts.end(),
                   [](const LiveObservation& a, const LiveObservation& b) { return a.weight_s > b.weight_s; });
  if (layouts.size() > kMostLayouts) {
    const auto largest =
        std::max_element(layouts.begin(), layouts.end(),
                         [](const LiveObservation& a, const LiveObservation& b) { return a.bytes < b.bytes; });
    if (largest - layouts.begin() >= kMostLayouts) std::swap(*largest, layouts[kMostLayouts - 1]);
    layouts.resize(kMostLayouts);
  }
  return layouts;
}

// normal * terms <= limit
struct HalfSpace {
  Vector normal;
  double limit;
};

// Terms in units in which every observation's slots, share and bytes are at most 1.
struct Scale {
  double bytes = 0, slots = 0, share = 0;

  Vector Of(double s, double x) const { return {1, s / slots, x / share}; }
  LiveTerms TermsOf(const Vector& v) const { return {v[0] * bytes, v[1] * bytes / slots, v[2] * bytes / share}; }
};

Scale ScaleOf(const std::vector<LiveObservation>& observed) {
  Scale scale;
  for (const LiveObservation& o : observed) {
    scale.bytes = std::max(scale.bytes, o.bytes);
    scale.slots = std::max(scale.slots, o.slots);
    scale.share = std::max(scale.share, ShareOfState(o));
  }
  return scale;
}

std::vector<HalfSpace> HalfSpaces(const LiveModel& model, const Scale& scale) {
  std::vector<HalfSpace> spaces = {{{-1, 0, 0}, -model.flink_bytes / scale.bytes}, {{0, -1, 0}, 0}, {{0, 0, -1}, 0}};
  for (const LiveObservation& o : model.observed) {
    const Vector normal = scale.Of(o.slots, ShareOfState(o));
    spaces.push_back({normal, o.bytes / scale.bytes});
    if (o.low > 0) spaces.push_back({-normal, -o.low * (1 - model.tolerance) / scale.bytes});
  }
  return spaces;
}

// Where three of the planes meet, and nothing is cut off.
std::vector<LiveTerms> CornersOf(const std::vector<HalfSpace>& spaces, const Scale& scale) {
  std::vector<LiveTerms> corners;
  const auto consider = [&](const HalfSpace& a, const HalfSpace& b, const HalfSpace& c) {
    Eigen::Matrix3d planes;
    planes << a.normal.transpose(), b.normal.transpose(), c.normal.transpose();
    if (std::abs(planes.determinant()) < kFlat) return;
    const Vector corner = planes.inverse() * Vector(a.limit, b.limit, c.limit);
    const bool inside = std::all_of(spaces.begin(), spaces.end(), [&](const HalfSpace& space) {
      return space.normal.dot(corner) <= space.limit + kForgiven;
    });
    if (inside) corners.push_back(scale.TermsOf(corner.cwiseMax(0)));
  };
  for (size_t i = 0; i < spaces.size(); ++i) {
    for (size_t j = i + 1; j < spaces.size(); ++j) {
      for (size_t k = j + 1; k < spaces.size(); ++k) consider(spaces[i], spaces[j], spaces[k]);
    }
  }
  return corners;
}

double Highest(const LiveModel& model, double slots, double share) {
  double high = 0;
  for (const LiveTerms& terms : model.corners) high = std::max(high, terms.At(slots, share));
  return high;
}

}  // namespace

absl::StatusOr<LiveModel> FitLive(std::span<const LiveObservation> observations, double flink_bytes) {
  if (auto status = Check(observations, flink_bytes); !status.ok()) return status;
  LiveModel model;
  model.observed = ByLayout(observations);
  model.flink_bytes = flink_bytes;
  for (const LiveObservation& o : model.observed) model.flink_bytes = std::min(model.flink_bytes, o.bytes);
  const Scale scale = ScaleOf(model.observed);
  while (true) {
    model.corners = CornersOf(HalfSpaces(model, scale), scale);
    if (!model.corners.empty()) break;
    // At a tolerance of 1 no lower bound is left, and Flink's own part alone agrees.
    if (model.tolerance >= 1) return absl::InternalError("no live set terms agree with any reading");
    model.tolerance = model.tolerance == 0 ? kFirstTolerance : std::min(1.0, 2 * model.tolerance);
  }
  for (const LiveObservation& o : model.observed) {
    model.lift = std::max(model.lift, o.bytes / Highest(model, o.slots, ShareOfState(o)));
  }
  return model;
}

LiveInterval LiveAt(const LiveModel& model, double slots, double share) {
  LiveInterval live;
  live.low = model.corners.front().At(slots, share);
  for (const LiveTerms& terms : model.corners) live.low = std::min(live.low, terms.At(slots, share));
  live.high = model.lift * Highest(model, slots, share);
  live.known_at = std::any_of(model.observed.begin(), model.observed.end(),
                              [&](const LiveObservation& o) { return SameLayout(slots, share, o); });
  return live;
}

}  // namespace tune
