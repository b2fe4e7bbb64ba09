#include "tests/rollout/made_up_operator.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/kube/resource.h"
#include "service/rollout/field_look.h"

namespace tune {
namespace {

using nlohmann::json;

constexpr absl::Duration kTimeout = absl::Seconds(30);
constexpr absl::Duration kUpgrade = absl::Milliseconds(150);  // that the job is down for
constexpr absl::Duration kDies = absl::Milliseconds(300);     // after it ran
constexpr absl::Duration kPhase = absl::Milliseconds(150);    // of a crash loop

json StatusWith(const std::string& lifecycle, const std::string& flink, const std::string& job_manager,
                int64_t generation, const std::string& error = "") {
  const json reconciled = {{"resource_metadata", {{"metadata", {{"generation", generation}}}}}};
  json status = {{"lifecycleState", lifecycle},
                 {"jobStatus", {{"state", flink}}},
                 {"jobManagerDeploymentStatus", job_manager},
                 {"reconciliationStatus",
                  {{"state", lifecycle == "UPGRADING" ? "UPGRADING" : "DEPLOYED"},
                   {"reconciliationTimestamp", 1},
                   {"lastReconciledSpec", reconciled.dump()}}}};
  if (!error.empty()) status["error"] = json{{"type", "x.ReconciliationException"}, {"message", error}}.dump();
  return status;
}

json Running(int64_t generation) { return StatusWith("STABLE", "RUNNING", "READY", generation); }
json Stopped(int64_t generation, const std::string& error = "") {
  return StatusWith("UPGRADING", "FINISHED", "MISSING", generation, error);
}

std::string PathOfNamespace(const std::string& ns) { return *PathOf(kFlinkDeployments, ns, ""); }

}  // namespace

MadeUpOperator::MadeUpOperator(KubeClient& client, std::string ns)
    : client_(client), ns_(std::move(ns)), thread_([this] { Run(); }) {}

MadeUpOperator::~MadeUpOperator() {
  ending_ = true;
  thread_.join();
}

void MadeUpOperator::Set(const std::string& job, Fate fate) {
  const std::lock_guard lock(mutex_);
  jobs_[job].fate = fate;
}

void MadeUpOperator::Accept(const std::string& job) {
  const auto is_seen = [&] {
    const std::lock_guard lock(mutex_);
    return !jobs_[job].first_spec.is_null();
  };
  {
    const std::lock_guard lock(mutex_);
    jobs_[job].first_spec = nullptr;
  }
  while (!is_seen()) absl::SleepFor(absl::Milliseconds(5));
}

void MadeUpOperator::Run() {
  while (!ending_) {
    Look();
    absl::SleepFor(absl::Milliseconds(20));
  }
}

void MadeUpOperator::Look() {
  const absl::StatusOr<std::string> text = client_.Get(PathOfNamespace(ns_), kTimeout);
  if (!text.ok()) return;  // the API server is away
  const json list = json::parse(*text);
  const std::lock_guard lock(mutex_);
  for (const json& object : list.at("items")) Bring(object, jobs_[object.at("metadata").at("name")]);
}

void MadeUpOperator::Bring(const json& object, Seen& seen) {
  if (seen.first_spec.is_null()) seen.first_spec = object.at("spec");
  json status = StatusOf(object, seen);
  if (status.is_null() || status.dump() == seen.written) return;
  json with = object;
  with["status"] = status;
  const std::string path =
      absl::StrCat(PathOfNamespace(ns_), "/", object.at("metadata").at("name").get<std::string>(), "/status");
  if (client_.Put(path, with.dump(), kTimeout).ok()) seen.written = status.dump();
}

json MadeUpOperator::StatusOf(const json& object, Seen& seen) {
  const int64_t generation = object.at("metadata").at("generation");
  const bool good = object.at("spec") == seen.first_spec || seen.fate == Fate::kRuns;
  const int64_t before = generation - 1;
  if (!good && seen.fate == Fate::kIgnored) return nullptr;
  if (!good && seen.fate == Fate::kRefused) {
    return StatusWith("STABLE", "RUNNING", "READY", before, "TaskManager resource memory parse error: junk");
  }
  if (seen.generation != generation) {
    const bool first = seen.generation == 0;
    seen.generation = generation;
    seen.since = absl::Now();
    seen.pods = 0;
    return first ? Running(generation) : Stopped(before);
  }
  const absl::Duration age = absl::Now() - seen.since;
  if (age < kUpgrade && seen.written != Running(generation).dump()) return Stopped(before);
  if (good) return Running(generation);
  switch (seen.fate) {
    case Fate::kUpgradeFails:
      // Seen and gone again, as operators do it while they try.
      return Stopped(generation,
                     absl::ToInt64Milliseconds(age) % 400 < 320 ? "TaskManager memory: 600m is too little" : "");
    case Fate::kRolledBack:
      return age < 2 * kUpgrade ? StatusWith("ROLLING_BACK", "RUNNING", "READY", generation)
                                : StatusWith("ROLLED_BACK", "RUNNING", "READY", generation);
    case Fate::kOomKilled:
      if (age > kDies + seen.pods * kDies) KillPod(object.at("metadata").at("name"), ++seen.pods);
      return Running(generation);
    case Fate::kCrashLoop: {
      const int64_t phase = (age - kUpgrade) / kPhase;
      return StatusWith("STABLE", phase % 4 == 3 ? "RESTARTING" : "RUNNING", "READY", generation);
    }
    case Fate::kStops:
      return age < kUpgrade + kDies ? Running(generation)
                                    : StatusWith("FAILED", "FAILED", "READY", generation, "user code");
    default:
      return nullptr;
  }
}

// As kubelet and Flink do it: its container ends with OOMKilled, and soon the pod is gone.
void MadeUpOperator::KillPod(const std::string& job, int number) {
  const std::string name = absl::StrCat(job, "-taskmanager-1-", number);
  const json pod = {{"apiVersion", "v1"},
                    {"kind", "Pod"},
                    {"metadata", {{"name", name}, {"labels", {{"app", job}, {"component", "taskmanager"}}}}},
                    {"spec",
                     {{"containers", {{{"name", "flink-main-container"}, {"image", "flink"}}}},
                      {"terminationGracePeriodSeconds", 0}}}};
  const KubeResource pods = {"", "v1", "pods"};
  const absl::StatusOr<std::string> made = client_.Post(*PathOf(pods, ns_, ""), pod.dump(), kTimeout);
  if (!made.ok()) return;
  json with = json::parse(*made);
  with["status"] = {{"phase", "Failed"},
                    {"containerStatuses",
                     {{{"name", "flink-main-container"},
                       {"image", "flink"},
                       {"imageID", ""},
                       {"ready", false},
                       {"restartCount", 0},
                       {"state", {{"terminated", {{"reason", "OOMKilled"}, {"exitCode", 137}}}}}}}}};
  EXPECT_TRUE(client_.Put(absl::StrCat(*PathOf(pods, ns_, name), "/status"), with.dump(), kTimeout).ok());
}

}  // namespace tune
