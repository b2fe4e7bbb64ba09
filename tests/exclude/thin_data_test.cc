// How much must be seen of a vertex before it is sized.
#include <gtest/gtest.h>

#include "tests/support/answer.h"

namespace tune {
namespace {

// A map that was seen for so many seconds, so many of them past the warm-up, and took so many records. The policy asks
// for 100 s and 100 records.
struct Seen {
  const char* name;
  double covered_s, warm_s, records;
  std::optional<FindingKind> want;
};
void PrintTo(const Seen& c, std::ostream* out) { *out << c.name; }

JobWindow WithMap(double covered_s, double warm_s, double records) {
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.001, 1));
  window.bin = absl::Hours(24);
  std::vector<Bin>& bins = window.vertices[1].bins;
  bins.assign(bins.size(), Bin{});
  bins[3] = {covered_s, records, 0, covered_s, 1, 0, warm_s};
  return window;
}

TuningPolicy Policy() {
  TuningPolicy policy = PlainPolicy();
  policy.min_coverage = absl::Seconds(100);
  policy.min_records = 100;
  return policy;
}

class SeenTest : public testing::TestWithParam<Seen> {};

TEST_P(SeenTest, IsEnoughOrSaysWhatIsMissing) {
  const Seen& c = GetParam();
  const JobRecommendation job = MustRecommend(WithMap(c.covered_s, c.warm_s, c.records), Policy());
  EXPECT_EQ(job.vertices[1].verdict == Verdict::kThinData, c.want.has_value());
  EXPECT_EQ(HasStep(job, "exclude.thin_data", 1), c.want.has_value());
  for (const FindingKind kind : {FindingKind::kThinData, FindingKind::kWarmingUp}) {
    EXPECT_EQ(FindingOf(job, kind) != nullptr, kind == c.want);
  }
}

INSTANTIATE_TEST_SUITE_P(Amounts, SeenTest,
                         testing::Values(Seen{"Enough", 1000, 1000, 5000, std::nullopt},
                                         Seen{"JustEnoughTime", 100, 100, 5000, std::nullopt},
                                         Seen{"TooShort", 99.9, 99.9, 5000, FindingKind::kThinData},
                                         Seen{"HalfPastTheWarmUp", 200, 50, 5000, std::nullopt},
                                         Seen{"LessPastTheWarmUp", 200, 49.9, 5000, FindingKind::kWarmingUp},
                                         Seen{"JustEnoughRecords", 1000, 1000, 100, std::nullopt},
                                         Seen{"TooFewRecords", 1000, 1000, 99, FindingKind::kThinData},
                                         Seen{"FewRecordsOfALongTimeAreASlowStream", 3000, 3000, 99, std::nullopt},
                                         Seen{"NotYetLong", 2999, 2999, 99, FindingKind::kThinData},
                                         Seen{"NoRecordsAtAll", 3000, 3000, 0, FindingKind::kThinData}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ThinData, OfASourceCountsWhatItGives) {
  JobWindow window = SourceAndMap(100, MapOptions(100, 0.001, 1));
  EXPECT_EQ(MustRecommend(window, Policy()).vertices[0].verdict, Verdict::kEstimated);
  for (Bin& bin : window.vertices[0].bins) std::swap(bin.records_in, bin.records_out);
  EXPECT_EQ(MustRecommend(window, Policy()).vertices[0].verdict, Verdict::kThinData);
}

TEST(Confidence, GrowsFromTenMinutesToADay) {
  const auto after = [](double seconds) {
    return MustRecommend(WithMap(seconds, seconds, 5000), Policy()).vertices[1].confidence;
  };
  EXPECT_EQ(after(599), Confidence::kLow);
  EXPECT_EQ(after(600), Confidence::kMedium);
  EXPECT_EQ(after(86399), Confidence::kMedium);
  EXPECT_EQ(after(86400), Confidence::kHigh);
}

}  // namespace
}  // namespace tune
