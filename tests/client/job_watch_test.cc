// Watching: events, connections that are lost, servers that start anew, and the way out.
#include "service/client/job_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/client/made_up_server.h"
#include "tests/service/served.h"
#include "tests/support/recorded_job.h"
#include "tests/support/temporary_folder.h"

namespace tune {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// Runs a watch on a thread of its own and keeps what it tells.
class Watching {
 public:
  Watching(const std::string& server, absl::Duration timeout, const v1::JobFilter& filter = {}) {
    ClientOptions options;
    options.server = server;
    options.timeout = timeout;
    auto client = Client::Create(options);
    EXPECT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
    watch_ = std::make_unique<JobWatch>(
        *client_, filter,
        JobWatch::Listener{.event = [this](const v1::JobEvent& event) { Tell(TextOf(event)); },
                           .lost = [this](const absl::Status&, absl::Duration) { Tell("lost"); }});
    thread_ = std::thread([this] {
      const absl::Status ended = watch_->Run();
      Tell(absl::StrCat("end ", absl::StatusCodeToString(ended.code())));
      status_ = ended;
    });
  }
  ~Watching() {
    watch_->Stop();
    if (thread_.joinable()) thread_.join();
  }
  // What the watch ended with.
  absl::Status Stop() {
    watch_->Stop();
    return Join();
  }
  absl::Status Join() {
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  // The next thing told; "nothing" after half a minute.
  std::string Next() {
    std::unique_lock lock(mutex_);
    if (!told_.wait_for(lock, std::chrono::seconds(30), [this] { return !texts_.empty(); })) return "nothing";
    std::string text = texts_.front();
    texts_.erase(texts_.begin());
    return text;
  }
  // The next one that is none of `others`.
  std::string NextBut(const std::string& other) {
    std::string text = Next();
    while (text == other) text = Next();
    return text;
  }

 private:
  static std::string TextOf(const v1::JobEvent& event) {
    const std::string name = absl::StrCat(event.job().job().namespace_(), "/", event.job().job().name());
    switch (event.kind()) {
      case v1::JOB_EVENT_KIND_RESET:
        return "reset";
      case v1::JOB_EVENT_KIND_JOB:
        return "job " + name;
      case v1::JOB_EVENT_KIND_GONE:
        return "gone " + name;
      case v1::JOB_EVENT_KIND_BOOKMARK:
        return "bookmark";
      default:
        return "?";
    }
  }
  void Tell(const std::string& text) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(text);
    told_.notify_all();
  }

  std::unique_ptr<Client> client_;
  std::unique_ptr<JobWatch> watch_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<std::string> texts_;
  absl::Status status_;
  std::thread thread_;
};

class WatchedServer : public testing::Test {
 protected:
  WatchedServer() {
    daemon_.options.keeping.store = folder_.File("jobs.db");
    daemon_.options.keeping.evaluate = absl::Hours(1);
    daemon_.options.drain = absl::Seconds(1);
    daemon_.Start();
    address_ = daemon_.server().addresses().front();
    daemon_.options.listen = {address_};  // the same port after a restart
  }
  void Push(const std::string& name) {
    v1::PushSamplesResponse response;
    const grpc::Status status =
        daemon_.Call(&v1::Tuner::Stub::PushSamples, recorded_.Pushes("team-a", name, 1).front(), response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  RecordedJob recorded_;
  TemporaryFolder folder_;
  ServedDaemon daemon_;
  std::string address_;
};

TEST_F(WatchedServer, TellsWhatIsThereAndWhatComes) {
  Push("orders");
  Watching watching(address_, absl::Seconds(20));
  EXPECT_EQ(watching.Next(), "reset");
  EXPECT_EQ(watching.Next(), "job team-a/orders");
  EXPECT_EQ(watching.Next(), "bookmark");
  Push("bills");
  EXPECT_EQ(watching.Next(), "job team-a/bills");
  EXPECT_TRUE(watching.Stop().ok());
}

TEST_F(WatchedServer, GoesOnAfterTheServerStartedAnew) {
  Push("orders");
  Watching watching(address_, absl::Seconds(20));
  EXPECT_EQ(watching.Next(), "reset");
  EXPECT_EQ(watching.Next(), "job team-a/orders");
  EXPECT_EQ(watching.Next(), "bookmark");
  daemon_.Stop();
  EXPECT_EQ(watching.Next(), "lost");
  daemon_.Start();
  EXPECT_EQ(watching.NextBut("lost"), "reset") << "another run: its tokens are its own";
  EXPECT_EQ(watching.Next(), "job team-a/orders");
  EXPECT_EQ(watching.Next(), "bookmark");
  Push("bills");
  EXPECT_EQ(watching.Next(), "job team-a/bills");
}

TEST_F(WatchedServer, StopsWhileItWaitsToConnectAgain) {
  Watching watching(address_, absl::Seconds(20));
  EXPECT_EQ(watching.Next(), "reset");
  EXPECT_EQ(watching.Next(), "bookmark");
  daemon_.Stop();
  EXPECT_EQ(watching.Next(), "lost");
  const absl::Time began = absl::Now();
  EXPECT_TRUE(watching.Stop().ok());
  EXPECT_LT(absl::Now() - began, absl::Seconds(5));
}

v1::JobEvent Event(v1::JobEventKind kind, const std::string& token) {
  v1::JobEvent event;
  event.set_kind(kind);
  event.set_resume_token(token);
  return event;
}

// Each stream tells two events and is cut; the next one goes on from the last token.
TEST(JobWatchResume, GoesOnFromTheLastToken) {
  MadeUpServer server;
  std::mutex mutex;
  std::vector<std::string> tokens;
  server.watch = [&](const v1::WatchJobsRequest& request, auto& writer, grpc::ServerContext& context) {
    size_t streams = 0;
    {
      const std::lock_guard lock(mutex);
      tokens.push_back(request.resume_token());
      streams = tokens.size();
    }
    if (streams == 1) {
      writer.Write(Event(v1::JOB_EVENT_KIND_RESET, ""));
      writer.Write(Event(v1::JOB_EVENT_KIND_BOOKMARK, "7"));
    } else if (streams == 2) {
      writer.Write(Event(v1::JOB_EVENT_KIND_JOB, ""));
      writer.Write(Event(v1::JOB_EVENT_KIND_RESET, ""));  // what came before is no more to be gone on from
    } else {
      writer.Write(Event(v1::JOB_EVENT_KIND_BOOKMARK, "9"));
      while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(10));
    }
    return grpc::Status(grpc::UNAVAILABLE, "cut");
  };
  Watching watching(server.address(), absl::Seconds(20));
  for (const char* expected : {"reset", "bookmark", "lost", "job /", "reset", "lost", "bookmark"}) {
    EXPECT_EQ(watching.Next(), expected);
  }
  EXPECT_TRUE(watching.Stop().ok());
  EXPECT_THAT(tokens, testing::ElementsAre("", "7", ""));
}

TEST(JobWatchErrors, WhatNoWaitingMendsEndsIt) {
  MadeUpServer server;
  server.watch = [](auto&, auto&, auto&) { return grpc::Status(grpc::PERMISSION_DENIED, "not you"); };
  Watching watching(server.address(), absl::Seconds(20));
  const absl::Status ended = watching.Join();
  EXPECT_EQ(ended.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(ended.message(), HasSubstr("not you"));
  EXPECT_THAT(server.tokens(), SizeIs(1));
}

TEST(JobWatchErrors, NobodyThereAtFirstEndsItAfterAFewTries) {
  Watching watching("127.0.0.1:1", absl::Seconds(20));
  EXPECT_EQ(watching.Join().code(), absl::StatusCode::kUnavailable);
}

TEST(JobWatchErrors, AServerThatTellsNothingMeetsTheTimeout) {
  MadeUpServer server;
  server.watch = [](auto&, auto&, grpc::ServerContext& context) {
    while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(10));
    return grpc::Status::OK;
  };
  Watching watching(server.address(), absl::Milliseconds(300));
  const absl::Status ended = watching.Join();
  EXPECT_EQ(ended.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(ended.message(), HasSubstr("within 300ms"));
}

// The timeout is for the first event; then a watch may be still for as long as nothing changes.
TEST(JobWatchErrors, AQuietWatchIsNoSlowOne) {
  MadeUpServer server;
  server.watch = [](auto&, auto& writer, grpc::ServerContext& context) {
    writer.Write(Event(v1::JOB_EVENT_KIND_RESET, ""));
    absl::SleepFor(absl::Seconds(1));
    writer.Write(Event(v1::JOB_EVENT_KIND_BOOKMARK, "1"));
    while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(10));
    return grpc::Status::OK;
  };
  Watching watching(server.address(), absl::Milliseconds(300));
  EXPECT_EQ(watching.Next(), "reset");
  EXPECT_EQ(watching.Next(), "bookmark");
  EXPECT_TRUE(watching.Stop().ok());
}

}  // namespace
}  // namespace tune
