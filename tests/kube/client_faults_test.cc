// What the real server can't be made to show: throttling, garbage, half answers, slow ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/kube/api_status.h"
#include "service/kube/client.h"
#include "service/kube/informer.h"
#include "tests/kube/raw_server.h"

namespace tune {
namespace {

using testing::HasSubstr;

std::unique_ptr<KubeClient> ClientOf(const RawServer& server, KubeClientOptions options = {}) {
  KubeConfig config;
  config.server = server.url();
  options.least_wait = absl::Milliseconds(10);
  auto client = KubeClient::Create(config, options);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

TEST(KubeClientFaults, A429IsTriedAgainAfterTheTimeThatItAsksFor) {
  int count = 0;
  const RawServer server([&count](const std::string&) {
    return ++count == 1 ? HttpText(429, "slow down", "Retry-After: 1\r\n") : HttpText(200, "{}");
  });
  const auto client = ClientOf(server);
  const absl::Time began = absl::Now();
  const auto answer = client->Post("/x", "{}", absl::Seconds(20));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_GE(absl::Now() - began, absl::Seconds(1));
  EXPECT_EQ(server.requests(), 2);
}

TEST(KubeClientFaults, A429ThatAsksForMoreThanTheTimeLeftIsAnsweredAtOnce) {
  const RawServer server([](const std::string&) { return HttpText(429, "slow down", "Retry-After: 60\r\n"); });
  const absl::Time began = absl::Now();
  const auto answer = ClientOf(server)->Get("/x", absl::Seconds(20));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfter(answer.status()), absl::Seconds(60));
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));
  EXPECT_EQ(server.requests(), 1);
}

TEST(KubeClientFaults, AGetIsTriedAgainAndAPostThatArrivedIsNot) {
  for (const std::string& fault : {HttpText(503, "no"), HttpText(200, "ab", "Content-Length: 5\r\n"), std::string()}) {
    std::atomic<int> count = 0;  // written by the server's thread too
    const RawServer server([&](const std::string&) { return ++count % 2 == 1 ? fault : HttpText(200, "{}"); });
    const auto client = ClientOf(server);
    EXPECT_EQ(client->Post("/x", "{}", absl::Seconds(20)).status().code(), absl::StatusCode::kUnavailable) << fault;
    EXPECT_EQ(server.requests(), 1);
    ++count;
    EXPECT_EQ(*client->Get("/x", absl::Seconds(20)), "{}");
    EXPECT_EQ(server.requests(), 3);
  }
}

TEST(KubeClientFaults, ASlowAnswerEndsWithTheCallsTime) {
  const RawServer server([](const std::string&) {
    absl::SleepFor(absl::Seconds(2));
    return HttpText(200, "{}");
  });
  const absl::Time began = absl::Now();
  const auto answer = ClientOf(server)->Get("/x", absl::Milliseconds(200));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded) << answer.status();
  EXPECT_LT(absl::Now() - began, absl::Seconds(2));
}

TEST(KubeClientFaults, AnAnswerMayBeAsLargeAsTheLimitAndNoLarger) {
  const RawServer server([](const std::string&) { return HttpText(200, std::string(100000, 'x')); });
  KubeClientOptions options;
  options.most_response_bytes = 100000;
  EXPECT_TRUE(ClientOf(server, options)->Get("/x", absl::Seconds(20)).ok());
  options.most_response_bytes = 99999;
  EXPECT_EQ(ClientOf(server, options)->Get("/x", absl::Seconds(20)).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(KubeClientFaults, CodesOfTheServerHaveTheirStatus) {
  const std::vector<std::pair<int, absl::StatusCode>> cases = {
      {400, absl::StatusCode::kInvalidArgument},  {401, absl::StatusCode::kUnauthenticated},
      {403, absl::StatusCode::kPermissionDenied}, {404, absl::StatusCode::kNotFound},
      {409, absl::StatusCode::kAborted},          {410, absl::StatusCode::kOutOfRange},
      {422, absl::StatusCode::kInvalidArgument},  {500, absl::StatusCode::kUnavailable},
      {302, absl::StatusCode::kUnknown}};
  for (const auto& [code, want] : cases) {
    const RawServer server([http = code](const std::string&) {
      return HttpText(http, "no\r\n" + std::string(5000, '\xff'), "Location: http://127.0.0.1:1/\r\n");
    });
    const absl::Status status = ClientOf(server)->Post("/x", "{}", absl::Seconds(20)).status();
    EXPECT_EQ(status.code(), want) << code;
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("POST /x: ", code, ": no ")));
    EXPECT_LT(status.message().size(), 3200) << "1,000 bytes, each as U+FFFD";
  }
}

TEST(KubeClientFaults, NoServerIsUnavailable) {
  std::string url;
  {
    url = RawServer([](const std::string&) { return ""; }).url();
  }
  KubeConfig config;
  config.server = url;
  const auto client = KubeClient::Create(config);
  const absl::Time began = absl::Now();
  EXPECT_EQ((*client)->Get("/x", absl::Seconds(1)).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - began, absl::Seconds(1.5));
}

TEST(KubeClientFaults, AStreamThatIsNotReadEndsInsteadOfGrowing) {
  const RawServer server([](const std::string&) { return HttpText(200, std::string(8 << 20, 'x')); });
  KubeClientOptions options;
  options.most_response_bytes = 1 << 20;
  const auto client = ClientOf(server, options);
  auto stream = client->Open("/x", absl::Seconds(20));
  ASSERT_TRUE(stream.ok());
  absl::SleepFor(absl::Milliseconds(500));
  size_t size = 0;
  absl::StatusOr<std::string> some = (*stream)->Read();
  for (; some.ok() && !some->empty(); some = (*stream)->Read()) size += some->size();
  EXPECT_EQ(some.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_LE(size, 1 << 20);
}

TEST(KubeClientFaults, AStreamIsCancelledFromAnotherThread) {
  const RawServer server([](const std::string&) {
    absl::SleepFor(absl::Seconds(1));
    return HttpText(200, "x");
  });
  const auto client = ClientOf(server);
  auto stream = client->Open("/x", absl::Seconds(20));
  std::thread other([&stream] {
    absl::SleepFor(absl::Milliseconds(100));
    (*stream)->Cancel();
  });
  EXPECT_EQ((*stream)->Read().status().code(), absl::StatusCode::kCancelled);
  other.join();
}

// ---- the informer

constexpr char kTwo[] =
    R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a","namespace":"n","resourceVersion":"3"}},)"
    R"({"metadata":{"name":"b","namespace":"n","resourceVersion":"4"}}]})";

std::string NameOf(simdjson::dom::element object) {
  std::string_view name;
  return object.at_pointer("/metadata/name").get(name) == simdjson::SUCCESS ? std::string(name) : "";
}

ReflectorOptions Pods() {
  ReflectorOptions options;
  options.resource = {"", "v1", "pods"};
  options.least_wait = absl::Milliseconds(10);
  return options;
}

bool Eventually(const std::function<bool()>& holds) {
  for (const absl::Time end = absl::Now() + absl::Seconds(20); absl::Now() < end;
       absl::SleepFor(absl::Milliseconds(5))) {
    if (holds()) return true;
  }
  return false;
}

bool Watches(const std::string& head) { return head.find("watch=1") != std::string::npos; }

TEST(InformerFaults, GoesOnAfterHalfALineAndLosesNothing) {
  int watches = 0;
  const RawServer server([&watches](const std::string& head) -> std::string {
    if (!Watches(head)) return HttpText(200, kTwo);
    const std::string line =
        R"({"type":"ADDED","object":{"metadata":{"name":"c","namespace":"n","resourceVersion":"6"}}})"
        "\n";
    if (++watches == 1) return HttpText(200, line + line.substr(0, 30));
    if (watches == 2) return HttpText(200, "garbage\n");
    absl::SleepFor(absl::Milliseconds(50));
    return HttpText(503, "later");
  });
  const auto client = ClientOf(server);
  const auto informer = *Informer<std::string>::Start(*client, Pods(), NameOf);
  ASSERT_TRUE(informer->WaitSynced(absl::Seconds(20)));
  ASSERT_TRUE(Eventually([&] { return informer->state().lists >= 3; })) << "garbage: list anew";
  EXPECT_EQ(informer->cache().size(), 2) << "what the new list lacks is gone";
  EXPECT_TRUE(Eventually([&] { return absl::IsUnavailable(informer->state().error); })) << informer->state().error;
  EXPECT_LT(informer->state().age, absl::Seconds(20));
}

TEST(InformerFaults, AListThatIsGarbageLeavesTheCacheUnsynced) {
  for (const std::string& body :
       {std::string("<html>"), std::string("{}"), std::string(R"({"metadata":{"resourceVersion":"1"},"items":{}})"),
        std::string(R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}}]})")}) {
    const RawServer server([&body](const std::string&) { return HttpText(200, body); });
    const auto client = ClientOf(server);
    const auto informer = *Informer<std::string>::Start(*client, Pods(), NameOf);
    EXPECT_TRUE(Eventually([&] { return informer->state().error.code() == absl::StatusCode::kDataLoss; })) << body;
    EXPECT_FALSE(informer->state().synced);
    EXPECT_EQ(informer->cache().size(), 0);
  }
}

TEST(InformerFaults, StaysAwayForAsLongAsItIsAsked) {
  int lists = 0;
  const RawServer server([&lists](const std::string& head) {
    if (!Watches(head)) return ++lists == 1 ? HttpText(429, "no", "Retry-After: 1\r\n") : HttpText(200, kTwo);
    absl::SleepFor(absl::Milliseconds(50));
    return HttpText(503, "later");
  });
  const auto client = ClientOf(server);
  const absl::Time began = absl::Now();
  const auto informer = *Informer<std::string>::Start(*client, Pods(), NameOf);
  EXPECT_EQ(informer->state().age, absl::InfiniteDuration());
  ASSERT_TRUE(informer->WaitSynced(absl::Seconds(20)));
  EXPECT_GE(absl::Now() - began, absl::Seconds(1));
}

TEST(InformerFaults, EndsAtOnceWhereTheServerIsSilent) {
  const RawServer server([](const std::string& head) {
    if (!Watches(head)) return HttpText(200, kTwo);
    absl::SleepFor(absl::Seconds(2));
    return HttpText(200, "");
  });
  const auto client = ClientOf(server);
  auto informer = *Informer<std::string>::Start(*client, Pods(), NameOf);
  ASSERT_TRUE(informer->WaitSynced(absl::Seconds(20)));
  ASSERT_TRUE(Eventually([&] { return informer->state().watches == 1; }));
  const absl::Time began = absl::Now();
  informer.reset();
  EXPECT_LT(absl::Now() - began, absl::Seconds(1));
}

TEST(InformerFaults, RefusesOptionsByName) {
  const RawServer server([](const std::string&) { return ""; });
  const auto client = ClientOf(server);
  ReflectorOptions options = Pods();
  options.page_size = 0;
  EXPECT_EQ(Informer<std::string>::Start(*client, options, NameOf).status().message(), "page_size = 0; allowed: >= 1");
  options = Pods();
  options.ns = "../x";
  EXPECT_EQ(Informer<std::string>::Start(*client, options, NameOf).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tune
