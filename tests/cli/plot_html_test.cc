#include "libtune/cli/plot_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/cli/plot_page.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(PlotHtml, ShowsRatesAndTimeSharesByBin) {
  const PageData data(Page(TwoOperators().Build()));
  EXPECT_EQ(data.Number(0, "series/rate/v/0"), 300);  // a source's out rate
  EXPECT_EQ(data.Number(1, "series/rate/v/9"), 300);  // the others' in rate
  EXPECT_EQ(data.Number(1, "series/busy/v/0"), 0.3);  // 300 records/s * 2 ms / 2 subtasks
  EXPECT_EQ(data.Number(1, "series/pressed/v/0"), 0.25);
  EXPECT_EQ(data.Size(1, "series/rate/v"), 10u);
  EXPECT_EQ(data.Number(1, "demand"), 300);
  EXPECT_EQ(data.Number(1, "seconds_per_record"), 0.002);
}

TEST(PlotHtml, DividesByTheSecondsSeenAndLeavesHolesNull) {
  JobWindowMaker maker = TwoOperators();
  std::vector<Bin>& bins = maker.window().vertices[1].bins;
  bins[3] = Bin{};
  bins[4].covered_s = 30;  // 300 * 60 records in 30 s
  bins[5].task_s = 0;      // records seen, busy time not
  const PageData data(Page(maker.Build()));
  EXPECT_TRUE(data.IsNull(1, "series/rate/v/3"));
  EXPECT_EQ(data.Number(1, "series/rate/v/4"), 600);
  EXPECT_EQ(data.Number(1, "series/rate/v/5"), 300);
  EXPECT_TRUE(data.IsNull(1, "series/busy/v/3"));
  EXPECT_TRUE(data.IsNull(1, "series/busy/v/5"));
  EXPECT_TRUE(data.IsNull(1, "series/pressed/v/5"));
}

TEST(PlotHtml, SaysNothingOfAnOperatorThatWasNeverSeen) {
  JobWindowMaker maker = TwoOperators();
  for (Bin& bin : maker.window().vertices[1].bins) bin = Bin{};
  maker.window().vertices[1].subtasks.clear();
  const PageData data(Page(maker.Build()));
  EXPECT_TRUE(data.IsNull(1, "series/rate"));
  EXPECT_TRUE(data.IsNull(1, "series/busy"));
  EXPECT_TRUE(data.IsNull(1, "subtasks"));
  EXPECT_TRUE(data.IsNull(1, "capacity_wanted"));
}

TEST(PlotHtml, ShowsProductionAndLagOfASourceWithOffsets) {
  JobWindowMaker maker = TwoOperators(3);
  maker.SetProduction(0, {310, 320, 330});
  maker.window().sources[0].bins[1].covered_s = 0;
  maker.window().sources[0].bins[2].lag_records = 7;
  const PageData data(Page(maker.Build()));
  EXPECT_EQ(data.Text(0, "demand_from"), "offsets");
  EXPECT_EQ(data.Number(0, "series/produced/v/0"), 310);
  EXPECT_TRUE(data.IsNull(0, "series/produced/v/1"));
  EXPECT_TRUE(data.IsNull(0, "series/lag/v/1"));
  EXPECT_EQ(data.Number(0, "series/lag/v/2"), 7);
}

TEST(PlotHtml, ShowsWhatTheWantedSizeCarries) {
  JobWindowMaker maker = TwoOperators();
  maker.window().graph.vertices[1].max_parallelism = 120;
  maker.SetProduction(0, std::vector<double>(10, 2400));  // 2400 records/s * 2 ms = 4.8: five subtasks
  const PageData data(Page(maker.Build()));
  EXPECT_EQ(data.Number(1, "now"), 2);
  EXPECT_EQ(data.Number(1, "wanted"), 5);
  EXPECT_NEAR(data.Number(1, "capacity_now"), 2 / 0.002, 1);
  EXPECT_NEAR(data.Number(1, "capacity_wanted"), 5 / 0.002, 1);
}

TEST(PlotHtml, CarriesTheSameAtAnEqualSize) {
  // Safe side, measured shares: the two ways to the number must meet. 600 * 2 ms * 60 % = 0.72 of at most 0.8 busy.
  const PageData data(Page(TwoOperators(10, "map", 600).Build(), TuningPolicy()));
  ASSERT_EQ(data.Number(1, "now"), data.Number(1, "wanted"));
  EXPECT_NEAR(data.Number(1, "capacity_wanted") / data.Number(1, "capacity_now"), 1, 1e-4);
  EXPECT_LT(data.Number(1, "capacity_now"), 1 / (0.002 * 0.6) + 1);  // the busiest has 60 %
}

TEST(PlotHtml, ShowsEachSubtasksShare) {
  const PageData data(Page(TwoOperators().Build()));
  EXPECT_EQ(data.Number(1, "subtasks/of"), 2);
  EXPECT_EQ(data.Number(1, "subtasks/share/0"), 0.6);
  EXPECT_EQ(data.Number(1, "subtasks/share/1"), 0.4);
  EXPECT_EQ(data.job("skew_ratio").get_double().value(), 1.2);
}

TEST(PlotHtml, KeepsTheBusiestOfVeryManySubtasks) {
  JobWindowMaker maker(3);
  const int source = maker.AddSource("source", 300);
  VertexOptions wide{
      .parallelism = 1000, .max_parallelism = 1000, .rate_in = 300, .shares = std::vector<double>(1000, 0.5 / 999)};
  wide.shares[777] = 0.5;
  maker.Connect(source, maker.Add("wide", wide));
  const PageData data(Page(maker.Build()));
  EXPECT_EQ(data.Number(1, "subtasks/of"), 1000);
  EXPECT_EQ(data.Size(1, "subtasks/share"), 200u);
  EXPECT_EQ(data.Number(1, "subtasks/index/0"), 777);
  EXPECT_EQ(data.Number(1, "subtasks/share/0"), 0.5);
}

TEST(PlotHtml, PutsFindingsUnderTheirOperator) {
  JobWindowMaker maker = TwoOperators();
  TuningPolicy policy = PlainPolicy();
  policy.slow_record = absl::Milliseconds(1);  // the map takes 2 ms
  const PageData data(Page(maker.Build(), policy));
  ASSERT_GE(data.Size(1, "findings"), 1u);
  EXPECT_THAT(data.Text(1, "findings/0/kind"), HasSubstr("slow"));
  EXPECT_THAT(data.Text(1, "findings/0/text"), Not(HasSubstr("map:")));
  EXPECT_EQ(data.Size(0, "findings"), 0u);
}

class HostileTextTest : public testing::TestWithParam<std::string> {};
TEST_P(HostileTextTest, StaysData) {
  const std::string& hostile = GetParam();
  JobWindow window = TwoOperators(10, hostile).Build();
  window.facts.job_name = hostile;
  TuningPolicy policy = PlainPolicy();
  policy.name = hostile;
  const std::string page = Page(window, policy), plain = Page(TwoOperators().Build());
  for (const std::string tag : {"<script", "</script", "<!--", "-->", "<title", "<img", "<b>"}) {
    EXPECT_EQ(Count(page, tag), Count(plain, tag)) << tag;
  }
  const PageData data(page);
  EXPECT_EQ(data.Text(1, "name"), hostile);
  EXPECT_EQ(data.job("job").get_string().value(), hostile);
  EXPECT_EQ(data.job("policy").get_string().value(), hostile);
  EXPECT_EQ(data.text().find_first_of("<>&"), std::string::npos);
  for (const char c : data.text()) ASSERT_TRUE(c >= 0x20 && c < 0x7f);
}
INSTANTIATE_TEST_SUITE_P(PlotHtml, HostileTextTest,
                         testing::Values("</script><script>alert(1)</script>", "<!--<script>",
                                         "--><img src=x onerror=f()>", "</title><b>", "\" onload=\"f()",
                                         "it's \\ \"quoted\" \\u003c &lt;",
                                         "line\xE2\x80\xA8separator\xE2\x80\xA9paragraph", "tab\tnew\nline\x01",
                                         "{{script}}{{data}}{{chart.js}}", "\xF0\x9F\x98\x80 r\xC3\xA9sum\xC3\xA9"));

TEST(PlotHtml, ReplacesWhatIsNotUtf8) {
  const PageData data(Page(TwoOperators(10,
                                        "a\xff"
                                        "b")
                               .Build()));
  EXPECT_EQ(data.Text(1, "name"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(PlotHtml, NamesAnOperatorWithoutNameByItsId) {
  JobWindowMaker maker = TwoOperators();
  maker.window().graph.vertices[1].name.clear();
  EXPECT_EQ(PageData(Page(maker.Build())).Text(1, "name"), "map");
}

TEST(PlotHtml, NeedsNothingFromOutside) {
  const std::string page = Page(TwoOperators().Build());
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("Chart.js v3."));
  EXPECT_THAT(page, HasSubstr("Released under the MIT License"));
  EXPECT_THAT(page, HasSubstr("Permission is hereby granted"));
  for (const std::string outside : {"<link", "<script src", "@import", "<iframe", "{{"}) {
    EXPECT_EQ(Count(page, outside), 0u) << outside;
  }
  EXPECT_THAT(page, HasSubstr("</html>"));
}

TEST(PlotHtml, IsTheSameForTheSameInput) { EXPECT_EQ(Page(TwoOperators().Build()), Page(TwoOperators().Build())); }

TEST(PlotHtml, ThinsAWeekOutButKeepsItsPeak) {
  JobWindowMaker maker = TwoOperators(10080);
  maker.window().vertices[1].bins[5003].records_in = 60 * 9999;
  maker.window().vertices[1].bins[7001].records_in = 60 * 3;
  const PageData data(Page(maker.Build()));
  ASSERT_LE(data.Size(1, "series/rate/v"), 1500u);
  ASSERT_EQ(data.Size(1, "series/rate/i"), data.Size(1, "series/rate/v"));
  bool peak = false, dip = false;
  for (size_t i = 0; i < data.Size(1, "series/rate/v"); ++i) {
    const std::string at = std::to_string(i);
    const double value = data.Number(1, "series/rate/v/" + at), index = data.Number(1, "series/rate/i/" + at);
    peak = peak || (value == 9999 && index == 5003);
    dip = dip || (value == 3 && index == 7001);
  }
  EXPECT_TRUE(peak);
  EXPECT_TRUE(dip);
}

TEST(PlotHtml, DrawsTwoHundredOperatorsOfAWeek) {
  JobWindowMaker maker(10080);
  const int source = maker.AddSource("source", 300);
  for (int i = 1; i < 200; ++i) {
    maker.Connect(source,
                  maker.Add("map " + std::to_string(i), {.parallelism = 2, .rate_in = 300, .shares = {0.5, 0.5}}));
  }
  const std::string page = Page(maker.Build());
  EXPECT_LT(page.size(), 20u << 20);
  EXPECT_EQ(PageData(page).job("operators").get_array().value().size(), 200u);
}

TEST(PlotHtml, RefusesWhatDoesNotFitTogether) {
  const JobWindow window = TwoOperators().Build();
  JobRecommendation other = *Recommend(window, PlainPolicy());
  other.vertices.pop_back();
  other.findings.emplace_back().vertex = 2;
  const absl::Status status = PlotHtml({window, other, TuningPolicy()}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("recommendation.vertices = 1; allowed: 2 entries"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("].vertex = 2; allowed: [-1, 2)"));
}

TEST(PlotHtml, RefusesWindowsThatCannotBeDrawn) {
  JobWindow window = TwoOperators().Build();
  const JobRecommendation recommendation = *Recommend(window, PlainPolicy());
  window.start = absl::FromUnixSeconds(300'000'000'000);  // the year 11476
  EXPECT_THAT(std::string(PlotHtml({window, recommendation, TuningPolicy()}).status().message()),
              HasSubstr("window.start = "));
  window.start = absl::UnixEpoch();
  window.length = absl::Hours(24 * 366 * 9000);
  EXPECT_THAT(std::string(PlotHtml({window, recommendation, TuningPolicy()}).status().message()),
              HasSubstr("window.length = "));
  window.length = absl::Minutes(10);
  window.vertices[1].bins[7].busy_s = kNaN;
  EXPECT_THAT(std::string(PlotHtml({window, recommendation, TuningPolicy()}).status().message()),
              HasSubstr("busy_s = nan"));
}

TEST(PlotHtml, RefusesAPolicyOutOfRange) {
  const JobWindow window = TwoOperators().Build();
  const JobRecommendation recommendation = *Recommend(window, PlainPolicy());
  TuningPolicy policy;
  for (const double ratio : {0.99, kNaN, std::numeric_limits<double>::infinity()}) {
    policy.skew_ratio = ratio;
    EXPECT_THAT(std::string(PlotHtml({window, recommendation, policy}).status().message()),
                HasSubstr("policy.skew_ratio = "));
  }
  policy.skew_ratio = 1;
  EXPECT_TRUE(PlotHtml({window, recommendation, policy}).ok());
}

}  // namespace
}  // namespace tune
