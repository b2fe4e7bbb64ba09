#include "libtune/pack/job_manager.h"

#include <gtest/gtest.h>

namespace tune {
namespace {

constexpr double kMebibytes = 1 << 20;

JobManagerNeeds ByHand() {
  JobManagerNeeds needs;
  needs.heap.live = 130 * kMebibytes;
  needs.heap.collector = Collector::kG1;
  needs.cores = 0.065;
  return needs;
}

// 1.15 * 130 / 0.65 = 230 MiB of heap, 128 off-heap, 256 metaspace, 192 overhead: 806. 0.065 / 0.65 = 0.1 core, whose
// limit of 0.5 lets it start. 806 / 2048 = 0.3936 CU, 0.4 by CPU.
TEST(JobManager, ByHand) {
  const JobManagerSize size = SizeJobManager(ByHand(), {}).value();
  EXPECT_EQ(size.memory.memory.heap, Bytes(int64_t{230} << 20));
  EXPECT_EQ(size.memory.process_size, Bytes(int64_t{806} << 20));
  EXPECT_EQ(size.pod.cpu_request, MilliCores(100));
  EXPECT_EQ(size.pod.cpu_limit, MilliCores(500));
  EXPECT_DOUBLE_EQ(size.cost, 0.4);
  EXPECT_EQ(size.fall.cap, Cap::kNone);
}

TEST(JobManager, StandbysCostAsMuch) {
  JobManagerNeeds needs = ByHand();
  needs.replicas = 3;
  PodLimits limits;
  limits.quota.pods = 2;
  const JobManagerSize size = SizeJobManager(needs, limits).value();
  EXPECT_DOUBLE_EQ(size.cost, 3 * 0.4);
  EXPECT_EQ(size.fall.cap, Cap::kQuotaPods);
}

TEST(JobManager, RefusesByName) {
  JobManagerNeeds needs = ByHand();
  needs.replicas = 0;
  EXPECT_EQ(std::string(SizeJobManager(needs, {}).status().message()), "job_manager.replicas = 0; allowed: [1, 1000]");
}

}  // namespace
}  // namespace tune
