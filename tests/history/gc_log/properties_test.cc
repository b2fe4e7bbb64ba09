// What holds for every log: cut anywhere, put together, packed, damaged.
#include <zlib.h>

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/history/gc_log/collect_log.h"
#include "tests/history/gc_log/sample_logs.h"

namespace tune {
namespace {

struct Sample {
  const char* name;
  const char* text;
};
const Sample kSamples[] = {
    {"G1", kG1Unified},        {"SerialNested", kSerialNested},       {"Parallel", kParallelUnified},
    {"Z", kZUnified},          {"ZGenerational", kZGenerational},     {"Shenandoah", kShenandoahUnified},
    {"Cms", kCmsUnified},      {"ParallelClassic", kParallelClassic}, {"CmsClassic", kCmsClassic},
    {"G1Classic", kG1Classic}, {"SerialClassic", kSerialClassic}};

std::string Gzip(const std::string& text) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

class EveryLog : public testing::TestWithParam<Sample> {};

// The last collection of a cut log may lack what a later line tells of it; and cycles of Shenandoah and CMS, whose end
// no line tells, end with the log. Everything before is what the whole log tells.
TEST_P(EveryLog, CutAtAnyByteItTellsABeginningOfItsCollections) {
  const std::string text = GetParam().text;
  const ReadLog whole = ReadLogText(text);
  for (size_t size = 0; size < text.size(); ++size) {
    const ReadLog part = ReadLogText(text.substr(0, size));
    ASSERT_LE(part.collections.size(), whole.collections.size()) << "cut at byte " << size;
    for (size_t i = 0; i + 2 < part.collections.size(); ++i) {
      ASSERT_EQ(CollectionText(part.collections[i]), CollectionText(whole.collections[i])) << "cut at byte " << size;
    }
    for (const Collection& c : part.Of(CollectionKind::kFull)) {
      ASSERT_THAT(whole.Of(CollectionKind::kFull),
                  testing::Contains(testing::ResultOf([](const Collection& w) { return w.pause_s; }, c.pause_s)))
          << "cut at byte " << size;
    }
  }
}

TEST_P(EveryLog, WithItsBeginningMissingItNeverFails) {
  const std::string text = GetParam().text;
  const ReadLog whole = ReadLogText(text);
  for (size_t from = 0; from < text.size(); from += 7) {
    const ReadLog part = ReadLogText(text.substr(from));
    ASSERT_LE(part.collections.size(), whole.collections.size()) << "from byte " << from;
  }
}

TEST_P(EveryLog, TwiceAfterEachOtherItIsTwoJvms) {
  const std::string text = GetParam().text;
  const ReadLog once = ReadLogText(text);
  const ReadLog twice = ReadLogText(text + text);
  ASSERT_EQ(twice.collections.size(), 2 * once.collections.size());
  for (size_t i = 0; i < once.collections.size(); ++i) {
    const Collection& again = twice.collections[i + once.collections.size()];
    EXPECT_EQ(CollectionText(again), CollectionText(once.collections[i]));
    EXPECT_EQ(again.uptime_s, once.collections[i].uptime_s);
  }
  if (*once.outline.last_uptime_s - *once.outline.first_uptime_s > 1 || std::string(text).find("Using") != text.npos) {
    EXPECT_EQ(twice.outline.restarts, 1);
    EXPECT_EQ(twice.collections.back().jvm, 1);
  }
}

TEST_P(EveryLog, ReadsTheSameWithOtherLineEndsAndPacked) {
  const std::string text = GetParam().text;
  const std::vector<Collection> plain = ReadLogText(text).collections;
  std::string windows;
  for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
  const std::vector<std::string> forms = {windows, Gzip(text), "\xEF\xBB\xBF" + text, text.substr(0, text.size() - 1)};
  for (const std::string& form : forms) {
    const ReadLog log = ReadLogText(form);
    ASSERT_EQ(log.collections.size(), plain.size());
    for (size_t i = 0; i < plain.size(); ++i) {
      EXPECT_EQ(CollectionText(log.collections[i]), CollectionText(plain[i]));
    }
  }
}

TEST_P(EveryLog, GoesOnBehindGarbage) {
  const std::string text = GetParam().text;
  const size_t middle = text.find('\n', text.size() / 2) + 1;
  using std::string_literals::operator""s;
  const std::string garbage = std::string(200'000, 'x') + "\n\0\x01\x02 binary\n"s + "a\0b\n"s + "\xff\n";
  const ReadLog log = ReadLogText(text.substr(0, middle) + garbage + text.substr(middle));
  ASSERT_TRUE(log.status.ok()) << log.status;
  EXPECT_EQ(log.outline.left_out.at("lines of more than 64 KiB"), 1);
  EXPECT_EQ(log.outline.left_out.at("lines with a NUL byte"), 2);
  EXPECT_EQ(log.collections.size(), ReadLogText(text).collections.size());
}

TEST_P(EveryLog, SurvivesRandomDamage) {
  const std::string text = GetParam().text;
  std::mt19937_64 random(20241121);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = text;
    for (int k = 0; k < 20; ++k) damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
    ReadLogText(damaged);
  }
}

INSTANTIATE_TEST_SUITE_P(GcLog, EveryLog, testing::ValuesIn(kSamples),
                         [](const auto& named) { return std::string(named.param.name); });

RC_GTEST_PROP(GcLogProperty, OrderOfDecoratorsDoesNotMatter, ()) {
  std::vector<std::string> decorators = {
      "[2022-11-10T03:37:29.443-0800]", "[12.345s]", "[Host]", "[4711]", "[info ]", "[gc,start   ]"};
  const auto priority = *rc::gen::container<std::vector<int>>(decorators.size(), rc::gen::arbitrary<int>());
  std::vector<std::pair<int, std::string>> sorted;
  for (size_t i = 0; i < decorators.size(); ++i) sorted.emplace_back(priority[i], decorators[i]);
  std::sort(sorted.begin(), sorted.end());
  std::string prefix;
  for (const auto& [key, decorator] : sorted) prefix += decorator;
  const ReadLog log = ReadLogText(prefix + " GC(3) Pause Full (Ergonomics) 900M->7M(26M) 134.764ms\n");
  RC_ASSERT(log.collections.size() == 1u);
  RC_ASSERT(log.collections[0].uptime_s == 12.345);
  RC_ASSERT(log.collections[0].time_ms == 1668080249443);
}

TEST(GcLogTest, KeepsWhatCameBeforeTheCutInGzip) {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    absl::StrAppend(&text, "[", i, ".5s][info][gc] GC(", i, ") Pause Full (Ergonomics) 64M->", i * 7919 % 60,
                    "M(85M) 10.0ms\n");
  }
  const std::string packed = Gzip(text);
  const ReadLog log = ReadLogText(packed.substr(0, packed.size() / 2));
  ASSERT_TRUE(log.status.ok()) << log.status;
  EXPECT_GT(log.collections.size(), 500u);
  EXPECT_LT(log.collections.size(), 2000u);
  EXPECT_TRUE(log.outline.cut_off);
  EXPECT_THAT(log.outline.warnings, testing::Contains(testing::HasSubstr("cut off")));
}

TEST(GcLogTest, ALogThatEndsInsideACollectionIsCutOff) {
  const std::string text = kParallelUnified;
  EXPECT_FALSE(ReadLogText(text).outline.cut_off);
  EXPECT_TRUE(ReadLogText(text.substr(0, text.find("PSYoungGen"))).outline.cut_off);
  const std::string classic = kParallelClassic;
  EXPECT_TRUE(ReadLogText(classic.substr(0, classic.find("40960K)]"))).outline.cut_off);
}

TEST(GcLogTest, RefusesWhatIsNoGcLog) {
  using testing::HasSubstr;
  EXPECT_THAT(std::string(ReadLogText("").status.message()), HasSubstr("gc.log: no line of a garbage collector's log"));
  EXPECT_THAT(std::string(ReadLogText("a,b\n1,2\n").status.message()), HasSubstr("of 2 lines"));
  EXPECT_THAT(std::string(ReadLogText(std::string("\xFF\xFE[\0", 4)).status.message()), HasSubstr("UTF-16"));
  EXPECT_THAT(std::string(ReadLogText("<?xml version=\"1.0\" ?>\n<verbosegc>\n").status.message()),
              HasSubstr("OpenJ9"));
}

}  // namespace
}  // namespace tune
