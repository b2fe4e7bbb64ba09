#include "service/rollout/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

FlinkJob Job(NamedTexts annotations, NamedTexts labels = {}) {
  FlinkJob job;
  job.annotations = std::move(annotations);
  job.labels = std::move(labels);
  return job;
}
JobSettings Read(const FlinkJob& job, const NamespaceFacts* ns = nullptr) {
  const absl::StatusOr<JobSettings> settings = ReadJobSettings(job, ns);
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.value_or(JobSettings{});
}
std::string Refused(const FlinkJob& job, const NamespaceFacts* ns = nullptr) {
  const absl::Status status = ReadJobSettings(job, ns).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(JobSettings, OfNothingAreOff) {
  const JobSettings settings = Read(Job({}));
  EXPECT_EQ(settings.mode, Mode::kOff);
  EXPECT_EQ(settings.priority, Priority::kP2);
  EXPECT_TRUE(settings.low_traffic.windows.empty());
  EXPECT_FALSE(settings.allow_stateless);
}

TEST(JobSettings, AreReadFromLabelsAndAnnotations) {
  const JobSettings settings = Read(Job({{"tune.dev/low-traffic", "Mon-Fri 01:00-05:00"},
                                         {"tune.dev/time-zone", "Europe/Berlin"},
                                         {"tune.dev/pinned", "memory, cpu"},
                                         {"tune.dev/policy", "careful"},
                                         {"tune.dev/allow-stateless", "true"},
                                         {"tune.dev/recommendation", "libtune's own"}},
                                        {{"tune.dev/mode", "auto"}, {"tune.dev/priority", "P0"}}));
  EXPECT_EQ(settings.mode, Mode::kAuto);
  EXPECT_EQ(settings.priority, Priority::kP0);
  EXPECT_EQ(settings.policy, "careful");
  EXPECT_EQ(settings.low_traffic.windows.size(), 1u);
  EXPECT_EQ(settings.low_traffic.zone.name(), "Europe/Berlin");
  EXPECT_THAT(settings.pinned, ElementsAre(Pin::kMemory, Pin::kCpu));
  EXPECT_TRUE(settings.allow_stateless);
}

TEST(JobSettings, TheJobsGoBeforeItsNamespaces) {
  NamespaceFacts ns;
  ns.labels = {{"tune.dev/mode", "auto"}};
  ns.annotations = {{"tune.dev/priority", "P3"}};
  EXPECT_EQ(Read(Job({}), &ns).mode, Mode::kAuto);
  const JobSettings own = Read(Job({{"tune.dev/mode", "off"}}), &ns);
  EXPECT_EQ(own.mode, Mode::kOff);
  EXPECT_EQ(own.priority, Priority::kP3) << "each for itself";
}

TEST(JobSettings, WhatIsWrongIsNamedAllOfIt) {
  EXPECT_EQ(Refused(Job({{"tune.dev/mode", "auot"}})),
            R"(annotations["tune.dev/mode"] = "auot"; allowed: off, advise, auto)");
  EXPECT_THAT(Refused(Job({{"tune.dev/pinned", "memory,ram"}, {"tune.dev/time-zone", "Berlin"}},
                          {{"tune.dev/priority", "1"}, {"tune.dev/policy", "bold"}})),
              AllOf(HasSubstr(R"(annotations["tune.dev/pinned"])"), HasSubstr(R"(annotations["tune.dev/time-zone"])"),
                    HasSubstr(R"(labels["tune.dev/priority"] = "1"; allowed: P0, P1, P2, P3)"),
                    HasSubstr(R"(labels["tune.dev/policy"])")));
  EXPECT_THAT(Refused(Job({{"tune.dev/mod", "auto"}})), HasSubstr(R"(annotations["tune.dev/mod"] = there; allowed: )"));
  EXPECT_THAT(Refused(Job({{"tune.dev/mode", "auto"}}, {{"tune.dev/mode", "off"}})),
              HasSubstr(R"("auto"; allowed: the same as labels["tune.dev/mode"])"));
  NamespaceFacts ns;
  ns.annotations = {{"tune.dev/low-traffic", "always"}};
  EXPECT_THAT(Refused(Job({}), &ns), HasSubstr(R"(namespace.annotations["tune.dev/low-traffic"] = "always")"));
  ns.error = absl::InvalidArgumentError("too long");
  EXPECT_EQ(Refused(Job({}), &ns), "too long");
}

}  // namespace
}  // namespace tune
