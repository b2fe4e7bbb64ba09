#include "libtune/history/plain_points.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/history/numbers.h"

namespace tune {
namespace {

// What is taken from the start of `pairs`, one word each, and what is left.
std::string Take(const std::string& pairs, size_t most = 10) {
  std::vector<PrometheusPoint> points;
  size_t at = 0;
  TakePlainPoints(pairs, most, at, points);
  std::string out;
  for (const PrometheusPoint& point : points) absl::StrAppend(&out, point.time_ms, "=", FormatNumber(point.value), " ");
  return out + "|" + pairs.substr(at);
}

TEST(PlainPointsTest, TakesWhatPrometheusWrites) {
  EXPECT_EQ(Take(R"([1700000000.781,"42"],[1700000015.781,"1.5"])"), "1700000000781=42 1700000015781=1.5 |");
  EXPECT_EQ(Take(R"([0,"-0.25"],[0.5,"0"],[12345678,"007"],[1.7e9,"1"])"),
            "0=-0.25 500=0 12345678000=7 |[1.7e9,\"1\"]");
  EXPECT_EQ(Take(R"([1,"1e+06"],[2,"NaN"],[3,"0.1234567890123456789"],[4,"123456789012345678901"])"),
            "1000=1e+06 2000=nan 3000=0.12345678901234568 4000=123456789012345683968 |");
  EXPECT_EQ(Take(" [ 1 , \"2\" ] ,\n[3, \"4\"] "), "1000=2 3000=4 |");
}

TEST(PlainPointsTest, StopsAtTheNumberAskedFor) {
  EXPECT_EQ(Take(R"([1,"2"],[3,"4"],[5,"6"])", 2), R"(1000=2 3000=4 |[5,"6"])");
}

TEST(PlainPointsTest, LeavesEverythingElseAsItIs) {
  for (const char* other : {"",
                            "[",
                            "[1",
                            "[1,",
                            "[1,\"",
                            "[1,\"2",
                            "[1,\"2\"",
                            R"([1,"2"],)",
                            R"([1,"2"];[3,"4"])",
                            R"([1,"2"] x)",
                            R"([01,"2"])",
                            R"([1.,"2"])",
                            R"([.5,"2"])",
                            R"([-1,"2"])",
                            R"([+1,"2"])",
                            R"([99999999999999999999,"2"])",
                            R"([1,2])",
                            R"([1,""])",
                            R"([1,"-"])",
                            R"([1,"1 "])",
                            R"([1," 1"])",
                            R"([1,"+Inf"])",
                            R"([1,"1e999"])",
                            R"-([1,"nan(x)"])-",
                            R"([1,"0x10"])",
                            R"([1,"4\u0032"])",
                            R"([1,"2",3])",
                            R"(["1","2"])",
                            R"([1 2,"2"])"}) {
    EXPECT_EQ(Take(other), absl::StrCat("|", other));
  }
}

TEST(PlainPointsTest, NeverReadsPastTheEnd) {
  const std::string pairs = R"([1700000000.781,"1234567890123"],[1700000015.781,"9e5"])";
  for (size_t size = 0; size < pairs.size(); ++size) {
    const std::string cut = pairs.substr(0, size);  // a buffer of its own, which AddressSanitizer watches
    EXPECT_TRUE(Take(cut).ends_with("|" + cut) || Take(cut).starts_with("1700000000781=1234567890123 |")) << cut;
  }
}

// One to eighteen digits, perhaps with a point.
std::string RandomDecimal() {
  std::string text;
  const int digits = *rc::gen::inRange(1, 19);
  for (int i = 0; i < digits; ++i) text += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  if (*rc::gen::arbitrary<bool>()) text.insert(static_cast<size_t>(*rc::gen::inRange(1, digits + 1)), ".5");
  return text;
}

TEST(PlainPointsProperty, RoundsAsTheLibraryDoes) {
  rc::check([] {
    const std::string value = (*rc::gen::arbitrary<bool>() ? "-" : "") + RandomDecimal();
    std::vector<PrometheusPoint> points;
    size_t at = 0;
    TakePlainPoints(absl::StrCat("[1,\"", value, "\"]"), 1, at, points);
    RC_ASSERT(points.size() == 1u);
    RC_ASSERT(points[0].value == std::strtod(value.c_str(), nullptr));
  });
}

TEST(PlainPointsProperty, GivesTheTimesThatTheJsonParserGives) {
  rc::check([] {
    const std::string time = absl::StrCat(*rc::gen::inRange(0, 2'000'000'000), ".", *rc::gen::inRange(0, 1'000'000));
    std::vector<PrometheusPoint> plain, by_json;
    size_t at = 0;
    TakePlainPoints(absl::StrCat("[", time, ",\"1\"]"), 1, at, plain);
    PointDecoder decoder;
    at = 0;
    const absl::Status status = decoder.Decode(absl::StrCat("[", time, ",\"+Inf\"]"), at, by_json);  // not plain
    RC_ASSERT(status.ok() && by_json.size() == 1u);
    RC_ASSERT(plain.size() == 1u && plain[0].time_ms == by_json[0].time_ms);
  });
}

}  // namespace
}  // namespace tune
