#include <sys/stat.h>

#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libtune/history/bytes.h"
#include "libtune/history/history.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::HasSubstr;

constexpr const char* kRest =
    "{\"t\":1,\"job\":{\"state\":\"RUNNING\"},\"vertices\":{\"a\":{\"parallelism\":1},\"b\":{}}}\n";
constexpr const char* kText =
    "# scrape 1 endpoint tm\nflink_taskmanager_job_task_numRecordsIn{task_id=\"a\",subtask_index=\"0\",tm_id=\"t\"} "
    "1\n";
constexpr const char* kCsv = "time_ms,scope,id,subtask,metric,value\n1,task,a,0,records_in,1\n";

std::string FormatOf(const std::string& path, const HistoryOptions& options = {}) {
  const auto reader = OpenHistory(path, options);
  return reader.ok() ? (*reader)->format() : absl::StrCat("error: ", std::string(reader.status().message()));
}

TEST(OpenHistoryTest, TellsFilesByTheirFirstBytes) {
  const Folder folder;
  EXPECT_EQ(FormatOf(folder.Write("a", kRest)), "flink-rest");
  EXPECT_EQ(FormatOf(folder.Write("b.gz", Gzip(kRest))), "flink-rest");
  EXPECT_EQ(FormatOf(folder.Write("c", kText)), "prometheus-text");
  EXPECT_EQ(FormatOf(folder.Write("d.txt.gz", Gzip(kText))), "prometheus-text");
  EXPECT_EQ(FormatOf(folder.Write("e", kCsv)), "csv");
  EXPECT_EQ(FormatOf(folder.Write("f.gz", Gzip(kCsv))), "csv");
}

TEST(OpenHistoryTest, SearchesAFolderInItsOrder) {
  const Folder folder;
  EXPECT_THAT(FormatOf(folder.path()),
              HasSubstr("has no history; looked for rest.jsonl.gz, rest.jsonl, prometheus.txt.gz, prometheus.txt, "
                        "history.csv.gz, history.csv, *.parquet, *.json, *.json.gz"));
  folder.Write("history.csv", kCsv);
  EXPECT_EQ(FormatOf(folder.path()), "csv");
  folder.Write("prometheus.txt.gz", Gzip(kText));
  EXPECT_EQ(FormatOf(folder.path()), "prometheus-text");
  folder.Write("rest.jsonl", kRest);
  EXPECT_EQ(FormatOf(folder.path()), "flink-rest");
  HistoryOptions options;
  options.format = "csv";
  EXPECT_EQ(FormatOf(folder.path(), options), "csv");
}

TEST(OpenHistoryTest, RefusesOtherEncodings) {
  const Folder folder;
  const std::string mark = "a text with a byte order mark; allowed: UTF-8 without one";
  EXPECT_THAT(FormatOf(folder.Write("bom.csv", absl::StrCat("\xEF\xBB\xBF", kCsv))), HasSubstr(mark));
  EXPECT_THAT(FormatOf(folder.Write("bom.csv.gz", Gzip(absl::StrCat("\xEF\xBB\xBF", kCsv)))), HasSubstr(mark));
  HistoryOptions options;
  options.format = "csv";
  EXPECT_THAT(FormatOf(folder.Path("bom.csv"), options), HasSubstr(mark));
  EXPECT_THAT(FormatOf(folder.Write("le", std::string("\xFF\xFEt\0i\0", 6))), HasSubstr("= UTF-16; allowed: UTF-8"));
  EXPECT_THAT(FormatOf(folder.Write("be", std::string("\xFE\xFF\0t\0i", 6))), HasSubstr("= UTF-16; allowed: UTF-8"));
  folder.Write("rest.jsonl", absl::StrCat("\xEF\xBB\xBF", kRest));
  EXPECT_THAT(FormatOf(folder.path()), HasSubstr(mark));
}

TEST(OpenHistoryTest, RefusesAPipeWithoutWaitingForAWriter) {
  const Folder folder;
  ASSERT_EQ(mkfifo(folder.Path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(FormatOf(folder.Path("pipe")), HasSubstr("= a pipe, a socket or a device; allowed: a file"));
}

TEST(OpenHistoryTest, CallsAFileThatMayNotBeReadABadArgument) {
  const absl::Status status = CannotOpen("h.csv", EACCES);  // root, who runs tests, may read every file
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("h.csv: Permission denied; allowed: "));
  EXPECT_EQ(CannotOpen("h.csv", ENOENT).code(), absl::StatusCode::kNotFound);
}

TEST(OpenHistoryTest, CallsANameThatIsTooLongABadArgument) {
  EXPECT_THAT(FormatOf(std::string(5000, 'a')), HasSubstr("name too long"));
}

TEST(OpenHistoryTest, SaysWhatItDoesNotKnow) {
  const Folder folder;
  EXPECT_EQ(OpenHistory(folder.Path("none"), {}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(FormatOf(folder.Write("empty", " \n")), HasSubstr("is empty"));
  EXPECT_THAT(FormatOf(folder.Write("notes.md", "# notes? no: text")), HasSubstr("prometheus-text"));
  EXPECT_THAT(FormatOf(folder.Write("other", "hello")), HasSubstr("first bytes are of no format that is known"));
  EXPECT_THAT(FormatOf(folder.Write("other.json", "{\"a\":1}")), HasSubstr("allowed: flink-rest, prometheus-text"));
  HistoryOptions options;
  options.format = "xml";
  EXPECT_THAT(FormatOf(folder.Path("other"), options), HasSubstr("format = xml; allowed: flink-rest"));
}

TEST(OpenHistoryTest, AppliesTheGraphFile) {
  const Folder folder;
  const std::string path = folder.Write("rest.jsonl", kRest);
  HistoryOptions options;
  options.graph_file = folder.Write("plan.json", R"({"nodes":[{"id":"a","description":"A"},
      {"id":"b","inputs":[{"id":"a","ship_strategy":"HASH"}]}]})");
  const auto reader = OpenHistory(path, options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const Everything all = ReadEverything(**reader);
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(all.outline.graph.edges.size(), 1u);
  EXPECT_EQ(all.outline.graph.vertices[0].name, "A");
  options.graph_file = folder.Write("other.json", R"({"nodes":[{"id":"z"}]})");
  EXPECT_FALSE((*OpenHistory(path, options))->Outline(nullptr).ok());
}

TEST(OpenHistoryTest, FindsProducerCsvBeside) {
  const Folder folder;
  folder.Write("rest.jsonl",
               "{\"t\":1,\"job\":{\"state\":\"RUNNING\"},\"vertices\":{\"a\":{\"name\":\"Source: k\"}}}\n");
  folder.Write("producer.csv", "t_ms,end_offset\n5,6\n");
  const auto reader = OpenHistory(folder.path(), {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(ReadEverything(**reader).samples.sources.size(), 1u);
}

}  // namespace
}  // namespace tune
