// Several jobs of a session cluster on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libtune/cli/load_job.h"

namespace tune {
namespace {

Arguments Two() {
  Arguments a;
  a.histories = {"datasets/mem200-parallel-384"};
  a.jobs = {"job-a", "job-b"};
  return a;
}

std::string ErrorOf(const Arguments& a) { return std::string(LoadJob(a).status().message()); }

TEST(SessionArguments, RatesNameTheirJob) {
  Arguments a = Two();
  a.source_rates = {"datagen=900"};
  EXPECT_EQ(ErrorOf(a), "--source-rate = datagen=900; allowed: JOB/SOURCE=RATE, as there are several jobs");
}

TEST(SessionArguments, OneGraphCannotBeOfSeveralJobs) {
  Arguments a = Two();
  a.graph = "plan.json";
  EXPECT_EQ(ErrorOf(a), "--graph = plan.json; allowed: absent with several jobs");
}

TEST(SessionArguments, CommandsOfOneJobTakeOne) {
  EXPECT_EQ(std::string(OpenAll(Two()).status().message()), "--job = job-a, job-b; allowed: one job");
}

}  // namespace
}  // namespace tune
