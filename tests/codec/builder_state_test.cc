// A builder that was saved and restored goes on as the one that was not: by the bytes of its window and of the answer.
#include <gmock/gmock.h>

#include "libtune/codec/json.h"
#include "libtune/codec/window_codec.h"
#include "libtune/codec/wire.h"
#include "tests/support/any_samples.h"
#include "tune/recommend.h"

namespace tune {
namespace {

std::string BytesOf(WindowBuilder& builder) { return SerializeDeterministic(ToProto(builder.Window())); }

std::string AnswerOf(WindowBuilder& builder) {
  const TuningPolicy policy;
  const JobWindow& window = builder.Window();
  const auto job = Recommend(window, policy);
  if (!job.ok()) return std::string(job.status().message());
  const auto json = ToJson(*job, window, policy, JsonStyle::kCompact);
  return json.ok() ? *json : std::string(json.status().message());
}

WindowBuilder MustRestore(const std::string& bytes) {
  auto builder = WindowBuilder::Restore(bytes);
  EXPECT_TRUE(builder.ok()) << builder.status();
  return *std::move(builder);
}

WindowOptions OptionsOf(uint64_t seed) {
  WindowOptions options;
  if (seed % 3 == 1) {  // forgets bins, chunks and processes in the middle of it
    options.bin = absl::Seconds(7);
    options.horizon = absl::Minutes(5);
  }
  if (seed % 3 == 2) {
    options.bin = absl::Seconds(1);
    options.horizon = absl::Minutes(20);
    options.warm_up = absl::Seconds(3);
    options.process_warm_up = absl::Seconds(10);
  }
  return options;
}

void RunStream(uint64_t seed, int count) {
  AnySamples samples(seed);
  auto created = WindowBuilder::Create(samples.graph(), samples.facts(), OptionsOf(seed));
  ASSERT_TRUE(created.ok()) << created.status();
  WindowBuilder plain = *std::move(created);
  WindowBuilder restored = MustRestore(plain.Save());
  std::mt19937_64 random(seed);
  for (int i = 0; i < count; ++i) {
    const AnySample sample = samples.Next();
    ASSERT_EQ(Add(plain, sample), Add(restored, sample)) << i;
    if (random() % 60 == 0) {
      const std::string bytes = plain.Save();
      ASSERT_EQ(restored.Save(), bytes) << i;
      restored = MustRestore(bytes);
      ASSERT_EQ(restored.Save(), bytes) << i;
    }
    // Asking for the window changes what is remembered of processes: both are asked, sometimes right after Restore().
    if (random() % 90 == 0) {
      ASSERT_EQ(BytesOf(restored), BytesOf(plain)) << i;
    }
  }
  ASSERT_EQ(BytesOf(restored), BytesOf(plain));
  ASSERT_EQ(AnswerOf(restored), AnswerOf(plain));
  ASSERT_THAT(AnswerOf(plain), testing::HasSubstr("computed_from"));  // an answer, no error
}

TEST(BuilderStateProperty, ARestoredBuilderGoesOnAsTheSavedOneWould) {
  for (uint64_t seed = 0; seed < 60 && !testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RunStream(seed, 3000);
  }
}

}  // namespace
}  // namespace tune
