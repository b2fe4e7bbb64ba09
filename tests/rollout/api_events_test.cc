// Events at a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "service/rollout/events.h"
#include "tests/kube/api_server.h"

namespace tune {
namespace {

using nlohmann::json;

const absl::Time kNow = absl::FromUnixSeconds(1'795'334'400);

class EventsApi : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (IsSkipped()) return;
    client_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
    event_.job = {server_->NewNamespace(), "orders", JobKind::kDeployment};
    event_.uid = "11111111-2222-3333-4444-555555555555";
    event_.reason = "Recommendation";
    event_.action = "Resize";
    event_.note = "enrich: raise from 2 to 3";
  }
  json Events() const {
    return json::parse(server_->Kubectl({"get", "events.events.k8s.io", "-n", event_.job.ns, "-o", "json"}), nullptr,
                       false)
        .at("items");
  }

  std::unique_ptr<KubeClient> client_;
  JobEvent event_;
};

TEST_F(EventsApi, AreSeenWherePeopleLook) {
  EventRecorder recorder(*client_, "tuned-0");
  ASSERT_TRUE(recorder.Record(event_, kNow).ok());
  const json events = Events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].at("note"), event_.note);
  EXPECT_EQ(events[0].at("regarding").at("name"), "orders");
  EXPECT_EQ(events[0].at("type"), "Normal");
  EXPECT_THAT(
      server_->Kubectl({"get", "events", "-n", event_.job.ns, "--field-selector", "involvedObject.name=orders"}),
      testing::HasSubstr("enrich: raise from 2 to 3"));
}

TEST_F(EventsApi, TheSameAgainIsCountedAndSentNowAndThen) {
  EventRecorder recorder(*client_, "tuned-0");
  const int64_t before = client_->requests();
  for (int minute = 0; minute <= 25; ++minute) ASSERT_TRUE(recorder.Record(event_, kNow + absl::Minutes(minute)).ok());
  EXPECT_EQ(client_->requests(), before + 3) << "at 0, 10 and 20 minutes";
  json events = Events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].at("series").at("count"), 21);
  event_.note = "enrich: raise from 2 to 4";
  ASSERT_TRUE(recorder.Record(event_, kNow).ok());
  EXPECT_EQ(Events().size(), 2u) << "it says something else";
  EventRecorder again(*client_, "tuned-1");
  ASSERT_TRUE(again.Record(event_, kNow).ok());
  EXPECT_EQ(Events().size(), 3u) << "another process, its own";
}

TEST_F(EventsApi, LongTextsAreCutAndStrangeOnesKept) {
  EventRecorder recorder(*client_, std::string(200, 'i'));
  event_.note = absl::StrCat(std::string(2000, 'n'), "ü");
  event_.warning = true;
  ASSERT_TRUE(recorder.Record(event_, kNow).ok());
  event_.note = "\xff\"\n{}";
  event_.reason = std::string(300, 'r');
  const absl::Status status = recorder.Record(event_, kNow);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Events().size(), 2u);
}

TEST_F(EventsApi, OneThatWasRefusedIsTriedAgain) {
  KubeConfig config;
  config.server = server_->url();
  config.ca.file = server_->ca_file();
  config.token = server_->TokenFor(event_.job.ns, "nobody");
  const auto nobody = KubeClient::Create(config);
  ASSERT_TRUE(nobody.ok()) << nobody.status();
  EventRecorder recorder(**nobody, "tuned-0");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(recorder.Record(event_, kNow).code(), absl::StatusCode::kPermissionDenied);
  }
}

}  // namespace
}  // namespace tune
