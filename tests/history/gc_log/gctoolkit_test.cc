// The reader against an independent one: Microsoft's gctoolkit (oracle/), on the logs in $LIBTUNE_SHARED.
//
// Where the two differ gctoolkit is wrong or says something else; the cases are named here with the lines that show it.
#include <sys/wait.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/history/gc_log/collect_log.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

struct OracleFull {
  double start_s = 0, pause_s = 0;
  std::string cause;
  std::array<std::string, 4> kib;  // heap before, after, old before, after; "-": not told
};
struct OracleLog {
  int64_t collections = 0;
  std::vector<OracleFull> full;
};

// Exit code and output of the oracle; 3: it cannot be built here.
std::pair<int, std::string> RunOracle(const std::vector<std::string>& files) {
  std::string command = "sh tests/history/gc_log/oracle/run.sh";
  for (const std::string& file : files) absl::StrAppend(&command, " '", file, "'");
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {3, ""};
  std::string out;
  std::array<char, 4096> buffer;
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), got);
  return {WEXITSTATUS(pclose(pipe)), out};
}

std::map<std::string, OracleLog> ParseOracle(const std::string& text) {
  std::map<std::string, OracleLog> logs;
  OracleLog* log = nullptr;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    if (line[0] == '#') {
      log = &logs[cells[0].substr(2)];
      EXPECT_TRUE(absl::SimpleAtoi(cells.at(1), &log->collections));
      continue;
    }
    OracleFull full;
    EXPECT_TRUE(absl::SimpleAtod(cells.at(0), &full.start_s) && absl::SimpleAtod(cells.at(1), &full.pause_s));
    full.cause = cells.at(2);
    for (size_t i = 0; i < 4; ++i) full.kib[i] = cells.at(3 + i);
    log->full.push_back(full);
  }
  return logs;
}

std::string KibText(const std::optional<Bytes>& size) { return size ? absl::StrCat(size->value() / kKib) : "-"; }

// A full collection and the young one that failed into it, which gctoolkit takes for one:
//   [2.101s][info ][gc ] GC(666) Pause Full (Allocation Failure) 60M->2M(61M) 3.734ms
//   [2.101s][info ][gc ] GC(665) Pause Young (Allocation Failure) 58M->2M(61M) 5.689ms
struct FullAndOuter {
  Collection full;
  std::optional<Collection> outer;
};

std::vector<FullAndOuter> FullOf(const ReadLog& log) {
  std::vector<FullAndOuter> found;
  for (size_t i = 0; i < log.collections.size(); ++i) {
    const Collection& c = log.collections[i];
    if (c.kind != CollectionKind::kFull) continue;
    FullAndOuter full{c, std::nullopt};
    const bool nests = c.collector == Collector::kSerial || c.collector == Collector::kCms;
    if (nests && i > 0 && c.number && log.collections[i - 1].number == *c.number - 1) {
      full.outer = log.collections[i - 1];
    }
    found.push_back(full);
  }
  return found;
}

// gctoolkit tells "System.gc()" where the log says "(Diagnostic Command)", and a placeholder where it says nothing:
//   [200.256s][info][gc] GC(133) Pause Full (Diagnostic Command) 393M->236M(512M) 186.033ms
//   1.994: [Full GC [PSYoungGen: 1001K->0K(7168K)] [PSOldGen: …
bool SameCause(const std::string& ours, const std::string& theirs) {
  if (ours == "Diagnostic Command") return theirs == "System.gc()";
  return ours.empty() ? theirs == "Missing GC Cause" : ours == theirs;
}

void ExpectSame(const FullAndOuter& ours, const OracleFull& theirs) {
  const Collection& c = ours.full;
  const double pause_s = c.pause_s + (ours.outer ? ours.outer->pause_s : 0);
  EXPECT_NEAR(pause_s, theirs.pause_s, 1e-6);
  // Unified logs tell the end in whole milliseconds, gctoolkit takes the line of the start.
  EXPECT_NEAR(c.uptime_s.value_or(-1) - pause_s, theirs.start_s, 0.02);
  EXPECT_PRED2(SameCause, c.cause, theirs.cause);
  EXPECT_EQ(KibText(ours.outer ? ours.outer->heap.before : c.heap.before), theirs.kib[0]);
  EXPECT_EQ(KibText(c.heap.after), theirs.kib[1]);
  if (c.collector == Collector::kG1) return;  // it tells no old generation of G1 with humongous and archive regions
  EXPECT_EQ(KibText(ours.outer ? ours.outer->old.before : c.old.before), theirs.kib[2]);
  EXPECT_EQ(KibText(c.old.after), theirs.kib[3]);
}

std::vector<std::string> SharedLogs() {
  const char* shared = std::getenv("LIBTUNE_SHARED");
  const fs::path root = shared != nullptr ? shared : "../shared";
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root / "data/gc", error)) files.push_back(entry.path().string());
  for (const auto& entry : fs::directory_iterator(root / "recordings", error)) {
    const fs::path log = entry.path() / "gc-tm1.log.gz";
    if (fs::exists(log)) files.push_back(log.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(GctoolkitTest, AgreesOnEveryFullCollection) {
  const std::vector<std::string> files = SharedLogs();
  if (files.empty()) GTEST_SKIP() << "no logs in $LIBTUNE_SHARED";
  const auto [code, out] = RunOracle(files);
  if (code == 3) GTEST_SKIP() << "no Maven, no JDK 17, or gctoolkit cannot be had";
  ASSERT_EQ(code, 0) << out;
  const std::map<std::string, OracleLog> oracle = ParseOracle(out);
  size_t compared = 0;
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    ASSERT_TRUE(oracle.contains(file));
    const std::vector<FullAndOuter> ours = FullOf(ReadLogFiles({file}));
    const OracleLog& theirs = oracle.at(file);
    // It reads nothing of JDK 9's log with the tag gc alone:
    //   [31.249s][info][gc] GC(0) Pause Young (G1 Evacuation Pause) 24M->11M(256M) 7.965ms
    if (theirs.collections == 0) {
      EXPECT_THAT(file, testing::HasSubstr("g1-minimal"));
      continue;
    }
    ASSERT_EQ(ours.size(), theirs.full.size());
    for (size_t i = 0; i < ours.size(); ++i) {
      SCOPED_TRACE(absl::StrCat("full collection ", i));
      ExpectSame(ours[i], theirs.full[i]);
      ++compared;
    }
  }
  RecordProperty("compared", static_cast<int>(compared));
  EXPECT_GT(compared, 300u);
}

}  // namespace
}  // namespace tune
