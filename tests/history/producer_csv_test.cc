#include "libtune/history/producer_csv.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/flink_rest.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kHeader = "t_ms,offered_rate,sent,end_offset,committed,lag\n";

absl::StatusOr<std::vector<std::string>> ReadRows(const std::string& text) {
  auto csv = ProducerCsv::Open(ByteSource::Memory("producer.csv", text), 3);
  if (!csv.ok()) return csv.status();
  CollectSink sink;
  if (auto status = (*csv)->DeliverRest(sink); !status.ok()) return status;
  return sink.all;
}

std::string VertexText(const std::string& id, const std::string& name, const std::string& metric) {
  return absl::StrCat("\"", id, "\":{\"name\":\"", name, "\",\"parallelism\":1,\"status\":\"RUNNING\",\"subtasks\":[",
                      metric.empty() ? "" : absl::StrCat("{\"id\":\"0.", metric, "\",\"value\":\"5\"}"), "]}");
}

Everything ReadBeside(const std::string& vertices, const std::string& producer) {
  std::string text;
  for (const int t : {1000, 2000}) {
    absl::StrAppend(&text, "{\"t\":", t, ",\"job\":{\"state\":\"RUNNING\"},\"vertices\":{", vertices, "}}\n");
  }
  auto reader =
      MakeFlinkRestReader(ByteSource::Memory("rest.jsonl", text), ByteSource::Memory("producer.csv", producer), {});
  return ReadEverything(*reader);
}

TEST(ProducerCsvTest, ReadsOnlyTimeAndOffsets) {
  // The other columns may hold anything: they are not looked at.
  const auto rows = ReadRows(std::string(kHeader) + "1000,secret,secret,13,7,secret\n2000,,,20,,\n3000,,,-1,9\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT(*rows,
              ElementsAre("1000 source 3 end=13 done=7", "2000 source 3 end=20 done=-", "3000 source 3 end=- done=9"));
}

TEST(ProducerCsvTest, FindsColumnsByName) {
  const auto rows = ReadRows("committed,t_ms\n5,1000\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT(*rows, ElementsAre("1000 source 3 end=- done=5"));
}

TEST(ProducerCsvTest, NamesFileLineAndColumn) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "producer.csv line 1: header = "},
      {"a,b\n1,2\n", "header = a,b; allowed: columns t_ms and end_offset or committed"},
      {std::string(kHeader) + "x,1,1,1,1,1\n", "producer.csv line 2: t_ms = \"x\""},
      {std::string(kHeader) + "1000,1,1,1,1,1\n2000,1,1,many,1,1\n", "producer.csv line 3: end_offset = \"many\""},
      {std::string(kHeader) + "1000,1,1,1,?,1\n", "line 2: committed = \"?\""},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(std::string(ReadRows(text).status().message()), HasSubstr(message)) << text;
  }
}

TEST(ProducerCsvTest, MergesIntoTheHistoryByTime) {
  const Everything all = ReadBeside(VertexText("a", "Source: k", "S.pendingRecords") + "," + VertexText("b", "B", ""),
                                    std::string(kHeader) + "500,,,1,1,\n1000,,,2,2,\n1500,,,3,3,\n2500,,,4,4,\n");
  ASSERT_TRUE(all.status.ok()) << all.status;
  std::vector<int64_t> order;
  for (const std::string& text : all.samples.all) order.push_back(std::stoll(text));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(all.samples.sources.size(), 4u);
  EXPECT_EQ(Text(all.samples.sources[3]), "2500 source 0 end=4 done=4");
  EXPECT_THAT(all.outline.warnings, IsEmpty());
}

TEST(ProducerCsvTest, BelongsToTheOnlySource) {
  const std::string row = std::string(kHeader) + "500,,,1,1,\n";
  // The only source, by name, though nothing says pendingRecords.
  EXPECT_EQ(
      ReadBeside(VertexText("b", "B", "") + "," + VertexText("a", "Source: k", ""), row).samples.sources[0].vertex, 1);
  // Two sources, one of them with pendingRecords.
  EXPECT_EQ(ReadBeside(VertexText("a", "Source: k", "") + "," + VertexText("b", "Source: l", "S.pendingRecords"), row)
                .samples.sources[0]
                .vertex,
            1);
}

TEST(ProducerCsvTest, IsLeftOutWithAWarningWhereItFitsSeveralOrNoSource) {
  const std::string row = std::string(kHeader) + "500,,,1,1,\n";
  const Everything several = ReadBeside(
      VertexText("a", "Source: k", "S.pendingRecords") + "," + VertexText("b", "Source: l", "S.pendingRecords"), row);
  EXPECT_THAT(several.samples.sources, IsEmpty());
  EXPECT_THAT(several.outline.warnings, ElementsAre(HasSubstr("fit several sources, a, b")));
  const Everything none = ReadBeside(VertexText("a", "A", ""), row);
  EXPECT_THAT(none.samples.sources, IsEmpty());
  EXPECT_THAT(none.outline.warnings, ElementsAre(HasSubstr("no vertex is known to be a source")));
}

}  // namespace
}  // namespace tune
