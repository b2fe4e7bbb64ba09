// `tune gc` as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "libtune/cli/gc_picture.h"
#include "tests/cli/program.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class GcCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("tune-gc-command-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  fs::path folder_;
};

// Serial: a full collection every 10 s from 10 s on, the one at 70 s asked for. Old after them: 20, 21 … MiB.
std::string Log(int collections) {
  std::string text = "[0.010s][info][gc] Using Serial\n[0.010s][info][gc,init] Heap Max Capacity: 96M\n";
  for (int i = 0; i < collections; ++i) {
    const std::string at = absl::StrCat("[", 10 * (i + 1), ".000s][info][gc] GC(", i, ") ");
    absl::StrAppend(&text, at, "DefNew: 10240K(20480K)->0K(20480K)\n");
    absl::StrAppend(&text, at, "Tenured: 61440K(71680K)->", (20 + i) * 1024, "K(71680K)\n");
    absl::StrAppend(&text, at, "Pause Full (", i == 6 ? "System.gc()" : "Allocation Failure", ") 70M->", 20 + i,
                    "M(90M) 100.000ms\n");
  }
  return text;
}

TEST_F(GcCommand, TellsWhatTheLogMeasured) {
  const ProgramResult r = RunTune({"gc", Write("gc.log", Log(12))});
  ASSERT_EQ(r.exit_code, 0) << r.error;
  EXPECT_THAT(r.out, HasSubstr("collector: Serial"));
  EXPECT_THAT(r.out, HasSubstr("heap: at most 96 MiB"));
  EXPECT_THAT(r.out, HasSubstr("the last 10 of 12 full collections"));
  EXPECT_THAT(r.out, HasSubstr("60 MiB → 31 MiB"));
  // 1.2 s of 120 - 0.01 s; behind 60 s: those at 60 … 120 s, 0.7 s of 60 s.
  EXPECT_THAT(r.out, HasSubstr("paused: 1 % of"));
  EXPECT_THAT(r.out, HasSubstr("after 60 s of start-up: 1.17 % of 60 s"));
  EXPECT_THAT(r.out, HasSubstr("full collections: 6, and 5 at start-up, 1 on request"));
  EXPECT_THAT(r.out, HasSubstr("25 MiB … 31 MiB, median 28 MiB (6 of them"));  // 25, 27, 28, 29, 30, 31
  EXPECT_THAT(r.out, HasSubstr("●"));
  EXPECT_EQ(r.out.find('\033'), std::string::npos) << "colours without a terminal";
}

TEST_F(GcCommand, JsonSaysTheSame) {
  const ProgramResult r = RunTune({"gc", Write("gc.log", Log(12)), "--json", "--all"});
  ASSERT_EQ(r.exit_code, 0) << r.error;
  const auto json = nlohmann::json::parse(r.out);
  EXPECT_EQ(json.at("log").at("collector"), "Serial");
  EXPECT_EQ(json.at("full").size(), 12u);
  EXPECT_EQ(json.at("full").at(11).at("old").at("after_bytes"), 31 << 20);
  EXPECT_EQ(json.at("after_warm_up").at("full"), 6);
  EXPECT_EQ(json.at("old_after_full").at("median_bytes"), 28 << 20);
  EXPECT_TRUE(json.at("after_warm_up").at("promoted_bytes_per_s").is_null());
}

TEST_F(GcCommand, WarmUpAndNumberOfLinesAreOptions) {
  const std::string log = Write("gc.log", Log(12));
  EXPECT_THAT(RunTune({"gc", log, "--warm-up", "0"}).out, HasSubstr("full collections: 11, and 0 at start-up"));
  EXPECT_THAT(RunTune({"gc", log, "--last", "3"}).out, HasSubstr("the last 3 of 12"));
  EXPECT_THAT(RunTune({"gc", log, "--warm-up", "500"}).out, HasSubstr("nothing after 500 s of start-up"));
  EXPECT_EQ(RunTune({"gc", log, "--warm-up", "-1"}).exit_code, 2);
}

TEST_F(GcCommand, BadInputIsNamed) {
  const ProgramResult none = RunTune({"gc", (folder_ / "none.log").string()});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.error, HasSubstr("none.log"));
  const ProgramResult other = RunTune({"gc", Write("x.csv", "a,b\n")});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.error, HasSubstr("no line of a garbage collector's log"));
  EXPECT_EQ(other.out, "");
  EXPECT_EQ(RunTune({"gc"}).exit_code, 2);
}

TEST_F(GcCommand, ALogThatIsCutOffIsSaid) {
  const std::string text = Log(3) + "[50.000s][info][gc,start] GC(9) Pause Full (Allocation Failure)\n";
  const ProgramResult r = RunTune({"gc", Write("gc.log", text)});
  EXPECT_EQ(r.exit_code, 0);
  EXPECT_THAT(r.error, HasSubstr("ends inside a collection"));
}

TEST_F(GcCommand, HelpAndCompletionKnowIt) {
  EXPECT_THAT(RunTune({"gc", "--help"}).out, HasSubstr("tune gc gc.log.gz --warm-up 120 --all"));
  EXPECT_EQ(RunTune({"__complete", "gc", "--warm"}).out, "--warm-up\n");
}

TEST(GcPicture, ShowsLongAndShortLogsAndNothing) {
  EXPECT_EQ(GcPicture().Draw(40, 5), "");
  GcPicture picture;
  for (int i = 0; i < 100'000; ++i) {
    Collection c;
    c.uptime_s = i;
    c.kind = i % 1000 == 0 ? CollectionKind::kFull : CollectionKind::kYoung;
    c.heap = {Bytes(int64_t{100} << 20), Bytes(int64_t{50} << 20), std::nullopt};
    if (i % 1000 == 0) c.old.after = Bytes(int64_t{10} << 20);
    picture.Add(c);
  }
  const std::string drawn = picture.Draw(40, 10);
  EXPECT_THAT(drawn, HasSubstr("100 MiB"));
  EXPECT_THAT(drawn, HasSubstr("27.8 h"));  // 100,000 s
  EXPECT_THAT(drawn, HasSubstr("●●●●"));
  EXPECT_THAT(drawn, HasSubstr("░░░░"));
  EXPECT_THAT(drawn, Not(HasSubstr("░ ░")));  // no column is empty
}

}  // namespace
}  // namespace tune
