// EvidenceLog: what was added comes back.
#include <gtest/gtest.h>

#include <vector>

#include "tune/evidence.h"

namespace tune {
namespace {

TEST(EvidenceLog, KeepsInputsCapsAndResultOfEveryStep) {
  EvidenceLog log;
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(log.Add("a.first", 3, {{"x", 1, "s", "window"}, {"y", 2, "1", "policy"}}, {"z", 3, "s", "a.first"},
                    {{"cap", 9, "1", "graph"}}),
            0);
  EXPECT_EQ(log.Add("b.second", -1, {}, {"w", 4, "1", "b.second"}), 1);
  ASSERT_EQ(log.size(), 2u);
  const Evidence first = log[0];
  EXPECT_STREQ(first.rule, "a.first");
  EXPECT_EQ(first.vertex, 3);
  ASSERT_EQ(first.inputs.size(), 2u);
  EXPECT_STREQ(first.inputs[1].name, "y");
  EXPECT_EQ(first.inputs[1].value, 2);
  ASSERT_EQ(first.caps.size(), 1u);
  EXPECT_STREQ(first.caps[0].name, "cap");
  EXPECT_EQ(first.result.value, 3);
  EXPECT_EQ(log[1].vertex, -1);
  EXPECT_TRUE(log[1].inputs.empty());
  EXPECT_TRUE(log[1].caps.empty());
}

TEST(EvidenceLog, TakesListsOfAnyLength) {
  EvidenceLog log;
  std::vector<Term> inputs, caps;
  for (int i = 0; i < 300; ++i) inputs.push_back({"in", static_cast<double>(i), "1", "window"});
  for (int i = 0; i < 5; ++i) caps.push_back({"cap", static_cast<double>(1000 + i), "1", "policy"});
  for (int step = 0; step < 100; ++step) log.Add("many", step, inputs, {"out", 1.0 * step, "1", "many"}, caps);
  for (size_t step = 0; step < 100; ++step) {
    const Evidence evidence = log[step];
    ASSERT_EQ(evidence.inputs.size(), 300u);
    ASSERT_EQ(evidence.caps.size(), 5u);
    EXPECT_EQ(evidence.inputs[299].value, 299);
    EXPECT_EQ(evidence.caps[4].value, 1004);
    EXPECT_EQ(evidence.result.value, static_cast<double>(step));
  }
}

TEST(EvidenceLog, ReservingChangesNothing) {
  EvidenceLog log;
  log.Reserve(10, 100);
  EXPECT_TRUE(log.empty());
}

}  // namespace
}  // namespace tune
