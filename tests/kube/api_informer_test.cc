// The informer against a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/kube/informer.h"
#include "service/kube/watch_stream.h"
#include "tests/kube/api_server.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kTime = absl::Seconds(60);
const KubeResource kConfigMaps = {"", "v1", "configmaps"};
const KubeResource kFlink = {"flink.apache.org", "v1beta1", "flinkdeployments"};

// data.v of a ConfigMap.
std::string ValueOf(simdjson::dom::element object) {
  std::string_view value;
  return object.at_pointer("/data/v").get(value) == simdjson::SUCCESS ? std::string(value) : "";
}

std::string MapText(const std::string& name, const std::string& value) {
  return absl::StrCat(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")", name,
                      R"(","labels":{"app":"x"}},"data":{"v":")", value, "\"}}");
}

bool Eventually(const std::function<bool()>& holds) {
  for (const absl::Time end = absl::Now() + kTime; absl::Now() < end; absl::SleepFor(absl::Milliseconds(10))) {
    if (holds()) return true;
  }
  return false;
}

class KubeApiInformer : public ApiServerTest {
 protected:
  void SetUp() override {
    ApiServerTest::SetUp();
    if (server_ == nullptr) return;
    ns_ = server_->NewNamespace();
    client_ = *KubeClient::Create(*ReadKubeConfig(server_->kubeconfig(), ""));
    options_.resource = kConfigMaps;
    options_.ns = ns_;
    options_.label_selector = "app=x";  // not kube-root-ca.crt
  }

  void Start() {
    auto informer =
        Informer<std::string>::Start(*client_, options_, ValueOf, [this](const ObjectChange& change, const auto&) {
          const std::lock_guard lock(mutex_);
          const char* const kinds[] = {"added ", "modified ", "deleted "};
          changes_.push_back(kinds[static_cast<int>(change.kind)] + change.name);
        });
    ASSERT_TRUE(informer.ok()) << informer.status();
    informer_ = *std::move(informer);
  }
  std::vector<std::string> TakeChanges() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
  }

  void Create(const std::string& name, const std::string& value) {
    const auto made = client_->Post(*PathOf(kConfigMaps, ns_, ""), MapText(name, value), kTime);
    EXPECT_TRUE(made.ok()) << made.status();
  }
  void Kubectl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--namespace", ns_});
    server_->Kubectl(words);
  }
  std::string Cached(const std::string& name) const {
    const auto value = informer_->cache().Find(ns_, name);
    return value == nullptr ? "none" : *value;
  }
  bool Shows(const std::string& name, const std::string& value) const {
    return Eventually([&] { return Cached(name) == value; });
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& object : informer_->cache().List("", "", 10'000)) names.push_back(object.name);
    return names;
  }

  std::string ns_;
  ReflectorOptions options_;
  std::mutex mutex_;
  std::vector<std::string> changes_;
  std::unique_ptr<KubeClient> client_;
  std::unique_ptr<Informer<std::string>> informer_;
};

TEST_F(KubeApiInformer, ListsInPagesAndHandsOutPagesInOrder) {
  for (int i = 0; i < 25; ++i) Create(absl::StrCat("m", 10 + i), "1");
  const int64_t before = client_->requests();
  options_.page_size = 10;
  Start();
  ASSERT_TRUE(informer_->WaitSynced(kTime));
  EXPECT_EQ(informer_->cache().size(), 25);
  ASSERT_TRUE(Eventually([&] { return informer_->state().watches == 1 && client_->requests() - before >= 4; }));
  EXPECT_EQ(client_->requests() - before, 4) << "three pages and a watch";
  const auto page = informer_->cache().List(ns_, "m12", 3);
  ASSERT_EQ(page.size(), 3);
  EXPECT_EQ(page[0].name, "m13");
  EXPECT_EQ(page[2].name, "m15");
  EXPECT_THAT(informer_->cache().List(ns_, "m34", 3), IsEmpty());
}

TEST_F(KubeApiInformer, SeesChangesInTheOrderInWhichTheyWereMade) {
  Create("a", "1");
  Start();
  ASSERT_TRUE(informer_->WaitSynced(kTime));
  Create("b", "1");
  Kubectl({"patch", "configmap", "b", "--type=merge", "--patch", R"({"data":{"v":"2"}})"});
  ASSERT_TRUE(Shows("b", "2"));
  Kubectl({"delete", "configmap", "b", "a"});
  ASSERT_TRUE(Eventually([&] { return informer_->cache().size() == 0; }));
  EXPECT_THAT(TakeChanges(), ElementsAre("added a", "added b", "modified b", "deleted b", "deleted a"));
  EXPECT_EQ(informer_->state().lists, 1);
  EXPECT_TRUE(informer_->state().error.ok());
}

TEST_F(KubeApiInformer, GoesOnWithoutAListOrARepetitionWhenAWatchEnds) {
  options_.watch_length = absl::Seconds(1);
  Start();
  ASSERT_TRUE(informer_->WaitSynced(kTime));
  Create("b", "1");
  Kubectl({"patch", "configmap", "b", "--type=merge", "--patch", R"({"data":{"v":"2"}})"});
  int made = 0;
  for (const int64_t watches = informer_->state().watches; informer_->state().watches < watches + 3; ++made) {
    Create(absl::StrCat("m", made), "1");
    ASSERT_TRUE(Shows(absl::StrCat("m", made), "1"));
    ASSERT_LT(made, 5000);
  }
  EXPECT_EQ(Cached("b"), "2");
  EXPECT_EQ(TakeChanges().size(), 2 + made);
  EXPECT_EQ(informer_->state().lists, 1);
  EXPECT_TRUE(informer_->state().error.ok());
}

// Everything changed while the server was away: what vanished meanwhile is found missing, and what stayed is not told
// again.
TEST_F(KubeApiInformer, FollowsAServerThatWasKilledAndCameBack) {
  Create("stays", "1");
  Create("goes", "1");
  Start();
  ASSERT_TRUE(informer_->WaitSynced(kTime));
  TakeChanges();
  server_->Kill();
  ASSERT_TRUE(Eventually([&] { return absl::IsUnavailable(informer_->state().error); }));
  EXPECT_EQ(Cached("goes"), "1") << "what was known is kept";
  EXPECT_TRUE(informer_->state().synced);
  server_->Start();
  Create("comes", "1");
  Kubectl({"delete", "configmap", "goes"});
  ASSERT_TRUE(Shows("comes", "1"));
  ASSERT_TRUE(Shows("goes", "none"));
  EXPECT_EQ(Cached("stays"), "1");
  for (const std::string& change : TakeChanges()) EXPECT_NE(change, "modified stays");
  EXPECT_TRUE(Eventually([&] { return informer_->state().error.ok(); }));
  EXPECT_LT(informer_->state().age, kTime);
}

// With the watch of another client a 410 is shown for what it is: the server has forgotten version 1.
TEST_F(KubeApiInformer, AVersionThatIsForgottenIsOutOfRange) {
  server_->Compact();
  const std::string path = *PathOf(kConfigMaps, ns_, "");
  auto stream = client_->Open(path + "?watch=1&resourceVersion=1", kTime);
  WatchStream events("GET " + path);
  absl::Status status;
  for (auto some = (*stream)->Read(); status.ok(); some = (*stream)->Read()) {
    status = some.ok() ? events.Feed(*some, [](WatchEvent, simdjson::dom::element) { return absl::OkStatus(); })
                       : some.status();
    if (some.ok() && some->empty()) break;
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
}

// The API server comes back with an empty memory, later than what the informer knows, so that its watch is told 410.
TEST_F(KubeApiInformer, ListsAnewWithoutAGapWhereItsVersionIsForgotten) {
  for (int i = 0; i < 30; ++i) Create(absl::StrCat("m", i), "1");
  options_.page_size = 7;
  options_.least_wait = options_.most_wait = absl::Seconds(6);  // it looks again when most of this is done
  Start();
  ASSERT_TRUE(informer_->WaitSynced(kTime));
  TakeChanges();
  Kubectl({"create", "configmap", "other"});  // a newer version, of which the selector tells the informer nothing
  server_->Kill();
  ASSERT_TRUE(Eventually([&] { return !informer_->state().error.ok(); }));
  server_->Start();
  Kubectl({"delete", "configmap", "m3", "m29"});
  Kubectl({"patch", "configmap", "m5", "--type=merge", "--patch", R"({"data":{"v":"2"}})"});
  Create("new", "1");
  server_->Compact();
  ASSERT_TRUE(Shows("new", "1"));
  ASSERT_TRUE(Eventually([&] { return informer_->cache().size() == 29; }));  // 30 - 2 + 1
  EXPECT_EQ(Cached("m3"), "none");
  EXPECT_EQ(Cached("m29"), "none");
  EXPECT_EQ(Cached("m5"), "2");
  EXPECT_THAT(TakeChanges(), testing::UnorderedElementsAre("modified m5", "added new", "deleted m29", "deleted m3"));
  EXPECT_EQ(informer_->state().lists, 2);
}

TEST_F(KubeApiInformer, SaysThatItMayNotAndGoesOnOnceItMay) {
  Create("a", "1");
  KubeConfig config;
  config.server = server_->url();
  config.ca.file = server_->ca_file();
  config.token = server_->TokenFor(ns_, "reader");
  const auto client = *KubeClient::Create(config);
  const auto informer = *Informer<std::string>::Start(*client, options_, ValueOf);
  ASSERT_TRUE(Eventually([&] { return absl::IsPermissionDenied(informer->state().error); }));
  EXPECT_FALSE(informer->state().synced);
  server_->LetRead(ns_, "reader", "configmaps");
  EXPECT_TRUE(informer->WaitSynced(kTime));
  EXPECT_EQ(informer->cache().size(), 1);
}

TEST_F(KubeApiInformer, FollowsFlinkDeployments) {
  options_.resource = kFlink;
  options_.label_selector = "";
  const auto parallelism = [](simdjson::dom::element object) {
    int64_t value = 0;
    return object.at_pointer("/spec/job/parallelism").get(value) == simdjson::SUCCESS ? value : -1;
  };
  const auto informer = *Informer<int64_t>::Start(*client_, options_, parallelism);
  ASSERT_TRUE(informer->WaitSynced(kTime));
  server_->Apply(absl::StrCat(R"(
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata: {name: demo, namespace: )",
                              ns_, R"(}
spec:
  image: flink:1.20
  flinkVersion: v1_20
  serviceAccount: flink
  jobManager: {resource: {memory: 1024m, cpu: 1}}
  taskManager: {resource: {memory: 2048m, cpu: 1}}
  job: {jarURI: "local:///job.jar", parallelism: 2, upgradeMode: stateless}
)"));
  ASSERT_TRUE(Eventually([&] { return informer->cache().Find(ns_, "demo") != nullptr; }));
  EXPECT_EQ(*informer->cache().Find(ns_, "demo"), 2);
  Kubectl({"patch", "flinkdeployment", "demo", "--type=merge", "--patch", R"({"spec":{"job":{"parallelism":3}}})"});
  EXPECT_TRUE(Eventually([&] { return *informer->cache().Find(ns_, "demo") == 3; }));
}

}  // namespace
}  // namespace tune
