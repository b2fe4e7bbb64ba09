#include "tests/cli/plot_page.h"

#include <gtest/gtest.h>

#include "libtune/cli/plot_html.h"

namespace tune {

std::string Page(const JobWindow& window, const TuningPolicy& policy) {
  const auto recommendation = Recommend(window, policy);
  EXPECT_TRUE(recommendation.ok()) << recommendation.status();
  const auto page = PlotHtml({window, *recommendation, policy});
  EXPECT_TRUE(page.ok()) << page.status();
  return page.value_or("");
}

JobWindowMaker TwoOperators(int bins, const std::string& map, double rate) {
  JobWindowMaker maker(bins);
  const int source = maker.AddSource("source", rate);
  maker.Connect(source, maker.Add(map, {.parallelism = 2,
                                        .rate_in = rate,
                                        .rate_out = rate / 10,
                                        .seconds_per_record = 0.002,
                                        .shares = {0.6, 0.4},
                                        .backpressured_fraction = 0.25}));
  return maker;
}

PageData::PageData(const std::string& page) {
  const std::string mark = "<script type=\"application/json\" id=\"data\">";
  const size_t start = page.find(mark) + mark.size();
  text_ = page.substr(start, page.find("</script>", start) - start);
  const auto error = parser_.parse(text_).get(root_);
  EXPECT_EQ(error, simdjson::SUCCESS) << error;
}

}  // namespace tune
