// One job that is kept: its window, as it grows with each push.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libtune/codec/samples_codec.h"
#include "tune/v1/service.pb.h"
#include "tune/window.h"
#include "tune/window_builder.h"

namespace tune {

// A push that was read: all that can be said of it without the pushes before it is in order.
struct PushedSamples {
  std::optional<JobGraph> graph;
  std::optional<JobFacts> facts;
  WindowOptions options;  // of the window that begins
  SampleBatch samples;
  google::protobuf::Map<std::string, double> source_rates;
};

// What is known of a kept job's samples.
struct SamplesState {
  // The window's; InfinitePast(): it has none.
  absl::Time window_start = absl::InfinitePast(), last_sample = absl::InfinitePast();
  absl::Time last_push = absl::InfinitePast();
  int64_t pushes = 0;  // taken since the job is kept
};

// What became of a push.
struct PushOutcome {
  int64_t taken = 0;                   // samples
  std::vector<absl::Status> left_out;  // of samples, 20 at most: `samples.tasks[7].time = …`
  int64_t left_out_count = 0;
  bool new_window = false;
};

// Not thread-safe. Equal pushes in equal order make equal jobs.
class KeptJob {
 public:
  // Without a window: the first push brings its graph.
  KeptJob() = default;
  // As Save() left it. kInvalidArgument: bytes that it did not write.
  static absl::StatusOr<KeptJob> Restore(const std::string& bytes);
  // kFailedPrecondition: nothing was pushed yet.
  absl::StatusOr<std::string> Save();

  PushOutcome Add(const PushedSamples& pushed, absl::Time when);

  bool has_window() const { return builder_.has_value(); }
  // The window with `facts` in it. Only with a window; valid until the next change.
  const JobWindow& Window(const JobFacts& facts);
  // As pushed; of what was never told, nothing is known.
  const JobFacts& facts() const { return facts_; }
  // Only with a window. Parallelism as told last.
  const JobGraph& graph() { return builder_->Window().graph; }

  SamplesState state();
  absl::Time last_push() const { return last_push_; }

 private:
  bool BeginsWindow(const PushedSamples& pushed);

  std::optional<WindowBuilder> builder_;
  JobFacts facts_;
  int64_t pushes_ = 0;
  absl::Time last_push_ = absl::InfinitePast();
};

// `defaults` where the request has no options; `graph` of the job as it is kept, nullptr: it is not.
// kInvalidArgument lists every violation by its field in the request: samples that cannot be true, vertices that the
// graph does not have, times later than a day after `now`.
absl::StatusOr<PushedSamples> ReadPush(const v1::PushSamplesRequest& request, const JobGraph* graph,
                                       const WindowOptions& defaults, absl::Time now);

}  // namespace tune
