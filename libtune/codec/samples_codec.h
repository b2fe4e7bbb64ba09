// Raw samples both ways. What a struct can express (negative values, indices outside the graph) is WindowBuilder's to
// refuse, as it alone knows the graph; here: absent times, unset enums, NaN and infinities.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "tune/sample.h"
#include "tune/v1/samples.pb.h"

namespace tune {

// Samples of one job that travel together; each list in time order for each subject.
struct SampleBatch {
  std::vector<TaskSample> tasks;
  std::vector<ProcessSample> processes;
  std::vector<SourceSample> sources;
  std::vector<JobSample> jobs;
  std::vector<ParallelismSample> parallelisms;
  std::vector<CollectionSample> collections;
};

v1::TaskSample ToProto(const TaskSample& sample);
v1::ProcessSample ToProto(const ProcessSample& sample);
v1::CollectionSample ToProto(const CollectionSample& sample);
v1::SourceSample ToProto(const SourceSample& sample);
v1::JobSample ToProto(const JobSample& sample);
v1::ParallelismSample ToProto(const ParallelismSample& sample);
v1::SampleBatch ToProto(const SampleBatch& batch);

// Each: kInvalidArgument lists every violation, `tasks[7].busy_ms = nan; allowed: a finite number`.
absl::StatusOr<TaskSample> FromProto(const v1::TaskSample& proto);
absl::StatusOr<ProcessSample> FromProto(const v1::ProcessSample& proto);
absl::StatusOr<CollectionSample> FromProto(const v1::CollectionSample& proto);
absl::StatusOr<SourceSample> FromProto(const v1::SourceSample& proto);
absl::StatusOr<JobSample> FromProto(const v1::JobSample& proto);
absl::StatusOr<ParallelismSample> FromProto(const v1::ParallelismSample& proto);
absl::StatusOr<SampleBatch> FromProto(const v1::SampleBatch& proto);

}  // namespace tune
