#include "service/api/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace tune {
namespace {

TEST(Workers, RunAllThatWasHandedInBeforeTheyGo) {
  std::atomic<int> done = 0;
  {
    Workers workers(2);
    for (int i = 0; i < 100; ++i) workers.Run([&] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

TEST(Workers, WorkSideBySide) {
  Workers workers(2);
  std::promise<void> met, seen;
  workers.Run([&] {
    met.get_future().wait();
    seen.set_value();
  });
  workers.Run([&] { met.set_value(); });  // with one thread alone this would never come
  seen.get_future().wait();
}

}  // namespace
}  // namespace tune
