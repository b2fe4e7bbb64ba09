#include "libtune/history/parquet.h"

#include <arrow/api.h>
#include <arrow/io/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/history/csv.h"
#include "tests/history/collect.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Row {
  std::optional<int64_t> time_ms;
  std::optional<std::string> scope, id;
  std::optional<int32_t> subtask;
  std::optional<std::string> metric;
  std::optional<double> value;
};

template <typename Builder, typename Field>
std::shared_ptr<arrow::Array> Column(const std::vector<Row>& rows, Field Row::* field) {
  Builder builder;
  for (const Row& row : rows) {
    const bool ok = (row.*field ? builder.Append(*(row.*field)) : builder.AppendNull()).ok();
    EXPECT_TRUE(ok);
  }
  return *builder.Finish();
}

std::shared_ptr<arrow::Table> Table(const std::vector<Row>& rows) {
  return arrow::Table::Make(
      arrow::schema({arrow::field("time_ms", arrow::int64()), arrow::field("scope", arrow::utf8()),
                     arrow::field("id", arrow::utf8()), arrow::field("subtask", arrow::int32()),
                     arrow::field("metric", arrow::utf8()), arrow::field("value", arrow::float64())}),
      {Column<arrow::Int64Builder>(rows, &Row::time_ms), Column<arrow::StringBuilder>(rows, &Row::scope),
       Column<arrow::StringBuilder>(rows, &Row::id), Column<arrow::Int32Builder>(rows, &Row::subtask),
       Column<arrow::StringBuilder>(rows, &Row::metric), Column<arrow::DoubleBuilder>(rows, &Row::value)});
}

std::string Write(const Folder& folder, const arrow::Table& table, int64_t row_group = 1000) {
  const std::string path = folder.Path("history.parquet");
  auto out = *arrow::io::FileOutputStream::Open(path);
  const auto keep_types = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  EXPECT_TRUE(parquet::arrow::WriteTable(table, arrow::default_memory_pool(), out, row_group,
                                         parquet::default_writer_properties(), keep_types)
                  .ok());
  EXPECT_TRUE(out->Close().ok());
  return path;
}

Everything ReadParquet(const std::string& path) { return ReadEverything(**MakeParquetReader(path, {})); }
std::string Error(const std::string& path) { return std::string(ReadParquet(path).status.message()); }

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {0, "parallelism", "map, \"1\"", std::nullopt, "parallelism", 2},
      {0, "job", std::nullopt, std::nullopt, "state", 1},
      {0, "job", "", std::nullopt, "restarts", 3},
      {0, "task", "map, \"1\"", 0, "records_in", 10},
      {0, "task", "map, \"1\"", 0, "busy_ms", 0.1},
      {0, "task", "map, \"1\"", 1, "records_in", 1e15},
      {5000, "task_manager", "tm1", std::nullopt, "cpu_time_ns", 1e9},
      {5000, "source", "map, \"1\"", std::nullopt, "end_offset", 77},
      {5000, "task", "map, \"1\"", 0, "records_in", 30},
      {5000, "job", std::nullopt, std::nullopt, "state", 0},
      {5000, "job", std::nullopt, std::nullopt, "state", -1},
  };
  return rows;
}

TEST(ParquetTest, ReadsTheSamplesOfItsRows) {
  const Folder folder;
  const Everything got = ReadParquet(Write(folder, *Table(Rows())));
  ASSERT_TRUE(got.status.ok()) << got.status;
  EXPECT_THAT(got.samples.all, ElementsAre("0 parallelism 0 2", "0 job 1 restarts=3 checkpoints=-/- -",
                                           "0 task 0[0] records_in=10 busy_ms=0.1", "0 task 0[1] records_in=1e+15",
                                           "5000 tm tm1 cpu_time_ns=1e+09", "5000 source 0 end=77 done=-",
                                           "5000 task 0[0] records_in=30", "5000 job 2 restarts=- checkpoints=-/- -",
                                           "5000 job 0 restarts=- checkpoints=-/- -"));
  EXPECT_EQ(got.outline.samples, 3);
  EXPECT_EQ(got.outline.last_ms, 5000);
  EXPECT_EQ(got.outline.graph.vertices[0].id, "map, \"1\"");
  EXPECT_EQ(got.outline.graph.vertices[0].parallelism, 2);
  EXPECT_EQ(got.outline.traffic[0].records_in, 30 + 1e15);  // of subtasks 0 and 1
}

TEST(ParquetTest, SaysTheSameAsHistoryCsv) {
  std::vector<Row> rows;
  std::string csv = "time_ms,scope,id,subtask,metric,value\n";
  for (int i = 0; i < 200'000; ++i) {  // several batches and row groups
    rows.push_back({i / 4 * 1000, "task", absl::StrCat("v", i / 2 % 2), i % 2, "records_in", i * 0.1});
    absl::StrAppend(&csv, i / 4 * 1000, ",task,v", i / 2 % 2, ",", i % 2, ",records_in,", FormatNumber(i * 0.1), "\n");
  }
  const Folder folder;
  const Everything parquet = ReadParquet(Write(folder, *Table(rows), 70'000));
  const Everything plain = ReadEverything(*MakeCsvReader(ByteSource::Memory("history.csv", csv), std::nullopt, {}));
  ASSERT_TRUE(parquet.status.ok()) << parquet.status;
  ASSERT_TRUE(plain.status.ok()) << plain.status;
  EXPECT_EQ(parquet.samples.all, plain.samples.all);
  EXPECT_EQ(parquet.outline.traffic[1].records_in, plain.outline.traffic[1].records_in);
  EXPECT_EQ(parquet.outline.samples, 200'000);
}

TEST(ParquetTest, TakesTheGraphBesideIt) {
  const Folder folder;
  const std::string path = Write(folder, *Table(Rows()));
  folder.Write("graph.json", R"({"vertices":[{"id":"other","parallelism":4}],"edges":[]})");
  const Everything got = ReadParquet(path);
  ASSERT_TRUE(got.status.ok()) << got.status;
  EXPECT_EQ(got.outline.graph.vertices[0].id, "other");
  EXPECT_THAT(got.outline.warnings,
              ElementsAre(HasSubstr("5 samples left out")));  // all but those of job and TaskManager
}

TEST(ParquetTest, TakesTextsOfAnyKindAndOtherColumns) {
  const Folder folder;
  auto table = Table(Rows());
  const auto replace = [&](int column, const std::shared_ptr<arrow::Array>& array) {
    table = *table->SetColumn(column, arrow::field(table->field(column)->name(), array->type()),
                              std::make_shared<arrow::ChunkedArray>(array));
  };
  arrow::StringDictionaryBuilder scopes;
  for (const Row& row : Rows()) ASSERT_TRUE(scopes.Append(*row.scope).ok());
  replace(1, *scopes.Finish());
  replace(2, Column<arrow::LargeStringBuilder>(Rows(), &Row::id));
  table = *table->AddColumn(0, arrow::field("note", arrow::float64()), table->column(5));
  const Everything got = ReadParquet(Write(folder, *table));
  ASSERT_TRUE(got.status.ok()) << got.status;
  EXPECT_EQ(got.samples.all.size(), 9u);
}

TEST(ParquetTest, NamesColumnsThatAreMissingOrOfAnotherType) {
  const Folder folder;
  auto table = Table(Rows());
  table = *table->SetColumn(5, arrow::field("value", arrow::utf8()), table->column(1));
  table = *table->SetColumn(3, arrow::field("subtask", arrow::int64()), table->column(0));
  table = *table->RemoveColumn(1);
  const std::string error = Error(Write(folder, *table));
  EXPECT_THAT(error, HasSubstr("history.parquet: column scope = missing; allowed: string, plain or by dictionary"));
  EXPECT_THAT(error, HasSubstr("column subtask = int64; allowed: int32"));
  EXPECT_THAT(error, HasSubstr("column value = string; allowed: double"));
}

TEST(ParquetTest, NamesTheRowThatIsWrong) {
  struct Case {
    std::function<void(Row&)> change;
    const char* message;
  };
  const Case cases[] = {
      {[](Row& r) { r.time_ms = std::nullopt; }, "row 4: time_ms = null; allowed: a value"},
      {[](Row& r) { r.value = std::nullopt; }, "row 4: value = null; allowed: a value"},
      {[](Row& r) { r.value = -1; }, "row 4: value = \"-1\"; allowed: a number >= 0"},
      {[](Row& r) { r.value = std::nan(""); }, "row 4: value = \"nan\"; allowed: a number >= 0"},
      {[](Row& r) { r.time_ms = -1; }, "row 4: time_ms = \"-1\""},
      {[](Row& r) { r.subtask = std::nullopt; }, "row 4: subtask = \"\""},
      {[](Row& r) { r.scope = "tasks"; }, "row 4: scope = \"tasks\"; allowed: task,"},
      {[](Row& r) { r.metric = "records_in,5"; }, "row 4: row = "},
      {[](Row& r) { r.id = std::nullopt; }, "row 4: id = "},
  };
  for (const Case& c : cases) {
    std::vector<Row> rows = Rows();
    c.change(rows[3]);
    const Folder folder;
    EXPECT_THAT(Error(Write(folder, *Table(rows))), HasSubstr(c.message));
  }
}

TEST(ParquetTest, RefusesWhatIsNoParquet) {
  const Folder folder;
  EXPECT_THAT(Error(folder.Write("history.parquet", "PAR1 and nothing more")), HasSubstr("not Parquet"));
  EXPECT_THAT(Error(folder.Path("none.parquet")), HasSubstr("none.parquet"));
  EXPECT_THAT(Error(Write(folder, *Table({}))), HasSubstr("has no rows"));
}

TEST(ParquetTest, RefusesIndicesOutsideTheirDictionary) {
  EXPECT_THAT(Error("tests/fuzz/corpus/parquet/index_outside_its_dictionary.parquet"),
              HasSubstr("index_outside_its_dictionary.parquet: not Parquet that can be read: In column 2"));
}

TEST(ParquetTest, RefusesEveryKindOfDamage) {
  const Folder folder;
  const std::string path = Write(folder, *Table(Rows()));
  std::ifstream in(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (size_t size = 0; size < whole.size(); size += 37) {
    EXPECT_FALSE(ReadParquet(folder.Write("cut.parquet", whole.substr(0, size))).status.ok()) << size;
  }
  for (size_t i = 0; i < whole.size(); i += 11) {  // may read as other values; must not crash
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x5a);
    ReadParquet(folder.Write("damaged.parquet", damaged));
  }
}

}  // namespace
}  // namespace tune
