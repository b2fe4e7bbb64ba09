// From the command line's arguments to a window: histories read, graph found, source rates set.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libtune/cli/arguments.h"
#include "libtune/codec/spec_yaml.h"
#include "libtune/history/history.h"
#include "libtune/pack/cluster_limits.h"
#include "tune/plan.h"
#include "tune/policy.h"
#include "tune/session.h"
#include "tune/window_builder.h"

namespace tune {

struct LoadedJob {
  std::vector<std::string> formats;  // of each history
  HistoryOutline outline;            // of all histories together, edges included
  WindowBuilder builder;
  TuningPolicy policy;
  std::optional<FlinkDeploymentSpec> spec;
  std::optional<JobWindow> session;  // several jobs' windows as one; the rest is the first job's

  const JobWindow& Window() { return session ? *session : builder.Window(); }
};

// kInvalidArgument and kNotFound name the argument, file, line or field.
absl::StatusOr<LoadedJob> LoadJob(const Arguments& arguments);

absl::StatusOr<TuningPolicy> LoadPolicyArgument(const Arguments& arguments);
absl::StatusOr<FlinkDeployment> LoadSpec(const std::string& path);
// Of all --limits; `ns` is the job's namespace, empty: not known.
absl::StatusOr<ClusterLimits> LoadLimits(const Arguments& arguments, const std::string& ns);

// As --source-rate gives them: sources' indices, and rates > 0.
absl::StatusOr<std::map<int, RecordsPerSecond>> SourceRatesOf(const Arguments& arguments, const JobGraph& graph);
// What the spec says of Flink and of its processes beats what the history lets one guess.
void MergeFacts(const JobFacts& spec, JobFacts& facts);

// The histories' outline alone, with edges as far as they are known.
absl::StatusOr<HistoryOutline> OutlineOf(std::vector<std::unique_ptr<HistoryReader>>& readers,
                                         const Arguments& arguments);
absl::StatusOr<std::vector<std::unique_ptr<HistoryReader>>> OpenAll(const Arguments& arguments);

// The whole file. kNotFound, or kInvalidArgument when it is larger than 16 MiB.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);
absl::Status WriteTextFile(const std::string& path, const std::string& text);

}  // namespace tune
