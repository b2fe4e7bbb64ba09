// kill -9 at any instant: what was acknowledged is there, nothing is there twice, and order holds.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/store/temporary_store.h"

extern char** environ;

namespace tune {
namespace {

constexpr int kKills = 120;

// What it printed until it was killed, `after` its start, or `after` its first line.
std::string RunAndKill(const std::string& path, int seed, absl::Duration after, bool from_first_line) {
  std::array<int, 2> out{};
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::array<std::string, 3> words = {STORE_CHILD_PATH, path, absl::StrCat(seed)};
  std::array<char*, 4> argv = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t pid = 0;
  EXPECT_EQ(posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  std::string text;
  std::array<char, 65536> buffer;
  absl::Time end = absl::Now() + (from_first_line ? absl::Seconds(30) : after);
  bool killed = false;
  while (true) {
    const auto wait_ms = static_cast<int>(absl::ToInt64Milliseconds(end - absl::Now()));
    if (!killed && wait_ms <= 0) {
      kill(pid, SIGKILL);
      killed = true;
    }
    pollfd readable = {out[0], POLLIN, 0};
    if (poll(&readable, 1, killed ? -1 : wait_ms) == 0) continue;
    const ssize_t size = read(out[0], buffer.data(), buffer.size());
    if (size <= 0) break;
    if (text.empty() && from_first_line) end = absl::Now() + after;
    text.append(buffer.data(), static_cast<size_t>(size));
  }
  close(out[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "ended by itself: "
                                   << text.substr(text.size() - std::min<size_t>(text.size(), 200));
  return text;
}

// What was acknowledged so far.
struct Acknowledged {
  std::map<std::string, int64_t> pushes, checkpoints;               // the last one, by job
  std::map<int64_t, std::string> decisions;                         // by id
  std::map<std::string, std::pair<int64_t, std::string>> policies;  // by job: revision, blob

  void Read(const std::string& text) {
    for (const auto line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      std::istringstream words{std::string(line)};
      std::string kind, job, blob;
      int64_t number = 0;
      words >> kind;
      if (kind == "decision") {
        words >> number >> blob;
        EXPECT_TRUE(decisions.emplace(number, blob).second) << "given twice: decision " << number;
        continue;
      }
      words >> job >> number >> blob;
      if (kind == "push") {
        EXPECT_EQ(number, pushes[job] + 1) << "acknowledged out of order";
        pushes[job] = number;
      }
      if (kind == "checkpoint") checkpoints[job] = std::max(checkpoints[job], number);
      if (kind == "policy") policies[job] = {number, blob};
    }
  }
};

// The last push of the job, all of them before it being there once.
int64_t CheckJob(const StoredJob& job) {
  EXPECT_TRUE(job.damage.ok()) << job.damage;
  int64_t last = job.checkpoint ? job.checkpoint->sequence : 0;
  if (job.checkpoint) {
    EXPECT_EQ(std::atoll(job.checkpoint->blob.c_str()), last);
  }
  for (const StoredPush& push : job.tail) {
    EXPECT_EQ(push.sequence, last + 1);
    EXPECT_EQ(std::atoll(push.payload.c_str()), push.sequence);
    last = push.sequence;
  }
  return last;
}

void CheckDecisions(Store& store, const std::map<int64_t, std::string>& acknowledged) {
  std::map<int64_t, std::string> found;
  std::set<std::string> reasons;
  for (int64_t after = 0;;) {
    const auto page = store.ListDecisions(nullptr, after, 10'000);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->empty()) break;
    for (const StoredDecision& stored : *page) {
      EXPECT_TRUE(stored.damage.ok()) << stored.damage;
      EXPECT_GT(stored.id, after);
      after = stored.id;
      found[stored.id] = stored.decision.reason;
      EXPECT_TRUE(reasons.insert(stored.decision.reason).second) << "twice: " << stored.decision.reason;
    }
  }
  for (const auto& [id, reason] : acknowledged) EXPECT_EQ(found[id], reason);
}

// `told` goes on from what is there: more than was acknowledged may be.
void CheckStore(const std::string& path, Acknowledged& told) {
  StoreOptions options;
  options.path = path;
  const auto store = MustOpen(options);  // its integrity check too
  ASSERT_NE(store, nullptr);
  std::map<std::string, int64_t> last, checkpoint;
  for (const StoredJob& job : Jobs(*store)) {
    last[job.job.name] = CheckJob(job);
    checkpoint[job.job.name] = job.checkpoint ? job.checkpoint->sequence : 0;
  }
  for (const auto& [job, number] : told.pushes) EXPECT_GE(last[job], number) << "lost: push of " << job;
  for (const auto& [job, number] : told.checkpoints)
    EXPECT_GE(checkpoint[job], number) << "lost: checkpoint of " << job;
  told.pushes = last;
  CheckDecisions(*store, told.decisions);
  for (const auto& [job, policy] : told.policies) {
    const auto stored = store->GetPolicy({PolicyScope::Level::kJob, {"ns", job}});
    ASSERT_TRUE(stored.ok() && stored->has_value()) << stored.status();
    EXPECT_GE((*stored)->revision, policy.first);
    if ((*stored)->revision == policy.first) {
      EXPECT_EQ((*stored)->policy.blob, policy.second);
    }
  }
}

TEST(StoreKill, WhatWasAcknowledgedIsThereOnceWheneverItIsKilled) {
  const TemporaryFolder folder;
  const std::string path = folder.File("state.db");
  std::mt19937 random(20261122);
  Acknowledged told;
  for (int i = 0; i < kKills && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(absl::StrCat("kill ", i));
    // A quarter of them while the file is opened and what the last kill left is put right.
    const bool early = i % 4 == 0;
    const absl::Duration after = absl::Microseconds(random() % (early ? 20'000 : 150'000));
    told.Read(RunAndKill(path, i, after, !early));
    CheckStore(path, told);
  }
  int64_t pushes = 0;
  for (const auto& [job, last] : told.pushes) pushes += last;
  RecordProperty("kills", kKills);
  RecordProperty("pushes", static_cast<int>(pushes));
  RecordProperty("decisions", static_cast<int>(told.decisions.size()));
  std::printf("%d kills, %ld pushes, %zu decisions\n", kKills, pushes, told.decisions.size());
  EXPECT_GT(pushes, 1000);  // it got around to writing
}

}  // namespace
}  // namespace tune
