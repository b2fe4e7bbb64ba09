// Real logs of others, in $LIBTUNE_SHARED (default: ../shared beside the project).
#include <cstdlib>
#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/history/gc_log/collect_log.h"

namespace tune {
namespace {

namespace fs = std::filesystem;

fs::path Shared() {
  const char* shared = std::getenv("LIBTUNE_SHARED");
  return shared != nullptr ? shared : "../shared";
}

struct FileCase {
  const char* name;
  const char* path;
  int64_t full;  // as the folder's README counts them; recordings: organic ones and one or more forced at the end
  double least_old_mib, most_old_mib;  // old generation after them; 0, 0: not told
};
class SharedLog : public testing::TestWithParam<FileCase> {};

TEST_P(SharedLog, EveryFullCollectionIsFound) {
  const FileCase& c = GetParam();
  const fs::path path = Shared() / c.path;
  if (!fs::exists(path)) GTEST_SKIP() << "no " << fs::absolute(path);
  const ReadLog log = ReadLogFiles({path.string()});
  ASSERT_TRUE(log.status.ok()) << log.status;
  EXPECT_EQ(log.outline.full_collections, c.full);
  EXPECT_EQ(log.outline.restarts, 0);
  EXPECT_TRUE(log.outline.left_out.empty());
  for (const Collection& full : log.Of(CollectionKind::kFull)) {
    EXPECT_TRUE(full.heap.before && full.heap.after && full.heap.capacity);
    EXPECT_GT(full.pause_s, 0);
    if (c.most_old_mib == 0) continue;
    ASSERT_TRUE(full.old.after.has_value());
    EXPECT_GE(static_cast<double>(full.old.after->value()), c.least_old_mib * kMib);
    EXPECT_LE(static_cast<double>(full.old.after->value()), c.most_old_mib * kMib);
  }
}

INSTANTIATE_TEST_SUITE_P(
    GcLog, SharedLog,
    testing::Values(FileCase{"G1GcTagAlone", "data/gc/g1-minimal-unified.log", 1, 0, 0},
                    FileCase{"G1NoFull", "data/gc/g1-8gb-datestamp-unified.log", 0, 0, 0},
                    FileCase{"Parallel", "data/gc/parallel-jdk11-unified.log.gz", 28, 4.1, 7.7},
                    FileCase{"ParallelLeakOfJdk6", "data/gc/parallel-memoryleak-preunified.log.gz", 241, 13, 342},
                    FileCase{"Serial", "data/gc/serial-jdk11-unified.log.gz", 50, 3, 7},
                    FileCase{"Cms", "data/gc/cms-unified.log.gz", 13, 2, 5},
                    FileCase{"RecordingOfG1", "recordings/mem200-g1-512/gc-tm1.log.gz", 1, 240,
                             240},  // 220 old, 20 humongous
                    FileCase{"RecordingOfParallel", "recordings/mem200-parallel-384/gc-tm1.log.gz", 43, 0, 0},
                    FileCase{"RecordingOutOfMemory", "recordings/oom-parallel-256/gc-tm1.log.gz", 279, 0, 0},
                    FileCase{"RecordingOfParallel1024", "recordings/mem200-parallel-1024/gc-tm1.log.gz", 5, 0, 0},
                    FileCase{"RecordingOfUniform", "recordings/uniform900-p4/gc-tm1.log.gz", 1, 0, 0}),
    [](const auto& named) { return std::string(named.param.name); });

// The README's table: 40 organic full collections, two for metaspace at the start, one forced at the end.
TEST(SharedLogTest, CausesAreVerbatim) {
  const fs::path path = Shared() / "recordings/mem200-parallel-384/gc-tm1.log.gz";
  if (!fs::exists(path)) GTEST_SKIP() << "no " << fs::absolute(path);
  std::map<std::string, int> causes;
  for (const Collection& full : ReadLogFiles({path.string()}).Of(CollectionKind::kFull)) ++causes[full.cause];
  EXPECT_EQ(causes["Diagnostic Command"], 1);
  EXPECT_EQ(causes["Metadata GC Threshold"], 2);
  EXPECT_EQ(causes["Ergonomics"] + causes["Allocation Failure"], 40);
}

}  // namespace
}  // namespace tune
