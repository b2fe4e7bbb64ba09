// A scheduler's side of a fleet: pushes, questions, and waiting until all is judged.
#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "bench/service/fleet_job.h"
#include "bench/service/open_loop.h"
#include "bench/service/tuned_process.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune::bench {

class Fleet {
 public:
  explicit Fleet(int jobs);

  // To another server, or the same one anew; its jobs go on where they are.
  void Connect(const std::string& address);

  // Pushes the next `minutes` of every job, a few calls at a time, as fast as they are answered.
  absl::Status PushAll(int minutes);
  // Pushes the next minute of one job after the other, so many a second, for `seconds`.
  Latency PushPaced(double per_second, double seconds);
  // GetJob of one job after the other.
  Latency GetJobs(double per_second, double seconds);
  // The same of a call that does nothing: gRPC's health check.
  Latency CheckHealth(double per_second, double seconds);
  // A policy for everyone that changes no decision: all jobs are judged anew.
  absl::Status PutPolicy();

  size_t size() const { return jobs_.size(); }

 private:
  std::vector<FleetJob> jobs_;
  size_t next_ = 0;  // job to be pushed paced
  std::unique_ptr<v1::Tuner::Stub> stub_;
  std::unique_ptr<grpc::GenericStub> generic_;
};

// Waits until the evaluator has judged `more` jobs beyond `before`, and the store has written all that waits.
// kDeadlineExceeded after two minutes.
absl::Status AwaitJudged(const TunedProcess& tuned, double before, double more);
// Judged so far, also where it failed. 0: cannot be told.
double Judged(const TunedProcess& tuned);

}  // namespace tune::bench
