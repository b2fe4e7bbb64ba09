// Turns samples into a window, one at a time: the only way from raw metrics to Recommend(), for every door.
//
// Memory is bounded by horizon, vertices and subtasks, never by the number of samples. Samples come in time order
// for each subject; one that is older than its subject's last one is left out and counted, as are duplicates and
// samples whose counters stood still. Counter resets and gaps are found here.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tune/sample.h"
#include "tune/window.h"

namespace tune {

struct WindowOptions {
  absl::Duration bin = absl::Minutes(1);         // > 0
  absl::Duration horizon = absl::Hours(24 * 7);  // >= bin; older bins are dropped
  absl::Duration warm_up = absl::Seconds(30);    // >= 0; after every (re)start, left out of service time and shares
  // >= 0; after the start of a process, left out of live sets and of what collections cost: classes are loaded, state
  // is restored.
  absl::Duration process_warm_up = absl::Minutes(2);
};

class WindowBuilder {
 public:
  // kInvalidArgument: graph (CheckGraph) or options out of range.
  static absl::StatusOr<WindowBuilder> Create(const JobGraph& graph, const JobFacts& facts,
                                              const WindowOptions& options);
  WindowBuilder(WindowBuilder&&) noexcept;
  WindowBuilder& operator=(WindowBuilder&&) noexcept;
  ~WindowBuilder();

  // Each: kInvalidArgument names the field when a value is NaN, infinite, negative or above its range, or an index is
  // out of range; the sample is then left out whole and the builder stays as it was.
  absl::Status Add(const TaskSample& sample);
  absl::Status Add(const ProcessSample& sample);
  absl::Status Add(const SourceSample& sample);
  absl::Status Add(const JobSample& sample);
  absl::Status Add(const ParallelismSample& sample);
  absl::Status Add(const CollectionSample& sample);

  // A rate that somebody knows the source is meant to run at; it beats every measured one. > 0.
  absl::Status SetSourceRate(int vertex, RecordsPerSecond rate);

  // What the window says beside its samples, from now on: the job's spec may have changed.
  void SetFacts(const JobFacts& facts);

  // All that it remembers, as bytes; Restore() makes a builder of them that goes on exactly as this one does: the same
  // Window() after any further samples. Equal builders give equal bytes. Facts must be in their range (CheckWindow).
  std::string Save() const;
  // `bytes` may be anybody's: memory stays within a small factor of them (some hundred times, for what is empty bins).
  // kInvalidArgument names what is wrong, also a version of another libtune.
  static absl::StatusOr<WindowBuilder> Restore(const std::string& bytes);

  // The window so far. Stays valid until the next call of a non-const member; costs no copy.
  const JobWindow& Window();

 private:
  struct State;
  explicit WindowBuilder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tune
