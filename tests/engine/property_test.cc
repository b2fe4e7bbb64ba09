// What must hold for every job: more of anything that costs never asks for fewer subtasks.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/job_window.h"

namespace tune {
namespace {

struct Chain {
  double rate, seconds_per_record, lag, target;
  int parallelism, key_groups;
  double hot;  // share of the busiest subtask beyond an even one
};

int Needed(const Chain& c) {
  JobWindowMaker maker(5);
  const int source = maker.AddSource("source", c.rate);
  VertexOptions o;
  o.parallelism = c.parallelism;
  o.max_parallelism = c.key_groups;
  o.rate_in = c.rate;
  o.seconds_per_record = c.seconds_per_record;
  o.shares.assign(static_cast<size_t>(c.parallelism), (1 - c.hot) / c.parallelism);
  o.shares[0] += c.hot;
  maker.Connect(source, maker.Add("map", o));
  JobWindow window = maker.Build();
  window.sources[0].kind = DemandKind::kGiven;
  window.sources[0].given = RecordsPerSecond(c.rate);
  window.sources[0].lag_records = c.lag;
  TuningPolicy policy;
  policy.target_busy_fraction = c.target;
  policy.slow_record = absl::InfiniteDuration();
  const absl::StatusOr<JobRecommendation> job = Recommend(window, policy);
  RC_ASSERT(job.ok());
  return job->vertices[1].needed;
}

Chain AnyChain() {
  Chain c;
  c.key_groups = *rc::gen::inRange(1, 1024);
  c.parallelism = *rc::gen::inRange(1, std::min(c.key_groups, 32) + 1);
  c.rate = *rc::gen::inRange(1, 1'000'000) / 10.0;
  c.seconds_per_record = *rc::gen::inRange(1, 100'000) / 1e6 * c.parallelism / c.rate;
  c.lag = *rc::gen::inRange(0, 1'000'000);
  c.target = *rc::gen::inRange(10, 101) / 100.0;
  c.hot = *rc::gen::inRange(0, 80) / 100.0;
  return c;
}

RC_GTEST_PROP(Recommend, MoreRateNeverAsksForFewerSubtasks, ()) {
  const Chain less = AnyChain();
  Chain more = less;
  more.rate *= 1 + *rc::gen::inRange(0, 300) / 100.0;
  more.seconds_per_record = less.seconds_per_record;
  RC_ASSERT(Needed(less) <= Needed(more));
}

RC_GTEST_PROP(Recommend, SlowerRecordsNeverAskForFewerSubtasks, ()) {
  const Chain less = AnyChain();
  Chain more = less;
  more.seconds_per_record *= 1 + *rc::gen::inRange(0, 300) / 100.0;
  RC_ASSERT(Needed(less) <= Needed(more));
}

RC_GTEST_PROP(Recommend, MoreLagNeverAsksForFewerSubtasks, ()) {
  const Chain less = AnyChain();
  Chain more = less;
  more.lag += *rc::gen::inRange(0, 1'000'000);
  RC_ASSERT(Needed(less) <= Needed(more));
}

RC_GTEST_PROP(Recommend, AHotterKeyNeverAsksForFewerSubtasks, ()) {
  Chain less = AnyChain();
  less.parallelism = std::max(3, less.parallelism);
  less.key_groups = 1024;
  less.hot = 0.5;
  Chain more = less;
  more.hot = 0.5 + *rc::gen::inRange(0, 40) / 100.0;
  RC_ASSERT(Needed(less) <= Needed(more));
}

RC_GTEST_PROP(Recommend, LessBusySubtasksAreNeverFewer, ()) {
  const Chain more = AnyChain();
  Chain less = more;
  less.target = more.target * *rc::gen::inRange(20, 101) / 100.0;
  RC_ASSERT(Needed(more) <= Needed(less));
}

RC_GTEST_PROP(Recommend, AnswerIsWithinTheKeyGroups, ()) {
  const Chain c = AnyChain();
  const int needed = Needed(c);
  RC_ASSERT(needed >= 1);
  RC_ASSERT(needed <= c.key_groups);
}

}  // namespace
}  // namespace tune
