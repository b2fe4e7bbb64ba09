#include "service/jobs/feed.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

// One sample of a batch, by the list that it stands in.
struct Place {
  int64_t time_ms;
  int list;  // of one time, in this order
  size_t index;
};

template <typename Sample>
void AddPlaces(const std::vector<Sample>& samples, int list, std::vector<Place>& places) {
  for (size_t i = 0; i < samples.size(); ++i) places.push_back({samples[i].time_ms, list, i});
}

class Feeder {
 public:
  Feeder(const SampleBatch& batch, WindowBuilder& builder, const Refused& refused)
      : batch_(batch), builder_(builder), refused_(refused) {}

  int64_t FeedAll() {
    for (const Place& place : InOrder()) {
      if (!FeedOne(place)) return taken_;
    }
    for (size_t i = 0; i < batch_.collections.size(); ++i) {
      if (!Add("collections", batch_.collections, i)) return taken_;
    }
    return taken_;
  }

 private:
  std::vector<Place> InOrder() const {
    std::vector<Place> places;
    AddPlaces(batch_.parallelisms, 0, places);
    AddPlaces(batch_.jobs, 1, places);
    AddPlaces(batch_.sources, 2, places);
    AddPlaces(batch_.processes, 3, places);
    AddPlaces(batch_.tasks, 4, places);
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
      return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : a.list < b.list;
    });
    return places;
  }

  // False: no more are to be fed.
  template <typename Sample>
  bool Add(const char* name, const std::vector<Sample>& samples, size_t index) {
    const absl::Status status = builder_.Add(samples[index]);
    if (!status.ok()) return refused_(absl::StrCat(name, "[", index, "]."), status);
    ++taken_;
    return true;
  }

  bool FeedOne(const Place& place) {
    switch (place.list) {
      case 0:
        return Add("parallelisms", batch_.parallelisms, place.index);
      case 1:
        return Add("jobs", batch_.jobs, place.index);
      case 2:
        return Add("sources", batch_.sources, place.index);
      case 3:
        return Add("processes", batch_.processes, place.index);
      default:
        return Add("tasks", batch_.tasks, place.index);
    }
  }

  const SampleBatch& batch_;
  WindowBuilder& builder_;
  const Refused& refused_;
  int64_t taken_ = 0;
};

}  // namespace

int64_t Feed(const SampleBatch& batch, WindowBuilder& builder, const Refused& refused) {
  return Feeder(batch, builder, refused).FeedAll();
}

absl::Status SetSourceRates(const google::protobuf::Map<std::string, double>& rates, const JobGraph& graph,
                            WindowBuilder& builder) {
  const Path root("source_rates");
  for (const auto& [id, rate] : rates) {
    const std::string field = root.Key(id).Render();
    const int vertex = FindVertex(graph, id);
    if (vertex < 0) return NotAllowed(field, absl::StrCat(rate), "a vertex of the graph");
    const absl::Status status = builder.SetSourceRate(vertex, RecordsPerSecond(rate));
    if (!status.ok()) return NotAllowed(field, absl::StrCat(rate), "> 0 records/s, of a source");
  }
  return absl::OkStatus();
}

}  // namespace tune
