// What the quota's arithmetic says, and what the quota's admission then does.
#include <gtest/gtest.h>

#include "tests/cluster/api_cluster.h"

namespace tune {
namespace {

const KubeResource kPods = {"", "v1", "pods"};

// A log shipper that says nothing of its size, and a container that fetches something first.
constexpr char kTemplate[] = R"(,"podTemplate":{"spec":{"containers":[{"name":"flink-main-container","image":"x"},
    {"name":"logs","image":"x"}],"initContainers":[{"name":"fetch","image":"x","resources":{"requests":{"cpu":"1500m",
    "memory":"64Mi"},"limits":{"cpu":"1500m","memory":"64Mi"}}}]}})";

class ClusterApiQuota : public ApiClusterTest {
 protected:
  // A pod as Flink makes it of the job's template.
  absl::Status CreatePod(const std::string& cluster, const std::string& component, int number, const std::string& cpu,
                         const std::string& memory, bool with_template) {
    const std::string resources = absl::StrCat(R"({"cpu":")", cpu, R"(","memory":")", memory, "\"}");
    const std::string main = absl::StrCat(R"({"name":"flink-main-container","image":"x","resources":{"requests":)",
                                          resources, ",\"limits\":", resources, "}}");
    const std::string beside =
        with_template ? R"(,{"name":"logs","image":"x"}],"initContainers":[{"name":"fetch","image":"x","resources":{
            "requests":{"cpu":"1500m","memory":"64Mi"},"limits":{"cpu":"1500m","memory":"64Mi"}}}])"
                      : "]";
    return client_
        ->Post(*PathOf(kPods, ns_, ""),
               absl::StrCat(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")", cluster, "-", component, "-",
                            number, R"(","labels":{"app":")", cluster, R"(","component":")", component,
                            R"("}},"spec":{"containers":[)", main, beside, "}}"),
               kTime)
        .status();
  }
  absl::Status CreateTaskManager(const std::string& cluster, int number, bool with_template) {
    return CreatePod(cluster, "taskmanager", number, "1", "2Gi", with_template);
  }

  void CreateQuota(const std::string& hard) {
    Create({"", "v1", "resourcequotas"}, ns_,
           absl::StrCat(R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"team-a"},"spec":{"hard":)",
                        hard, "}}"));
  }
  void CreateRange() {
    Create({"", "v1", "limitranges"}, ns_,
           R"({"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"usual"},"spec":{"limits":[{"type":"Container",
               "default":{"cpu":"300m","memory":"256Mi"},"defaultRequest":{"cpu":"100m","memory":"128Mi"}}]}})");
  }

  // The quota's status is there, and the view knows `pods` of the job.
  NamespaceUse UseWith(const ClusterView& view, const std::string& cluster, size_t pods) {
    NamespaceUse use;
    EXPECT_TRUE(Eventually([&] {
      if (view.PodsOf(ns_, cluster).size() != pods) return false;
      use = view.QuotaOf(ns_);
      bool counted = !use.limits.quota.empty();
      for (const QuotaEntry& entry : use.limits.quota) {
        const int64_t held = use.jobs.empty() ? 0 : Amount(use.jobs[0].now, entry.resource);
        counted = counted && entry.used && *entry.used == held;
      }
      return counted;
    })) << "what is counted is what the server counts";
    return use;
  }
  void WaitForServiceAccount() {
    EXPECT_TRUE(
        Eventually([&] { return client_->Get(*PathOf({"", "v1", "serviceaccounts"}, ns_, "default"), kTime).ok(); }));
  }

  // Creates TaskManagers until the server refuses one; how many there are then.
  int CreateAll(const std::string& cluster, int from, bool with_template) {
    for (int count = from;; ++count) {
      const absl::Status made = CreateTaskManager(cluster, count, with_template);
      if (absl::IsPermissionDenied(made)) {
        EXPECT_NE(made.message().find("exceeded quota"), absl::string_view::npos) << made;
        return count;
      }
      EXPECT_TRUE(made.ok()) << made;
      if (!made.ok() || count > 100) return -1;
    }
  }

  static PlanFit Fit(const NamespaceUse& use, const FlinkJob& job, int task_managers) {
    JobPods pods = *PresentPods(WindowOf(job.Deployment()->facts, job.parallelism));
    PlannedPods plan = {pods, pods, true};
    plan.wanted.task_managers.count = task_managers;
    return FitPlan(use, job, plan);
  }
};

TEST_F(ClusterApiQuota, TheLastThatFitsFitsAndOneMoreIsRefused) {
  WaitForServiceAccount();
  CreateQuota(R"({"requests.cpu":"5","limits.memory":"100Gi","pods":"50"})");
  CreateDeployment("orders", 4);
  const auto view = View(*client_, {ns_});
  ASSERT_TRUE(view->WaitSettled(kTime));
  const NamespaceUse use = UseWith(*view, "orders", 0);
  const auto job = view->FindJob({ns_, "orders"});
  const PlanFit fit = Fit(use, *job, 9);
  EXPECT_EQ(fit.task_managers, 4);  // (5 - 0.5) / 1
  EXPECT_EQ(fit.cap, "requests.cpu of quota team-a: 9.5 of 5 cores");
  EXPECT_TRUE(Fit(use, *job, 4).fits);
  ASSERT_TRUE(CreatePod("orders", "jobmanager", 0, "500m", "1Gi", false).ok());
  EXPECT_EQ(CreateAll("orders", 0, false), fit.task_managers);
  const NamespaceUse full = UseWith(*view, "orders", 5);
  EXPECT_EQ(LeftFor(full, "orders").quota.cpu_request, MilliCores(5000)) << "its own pods are given back";
  EXPECT_EQ(LeftFor(full, "another").quota.cpu_request, MilliCores(500));  // 5 - 4.5
}

TEST_F(ClusterApiQuota, SidecarsInitContainersAndDefaultsAreCountedAsAdmissionDoes) {
  WaitForServiceAccount();
  CreateRange();
  CreateQuota(R"({"requests.cpu":"12","limits.cpu":"9","requests.memory":"30Gi","limits.memory":"30Gi"})");
  CreateDeployment("orders", 8, kTemplate);
  const auto view = View(*client_, {ns_});
  ASSERT_TRUE(view->WaitSettled(kTime));
  ASSERT_TRUE(Eventually([&] { return view->QuotaOf(ns_).limits.defaults.cpu_limit == MilliCores(300); }));
  const NamespaceUse use = UseWith(*view, "orders", 0);
  const auto job = view->FindJob({ns_, "orders"});
  ASSERT_TRUE(job->error.ok()) << job->error;
  // Each pod's limits are max(main + 0.3, 1.5): 1.5 cores of both roles. (9 - 1.5) / 1.5 = 5.
  const PlanFit fit = Fit(use, *job, 6);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.cap, "limits.cpu of quota team-a: 10.5 of 9 cores");
  EXPECT_EQ(fit.task_managers, 5);
  ASSERT_TRUE(CreatePod("orders", "jobmanager", 0, "500m", "1Gi", true).ok());
  ASSERT_TRUE(CreateTaskManager("orders", 0, true).ok());
  const NamespaceUse two = UseWith(*view, "orders", 2);
  EXPECT_EQ(two.jobs[0].wanted.pods, 5);                         // 1 + 8 / 2
  EXPECT_EQ(two.jobs[0].in_flight.cpu_limit, MilliCores(4500));  // three more TaskManagers
  EXPECT_EQ(CreateAll("orders", 1, true), fit.task_managers);
}

TEST_F(ClusterApiQuota, WhatOtherJobsAreAboutToTakeIsKeptForThem) {
  WaitForServiceAccount();
  CreateQuota(R"({"requests.cpu":"8"})");
  CreateDeployment("orders", 2);
  CreateDeployment("pay", 6);  // 0.5 + 3 cores, of which there is nothing yet
  const auto view = View(*client_, {ns_});
  ASSERT_TRUE(view->WaitSettled(kTime));
  const NamespaceUse use = UseWith(*view, "orders", 0);
  const auto job = view->FindJob({ns_, "orders"});
  const PlanFit fit = Fit(use, *job, 5);
  EXPECT_EQ(fit.cap, "requests.cpu of quota team-a: 9 of 8 cores");  // 3.5 + 0.5 + 5
  EXPECT_EQ(fit.task_managers, 4);                                   // 8 - 3.5 - 0.5
  ASSERT_TRUE(CreatePod("orders", "jobmanager", 0, "500m", "1Gi", false).ok());
  for (int i = 0; i < *fit.task_managers; ++i) ASSERT_TRUE(CreateTaskManager("orders", i, false).ok());
  ASSERT_TRUE(CreatePod("pay", "jobmanager", 0, "500m", "1Gi", false).ok());
  EXPECT_EQ(CreateAll("pay", 0, false), 3) << "all of the other job's pods came up, and nothing more";
}

}  // namespace
}  // namespace tune
