#include "libtune/history/lines.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Lines {
  std::vector<std::string> list;
  absl::Status status;
};

Lines ReadLines(const ByteSource& source, Progress progress = nullptr) {
  Lines lines;
  auto reader = LineReader::Open(source, std::move(progress));
  lines.status = reader.status();
  while (lines.status.ok()) {
    const absl::StatusOr<bool> more = (*reader)->Next();
    lines.status = more.status();
    if (!more.ok() || !*more) break;
    lines.list.emplace_back((*reader)->line());
  }
  return lines;
}

Lines ReadBytes(const std::string& bytes) { return ReadLines(ByteSource::Memory("x.txt", bytes)); }

std::string ManyLines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, "line ", i, " ", i * 7919 % 10007, "\n");
  return text;
}

TEST(LineReaderTest, KeepsALastLineWithoutEnd) {
  EXPECT_THAT(ReadBytes("a\nb").list, ElementsAre("a", "b"));
  EXPECT_THAT(ReadBytes("a\nb\n").list, ElementsAre("a", "b"));
}

TEST(LineReaderTest, TakesOffCarriageReturns) {
  EXPECT_THAT(ReadBytes("a\r\n\r\nb\r").list, ElementsAre("a", "", "b"));
}

TEST(LineReaderTest, FindsNothingInAnEmptyFile) {
  const Lines lines = ReadBytes("");
  EXPECT_TRUE(lines.status.ok());
  EXPECT_TRUE(lines.list.empty());
}

TEST(LineReaderTest, UndoesGzipWhateverTheName) {
  const std::string text = ManyLines(100'000);  // more than one buffer
  const Lines lines = ReadBytes(Gzip(text));
  EXPECT_TRUE(lines.status.ok()) << lines.status;
  ASSERT_EQ(lines.list.size(), 100'000u);
  EXPECT_EQ(lines.list.back(), absl::StrCat("line 99999 ", 99'999 * 7919 % 10007));
}

TEST(LineReaderTest, ReadsGzipMembersAsOneText) {
  EXPECT_THAT(ReadBytes(Gzip("a\nb") + Gzip("c\nd\n")).list, ElementsAre("a", "bc", "d"));
}

TEST(LineReaderTest, IgnoresZerosBehindGzip) {
  const Lines lines = ReadBytes(Gzip("a\n") + std::string(700, '\0'));
  EXPECT_TRUE(lines.status.ok()) << lines.status;
  EXPECT_THAT(lines.list, ElementsAre("a"));
}

TEST(LineReaderTest, RefusesOtherBytesBehindGzip) {
  EXPECT_THAT(std::string(ReadBytes(Gzip("a\n") + "garbage").status.message()), HasSubstr("other bytes follow"));
}

TEST(LineReaderTest, SaysThatGzipIsCutOffAndAfterHowManyBytes) {
  const std::string whole = Gzip(ManyLines(1000));
  const std::string cut = whole.substr(0, whole.size() - 9);
  const absl::Status status = ReadBytes(cut).status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("x.txt: gzip data is cut off after"));
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(" ", cut.size(), " bytes read")));
}

TEST(LineReaderTest, NoticesEveryCutOfAGzipFile) {
  const std::string whole = Gzip(ManyLines(20));
  for (size_t size = 2; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadBytes(whole.substr(0, size)).status.ok()) << size << " of " << whole.size();
  }
}

TEST(LineReaderTest, NoticesDamagedGzip) {
  std::string bytes = Gzip(ManyLines(1000));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  EXPECT_THAT(std::string(ReadBytes(bytes).status.message()), HasSubstr("x.txt: gzip data is damaged"));
}

TEST(LineReaderTest, TellsABinaryFileByItsNulByte) {
  const absl::Status status = ReadBytes(std::string("a\nb\0c\n", 6)).status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("x.txt line 2: a NUL byte"));
}

TEST(LineReaderTest, RefusesALineOfMoreThan64MiB) {
  const std::string longest(kLongestLine, 'a');
  const Lines fits = ReadBytes("x\n" + longest + "\ny");
  EXPECT_TRUE(fits.status.ok()) << fits.status;
  ASSERT_EQ(fits.list.size(), 3u);
  EXPECT_EQ(fits.list[1].size(), kLongestLine);
  EXPECT_THAT(std::string(ReadBytes("x\n" + longest + "a\ny").status.message()),
              HasSubstr("x.txt line 2: longer than"));
  EXPECT_FALSE(ReadBytes(longest + "aa").status.ok());
}

TEST(LineReaderTest, ReportsProgressInStoredBytes) {
  const std::string bytes = Gzip(ManyLines(100'000));
  std::vector<std::pair<int64_t, int64_t>> seen;
  ReadLines(ByteSource::Memory("x", bytes), [&](int64_t done, int64_t total) { seen.emplace_back(done, total); });
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().first, static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(seen.back().second, static_cast<int64_t>(bytes.size()));
}

TEST(LineReaderTest, NamesAFileThatIsNotThere) {
  const absl::Status status = ReadLines(ByteSource::File("/no/such/file")).status;
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/no/such/file"));
  EXPECT_THAT(std::string(ReadLines(ByteSource::File("/")).status.message()), HasSubstr("is a folder"));
}

TEST(NumbersTest, ReadsWhatMetricSystemsWrite) {
  EXPECT_EQ(ParseNumber("2.652E10"), 2.652e10);
  EXPECT_EQ(ParseNumber("+4"), 4);
  EXPECT_EQ(ParseNumber("-1"), -1);
  EXPECT_TRUE(std::isnan(*ParseNumber("NaN")));
  EXPECT_TRUE(std::isinf(*ParseNumber("+Inf")));
  EXPECT_TRUE(std::isinf(*ParseNumber("1e999")));
  for (const char* wrong : {"", " 1", "1 ", "abc", "1,5", "0x10", "+-1", "nan(1)", "--1", "1e", "+"}) {
    EXPECT_FALSE(ParseNumber(wrong).has_value()) << wrong;
  }
}

TEST(NumbersTest, WritesTheShortestTextThatReadsBack) {
  for (const double value : {0.0, 0.1, 1.0 / 3, 1e300, 123456789.0, 2.5e-8}) {
    EXPECT_EQ(ParseNumber(FormatNumber(value)), value);
  }
  EXPECT_EQ(FormatNumber(0.1), "0.1");
}

}  // namespace
}  // namespace tune
