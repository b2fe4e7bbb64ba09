// All jobs there are: those of the cluster, and those whose samples were pushed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/cluster/cluster_view.h"
#include "service/job_key.h"
#include "service/jobs/job_book.h"
#include "service/jobs/judge.h"
#include "tune/v1/jobs.pb.h"
#include "tune/v1/service.pb.h"

namespace tune {

// Thread-safe. Nothing here asks the cluster.
class Directory {
 public:
  // All of them outlive this. `cluster` nullptr: it is not followed.
  Directory(const ClusterView* cluster, const JobBook& jobs, Judge& judge)
      : cluster_(cluster), jobs_(jobs), judge_(judge) {}

  // False: there is no such job. `now`: for what is said of times.
  bool Summarise(const JobKey& job, absl::Time now, v1::JobSummary& out) const;
  // At most `most` jobs in the order of their keys, behind `after`; nullopt: from the first one on. `ns` empty: of all
  // namespaces.
  std::vector<JobKey> List(const std::optional<JobKey>& after, size_t most, const std::string& ns) const;
  // False: the cluster is not followed.
  bool AgeOf(v1::ClusterAge& out) const;

 private:
  const ClusterView* const cluster_;
  const JobBook& jobs_;
  Judge& judge_;
};

bool Meets(const v1::JobSummary& job, const v1::JobFilter& filter);

// As its operator last wrote it.
void Write(const FlinkJob& job, absl::Time now, v1::JobStatus& out);

}  // namespace tune
