// Containers drawn by rapidcheck.
#include <gtest/gtest.h>
// needs GoogleTest before it
#include <rapidcheck.h>

#include "tests/estimate/container_cases.h"

namespace tune {
namespace {

int Int(int low, int high) { return *rc::gen::inRange(low, high + 1); }

MemoryBin AnyBin() {
  MemoryBin bin = Used(Int(0, 5000));
  if (Int(0, 3) > 0) bin.native = std::min(*bin.rss, Mib(Int(0, 3000)));
  if (Int(0, 1) == 1) bin.dirty_file = Mib(Int(0, 1000));
  bin.unreclaimable = *bin.rss + bin.dirty_file.value_or(Bytes(0));
  if (Int(0, 1) == 1) bin.managed_used = Mib(Int(0, 512));
  if (Int(0, 5) == 0) bin.rss = bin.unreclaimable = bin.native = std::nullopt;
  if (Int(0, 3) == 0) bin.oom_kills = Int(1, 3);
  if (bin.oom_kills > 0 && Int(0, 1) == 1) bin.killed_limit = Mib(Int(1, 5000));
  return bin;
}

std::vector<MemoryBin> AnyBins() {
  std::vector<MemoryBin> bins;
  for (int i = Int(1, 8); i > 0; --i) bins.push_back(AnyBin());
  return bins;
}

ContainerFacts AnyFacts() {
  ContainerFacts facts;
  facts.parts = {Mib(Int(64, 3000)), Mib(Int(1, 500)), Mib(Int(0, 1000)), Mib(Int(16, 256)), Mib(Int(0, 400))};
  facts.limit = Bytes(facts.parts.Process().value() * Int(100, 200) / 100);
  facts.workload = {Int(0, 1) == 1, Int(0, 1) == 1};
  facts.bin = absl::Hours(Int(1, 40));
  facts.first_bin = static_cast<size_t>(Int(0, 3));
  facts.limit_since_bin = static_cast<size_t>(Int(0, 3));
  return facts;
}

ContainerGoals AnyGoals() {
  ContainerGoals goals;
  if (Int(0, 1) == 1) goals.largest_limit = Mib(Int(500, 8000));
  if (Int(0, 1) == 1) goals.largest_limit_factor = 0.01 * Int(100, 300);
  return goals;
}

TEST(ContainerProperty, MoreResidentMemoryNeverWantsLess) {
  EXPECT_TRUE(rc::check([] {
    const ContainerFacts facts = AnyFacts();
    std::vector<MemoryBin> bins = AnyBins();
    const ContainerEstimate less = Estimate(bins, facts);
    MemoryBin& bin = bins[static_cast<size_t>(Int(0, static_cast<int>(bins.size()) - 1))];
    if (!bin.rss) return;
    const Bytes more = Mib(Int(0, 2000));
    bin.rss = *bin.rss + more;
    bin.unreclaimable = *bin.unreclaimable + more;
    if (bin.native) bin.native = *bin.native + more;
    const ContainerEstimate now = Estimate(bins, facts);
    RC_ASSERT(now.wanted_limit >= less.wanted_limit);
    if (now.lever == less.lever) RC_ASSERT(now.overhead.value() >= less.overhead.value());
    if (less.headroom) RC_ASSERT(now.headroom->value() <= less.headroom->value());
  }));
}

TEST(ContainerProperty, ALaterKillNeverLowers) {
  EXPECT_TRUE(rc::check([] {
    const ContainerFacts facts = AnyFacts();
    std::vector<MemoryBin> bins = AnyBins();
    MemoryBin& last = bins.emplace_back();
    const ContainerEstimate before = Estimate(bins, facts);
    last.oom_kills = 1;
    if (Int(0, 1) == 1) last.killed_limit = Mib(Int(1, 5000));
    RC_ASSERT(Estimate(bins, facts).wanted_limit >= before.wanted_limit);
  }));
}

TEST(ContainerProperty, AFloorExpires) {
  EXPECT_TRUE(rc::check([] {
    const ContainerFacts facts = AnyFacts();
    std::vector<MemoryBin> bins = AnyBins();
    for (absl::Duration age; age < ContainerGoals().floor_expiry; age += facts.bin) bins.emplace_back();
    const ContainerEstimate estimate = Estimate(bins, facts);
    RC_ASSERT(!estimate.floor.has_value());
    for (MemoryBin& bin : bins) bin.oom_kills = 0;
    RC_ASSERT(Estimate(bins, facts).wanted_limit == estimate.wanted_limit);
  }));
}

// A lever that is named suffices: the limit that it makes holds what is wanted.
TEST(ContainerProperty, TheLeverDoesIt) {
  EXPECT_TRUE(rc::check([] {
    const ContainerFacts facts = AnyFacts();
    const ContainerGoals goals = AnyGoals();
    const ContainerEstimate estimate = Estimate(AnyBins(), facts, goals);
    const double factor = static_cast<double>(facts.limit.value()) / static_cast<double>(facts.parts.Process().value());
    const double wanted = static_cast<double>(estimate.wanted_limit.value());
    const double raised = static_cast<double>((facts.parts.Bounded() + estimate.overhead).value()) * factor;
    switch (estimate.lever) {
      case ContainerLever::kNone:
        RC_ASSERT(estimate.wanted_limit <= facts.limit);
        break;
      case ContainerLever::kJvmOverhead:
        RC_ASSERT(raised >= wanted - 1);
        RC_ASSERT(estimate.overhead > facts.parts.overhead);
        break;
      case ContainerLever::kManaged:
        RC_ASSERT(*estimate.managed < facts.parts.managed);
        RC_ASSERT(estimate.overhead - facts.parts.overhead >= facts.parts.managed - *estimate.managed);
        break;
      case ContainerLever::kLimitFactor:
        RC_ASSERT(0.01 * *estimate.limit_factor_hundredths * static_cast<double>(facts.parts.Process().value()) >=
                  wanted * (1 - 1e-9));
        break;
      case ContainerLever::kMorePods:
        RC_ASSERT(*estimate.pods_factor > 1);
        break;
    }
    RC_ASSERT((estimate.cause == ContainerCause::kNone) == (estimate.lever == ContainerLever::kNone));
  }));
}

}  // namespace
}  // namespace tune
