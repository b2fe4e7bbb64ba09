// Files that are not what they should be, and two who want the same one.
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/store/temporary_store.h"

namespace tune {
namespace {

using testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void WriteFile(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// As somebody with SQLite's own shell would.
void Execute(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
  sqlite3_close(db);
}

class StoreFile : public StoreTest {
 protected:
  void Execute(const std::string& sql) {
    store_.reset();
    tune::Execute(options_.path, sql);
  }
  absl::Status OpenStatus() {
    store_.reset();
    return Store::Open(options_).status();
  }
  void Overwrite(const std::string& bytes) {
    store_.reset();
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(options_.path + suffix);
    WriteFile(options_.path, bytes);
  }
};

TEST_F(StoreFile, IsItsOwnersAlone) {
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat file = {};
    ASSERT_EQ(stat((options_.path + suffix).c_str(), &file), 0) << suffix;
    EXPECT_EQ(file.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(StoreFile, IsRefusedToASecondOpener) {
  const auto second = Store::Open(options_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(second.status().message(), HasSubstr(absl::StrCat("in use by process \"", getpid(), "\"")));
  StoreOptions link = options_;
  link.path = folder_.File("link.db");
  std::filesystem::create_symlink(options_.path, link.path);
  EXPECT_EQ(Store::Open(link).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Push(store(), job_, "a").ok());
}

TEST_F(StoreFile, IsRefusedToAnotherProcess) {
  FILE* out = popen(absl::StrCat(STORE_CHILD_PATH, " ", options_.path, " 1").c_str(), "r");
  ASSERT_NE(out, nullptr);
  std::string text(1000, '\0');
  text.resize(fread(text.data(), 1, text.size(), out));
  pclose(out);
  EXPECT_THAT(text, HasSubstr("in use by process"));
}

TEST_F(StoreFile, OfAnEmptyFileIsMadeAndOfNoFolderIsRefused) {
  Overwrite("");
  EXPECT_TRUE(OpenStatus().ok());
  options_.path = folder_.File("no/such/folder.db");
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kNotFound);
  options_.path = folder_.File("");
  EXPECT_FALSE(OpenStatus().ok());
  options_.path = "";
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(StoreFile, OfGarbageIsRefusedAndLeftAlone) {
  std::string garbage(100'000, '\0');
  std::mt19937 random(1);
  for (char& c : garbage) c = static_cast<char>(random());
  Overwrite(garbage);
  const absl::Status status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(status.message(), HasSubstr("/state.db"));
  EXPECT_EQ(ReadFile(options_.path), garbage);
}

TEST_F(StoreFile, OfAnotherProgramIsRefusedAndLeftAlone) {
  store_.reset();
  std::filesystem::remove(options_.path);
  tune::Execute(options_.path, "CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
  const std::string before = ReadFile(options_.path);
  const absl::Status status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(status.message(), HasSubstr("another program's"));
  EXPECT_EQ(ReadFile(options_.path), before);
}

TEST_F(StoreFile, OfANewerVersionSaysWhatToDo) {
  Execute("PRAGMA user_version = 7");
  const absl::Status status = OpenStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(status.message(), HasSubstr("version 7"));
  EXPECT_THAT(status.message(), HasSubstr("run the newer program"));
}

TEST_F(StoreFile, WithTablesThatSomebodyChangedIsRefused) {
  for (const char* sql : {"CREATE TRIGGER evil AFTER INSERT ON pushes BEGIN DELETE FROM pushes; END",
                          "DROP TRIGGER evil; DROP INDEX keys_by_time", "DROP TABLE policies"}) {
    Execute(sql);
    EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition) << sql;
  }
}

TEST_F(StoreFile, CutShortIsRefused) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Push(store(), job_, std::string(20'000, 'x')).ok());
  store_.reset();
  const std::string whole = ReadFile(options_.path);
  ASSERT_GT(whole.size(), 400'000u);
  for (const size_t size : {whole.size() / 2, whole.size() - 4096, whole.size() - 1, size_t{4096}, size_t{100}}) {
    Overwrite(whole.substr(0, size));
    EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kDataLoss) << size << OpenStatus();
  }
  Overwrite(whole);
  EXPECT_TRUE(OpenStatus().ok());
}

// A log cut at any byte is what a power failure leaves: the commits before it are there.
TEST_F(StoreFile, WithALogCutAnywhereHoldsAPrefixOfWhatWasWritten) {
  for (int i = 1; i <= 30; ++i) ASSERT_TRUE(Push(store(), job_, absl::StrCat(i)).ok());
  const std::string file = ReadFile(options_.path), log = ReadFile(options_.path + "-wal");
  ASSERT_GT(log.size(), 30 * 4096u);
  size_t most = 0;
  for (size_t size = 0; size <= log.size(); size += 1999) {
    Overwrite(file);
    WriteFile(options_.path + "-wal", log.substr(0, size));
    Reopen();
    const auto jobs = Jobs(store());
    const size_t found = jobs.empty() ? 0 : jobs[0].tail.size();
    for (size_t i = 0; i < found; ++i) EXPECT_EQ(jobs[0].tail[i].payload, absl::StrCat(i + 1));
    EXPECT_GE(found, most);
    most = found;
  }
  EXPECT_GE(most, 29u);  // the last cut is less than a page short of the end
}

TEST_F(StoreFile, AWrongChecksumIsOfOneJobAndNamed) {
  for (const char* payload : {"a", "b", "c"}) ASSERT_TRUE(Push(store(), job_, payload).ok());
  ASSERT_TRUE(Push(store(), other_, "x").ok());
  ASSERT_TRUE(Checkpoint(store(), other_, 1, "X").ok());
  Execute("UPDATE pushes SET payload = x'42' WHERE sequence = 2; UPDATE checkpoints SET blob = x'42'");
  Reopen();
  const auto jobs = Jobs(store());
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(TextOf(jobs[0]), "none: 1=a 3=c");
  EXPECT_EQ(jobs[0].damage.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(jobs[0].damage.message(), HasSubstr("shop/orders, push 2\" in table pushes"));
  EXPECT_EQ(TextOf(jobs[1]), "none:");
  EXPECT_THAT(jobs[1].damage.message(), HasSubstr("shop/orders (session job)\" in table checkpoints"));
  EXPECT_TRUE(Push(store(), job_, "d").ok());
  EXPECT_TRUE(Checkpoint(store(), other_, 1, "Y").ok());
  EXPECT_EQ(TextOf(Jobs(store())[1]), "Y@1:");
}

// Rows that were exchanged are whole, and still not what was written.
TEST_F(StoreFile, ABlobOfAnotherRowIsNoneOfThisOne) {
  ASSERT_TRUE(Push(store(), job_, "a").ok());
  ASSERT_TRUE(Push(store(), other_, "x").ok());
  Execute("UPDATE pushes SET (payload, checksum) = (SELECT payload, checksum FROM pushes WHERE job = 2) WHERE job = 1");
  Reopen();
  EXPECT_EQ(Jobs(store())[0].damage.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(TextOf(Jobs(store())[1]), "none: 1=x");
}

TEST_F(StoreFile, AWrongChecksumElsewhereIsNamedToo) {
  ASSERT_TRUE(Push(store(), job_, "a", {"k", "h"}, "answer").ok());
  ASSERT_TRUE(Decide(store(), job_, "one").ok());
  ASSERT_TRUE(Decide(store(), other_, "two").ok());
  ASSERT_TRUE(Put(store(), {}, "p").ok());
  ASSERT_TRUE(Put(store(), {PolicyScope::Level::kJob, job_}, "q").ok());
  Execute(
      "UPDATE keys SET answer = x'42'; UPDATE recommendations SET blob = x'42' WHERE job = 1; "
      "UPDATE decisions SET reason = 'another' WHERE job = 1; UPDATE policies SET who = 'eve' WHERE level = 0");
  Reopen();
  EXPECT_THAT(Push(store(), job_, "a", {"k", "h"}).status().message(), HasSubstr("k\" in table keys"));
  EXPECT_THAT(store().GetRecommendation(job_).status().message(), HasSubstr("shop/orders\" in table recommendations"));
  EXPECT_TRUE(store().GetRecommendation(other_)->has_value());
  const auto decisions = store().ListDecisions(nullptr, 0, 10);
  ASSERT_EQ(decisions->size(), 2u);
  EXPECT_EQ((*decisions)[0].damage.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT((*decisions)[0].damage.message(), HasSubstr("decision 1\" in table decisions"));
  EXPECT_EQ((*decisions)[1].decision.reason, "two");
  EXPECT_EQ(store().GetPolicy({}).status().code(), absl::StatusCode::kDataLoss);
  const auto policies = store().ListPolicies(0, 10);
  EXPECT_THAT((*policies)[0].damage.message(), HasSubstr("default\" in table policies"));
  EXPECT_EQ((*policies)[1].policy.blob, "q");
}

TEST_F(StoreFile, ValuesOutOfRangeAreDamage) {
  ASSERT_TRUE(Push(store(), job_, "a").ok());
  ASSERT_TRUE(Put(store(), {}, "p").ok());
  Execute(
      "UPDATE jobs SET kind = 99; UPDATE policies SET level = -5, kind = 1000000000000; "
      "UPDATE pushes SET time_ms = -9223372036854775808");
  Reopen();
  const auto jobs = Jobs(store());
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_THAT(jobs[0].damage.message(), HasSubstr("kind = 99"));
  EXPECT_THAT(store().ListPolicies(0, 10)->front().damage.message(), HasSubstr("level = -5"));
}

TEST_F(StoreFile, ABlobLargerThanAllowedIsDamage) {
  ASSERT_TRUE(Push(store(), job_, std::string(4 << 20, 'x')).ok());
  ASSERT_TRUE(Push(store(), other_, "x").ok());
  options_.most_blob_bytes = 1024;  // and 1 MiB for the rest of a row
  Reopen();
  const auto jobs = Jobs(store());
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].damage.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(TextOf(jobs[1]), "none: 1=x");
}

// Whatever byte is wrong: an error, or an answer; and what is answered was written.
TEST_F(StoreFile, WithAnyByteWrongAnswersOrSaysSo) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(Push(store(), {"ns", absl::StrCat(i % 4)}, absl::StrCat("payload ", i)).ok());
  }
  store_.reset();
  const std::string whole = ReadFile(options_.path);
  std::mt19937 random(7);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string bytes = whole;
    const size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + random() % 255));
    Overwrite(bytes);
    auto store = Store::Open(options_);
    if (!store.ok()) {
      EXPECT_FALSE(store.status().message().empty());
      ++refused;
      continue;
    }
    (*store)
        ->ForEachJob([](const StoredJob& job) {
          for (const StoredPush& push : job.tail) EXPECT_THAT(push.payload, testing::StartsWith("payload "));
          return absl::OkStatus();
        })
        .IgnoreError();
    Push(**store, job_, "more").status().IgnoreError();
  }
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace tune
