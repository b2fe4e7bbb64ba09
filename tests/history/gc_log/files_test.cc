// Rotated sets, folders, archives.
#include <minizip/zip.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/history/gc_log/collect_log.h"
#include "tests/history/gc_log/sample_logs.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class GcLogFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / absl::StrCat("tune-gc-", getpid());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  std::string Zip(const std::string& name, const std::vector<std::pair<std::string, std::string>>& entries) {
    const std::string path = (folder_ / name).string();
    const zipFile zip = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
    for (const auto& [entry, text] : entries) {
      const zip_fileinfo info = {};
      EXPECT_EQ(zipOpenNewFileInZip(zip, entry.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, 6), ZIP_OK);
      zipWriteInFileInZip(zip, text.data(), static_cast<unsigned>(text.size()));
      zipCloseFileInZip(zip);
    }
    zipClose(zip, nullptr);
    return path;
  }
  fs::path folder_;
};

// Collections first … first + count - 1, one a second, as a part of a rotated log.
std::string Part(int first, int count) {
  std::string text;
  for (int i = first; i < first + count; ++i) {
    absl::StrAppend(&text, "[", i, ".000s][info][gc] GC(", i, ") Pause Full (Ergonomics) 64M->38M(85M) 10.0ms\n");
  }
  return text;
}

std::vector<int64_t> Numbers(const ReadLog& log) {
  std::vector<int64_t> numbers;
  for (const Collection& c : log.collections) numbers.push_back(c.number.value_or(-1));
  return numbers;
}

TEST_F(GcLogFiles, PartsAreReadInTheOrderOfTheirTimes) {
  Write("gc.log", Part(40, 2));
  Write("gc.log.0", Part(30, 2));
  Write("gc.log.1", Part(10, 2));
  Write("gc.log.2", Part(20, 2));
  const ReadLog log = ReadLogFiles({folder_.string()});
  ASSERT_TRUE(log.status.ok()) << log.status;
  EXPECT_THAT(Numbers(log), ElementsAre(10, 11, 20, 21, 30, 31, 40, 41));
  EXPECT_EQ(log.outline.restarts, 0);
  EXPECT_EQ(log.outline.files.size(), 4u);
}

TEST_F(GcLogFiles, TheOrderOfThePathsDoesNotMatter) {
  const std::string late = Write("b", Part(40, 1)), early = Write("a", Part(10, 1)), middle = Write("c", Part(20, 1));
  EXPECT_THAT(Numbers(ReadLogFiles({late, early, middle})), ElementsAre(10, 20, 40));
}

TEST_F(GcLogFiles, ACollectionMaySpanTwoParts) {
  const std::string text = kParallelUnified;
  const size_t cut = text.find("[2024-05-01T10:00:00.153");
  Write("gc.log.0.current", text.substr(cut));
  Write("gc.log.1", text.substr(0, cut));
  const ReadLog log = ReadLogFiles({folder_.string()});
  ASSERT_EQ(log.collections.size(), 1u);
  EXPECT_EQ(SpaceText(log.collections[0].old), "52952K->38966K(65536K)");
}

TEST_F(GcLogFiles, OtherFilesOfAFolderAreLeftAside) {
  Write("gc.log", Part(1, 1));
  Write("rest.jsonl", "{\"t\": 1}\n");
  Write("notes.txt", "nothing\n");
  const ReadLog log = ReadLogFiles({folder_.string()});
  EXPECT_EQ(log.collections.size(), 1u);
  EXPECT_THAT(log.outline.warnings, ElementsAre(HasSubstr("notes.txt is no GC log"), HasSubstr("rest.jsonl is no GC")));
}

TEST_F(GcLogFiles, LogsOfSeveralJvmsInAFolderAreRefused) {
  Write("gc-tm1.log", Part(1, 1));
  Write("gc-tm2.log", Part(1, 1));
  EXPECT_THAT(std::string(ReadLogFiles({folder_.string()}).status.message()),
              HasSubstr("holds 2 GC logs (gc-tm1.log, gc-tm2.log)"));
}

TEST_F(GcLogFiles, EntriesOfAZipAreParts) {
  const std::string zip =
      Zip("logs.zip", {{"x/gc.log.1", Part(20, 2)}, {"x/gc.log.0", Part(10, 2)}, {"README", "-\n"}});
  const ReadLog log = ReadLogFiles({zip});
  ASSERT_TRUE(log.status.ok()) << log.status;
  EXPECT_THAT(Numbers(log), ElementsAre(10, 11, 20, 21));
  EXPECT_THAT(log.outline.files, ElementsAre(zip + ":x/gc.log.0", zip + ":x/gc.log.1"));
}

TEST_F(GcLogFiles, ZippedPartsOfAFolderAreRead) {
  Zip("gc.log.0.zip", {{"gc.log", Part(10, 2)}});
  Write("gc.log", Part(20, 1));
  EXPECT_THAT(Numbers(ReadLogFiles({folder_.string()})), ElementsAre(10, 11, 20));
}

TEST_F(GcLogFiles, DamagedZipsAreRefused) {
  const std::string whole = Zip("whole.zip", {{"gc.log", Part(10, 2000)}});
  std::string bytes(fs::file_size(whole), '\0');
  std::ifstream(whole, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const std::string cut = Write("cut.zip", bytes.substr(0, bytes.size() / 2));
  EXPECT_THAT(std::string(ReadLogFiles({cut}).status.message()), HasSubstr("a zip archive without a directory"));
  for (size_t at = 100; at < 400; ++at) bytes[at] = 'x';
  const ReadLog damaged = ReadLogFiles({Write("damaged.zip", bytes)});
  EXPECT_TRUE(!damaged.status.ok() || damaged.outline.cut_off);
}

TEST_F(GcLogFiles, WhatIsNotThereIsSaid) {
  EXPECT_EQ(ReadLogFiles({(folder_ / "none.log").string()}).status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(ReadLogFiles({folder_.string()}).status.message()), HasSubstr("no GC log in it, of 0 files"));
  EXPECT_THAT(std::string(ReadLogFiles({"-", "x"}).status.message()), HasSubstr("standard input alone"));
}

TEST_F(GcLogFiles, WithoutTimesTheOrderIsTheGivenOneAndSaid) {
  const std::string a = Write("a", "GC(1) Pause Full (Ergonomics) 64M->38M(85M) 10.0ms\n");
  const std::string b = Write("b", "GC(0) Pause Full (Ergonomics) 64M->38M(85M) 10.0ms\n");
  const ReadLog log = ReadLogFiles({b, a});
  EXPECT_THAT(Numbers(log), ElementsAre(0, 1));
  EXPECT_THAT(log.outline.warnings, ElementsAre(HasSubstr("no times in the log")));
}

}  // namespace
}  // namespace tune
