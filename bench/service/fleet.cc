#include "bench/service/fleet.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tune::bench {
namespace {

constexpr int kOutstanding = 32;  // pushes under way

template <typename Request, typename Response>
struct Pending {
  grpc::ClientContext context;
  Request request;
  Response response;
};

using Told = std::function<void(const grpc::Status&)>;

void StartPush(v1::Tuner::Stub& stub, v1::PushSamplesRequest request, Told told) {
  auto call = std::make_shared<Pending<v1::PushSamplesRequest, v1::PushSamplesResponse>>();
  call->request = std::move(request);
  stub.async()->PushSamples(&call->context, &call->request, &call->response,
                            [call, told = std::move(told)](const grpc::Status& status) { told(status); });
}

double JudgedIn(const std::string& metrics) {
  return ValueOf(metrics, "tuned_judged_total").value_or(0) + ValueOf(metrics, "tuned_judged_failed_total").value_or(0);
}

}  // namespace

Fleet::Fleet(int jobs) {
  for (int i = 0; i < jobs; ++i) jobs_.emplace_back(i);
}

void Fleet::Connect(const std::string& address) {
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  stub_ = v1::Tuner::NewStub(channel);
  generic_ = std::make_unique<grpc::GenericStub>(channel);
}

absl::Status Fleet::PushAll(int minutes) {
  std::atomic<size_t> next = 0;
  std::atomic<int> under_way = kOutstanding;
  std::mutex mutex;
  absl::Status failed;
  std::function<void()> push = [&] {
    const size_t job = next++;
    if (job >= jobs_.size()) {
      --under_way;
      return;
    }
    StartPush(*stub_, jobs_[job].Next(minutes), [&](const grpc::Status& status) {
      if (!status.ok()) {
        const std::lock_guard lock(mutex);
        failed.Update(absl::UnavailableError(absl::StrCat("PushSamples: ", status.error_message())));
        next = jobs_.size();
      }
      push();
    });
  };
  for (int i = 0; i < kOutstanding; ++i) push();
  while (under_way > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return failed;
}

Latency Fleet::PushPaced(double per_second, double seconds) {
  const auto start = [this](std::function<void(bool)> done) {
    FleetJob& job = jobs_[next_++ % jobs_.size()];
    StartPush(*stub_, job.Next(1), [done = std::move(done)](const grpc::Status& status) { done(status.ok()); });
  };
  return OpenLoop(start, per_second, seconds);
}

Latency Fleet::GetJobs(double per_second, double seconds) {
  std::vector<v1::GetJobRequest> requests(jobs_.size());
  for (size_t i = 0; i < jobs_.size(); ++i) *requests[i].mutable_job() = jobs_[i].Ref();
  size_t at = 0;
  const auto start = [&](std::function<void(bool)> done) {
    auto call = std::make_shared<Pending<v1::GetJobRequest, v1::GetJobResponse>>();
    at = (at + 7919) % requests.size();  // a prime: all of them, neighbours seldom
    stub_->async()->GetJob(&call->context, &requests[at], &call->response,
                           [call, done = std::move(done)](const grpc::Status& s) { done(s.ok()); });
  };
  return OpenLoop(start, per_second, seconds);
}

Latency Fleet::CheckHealth(double per_second, double seconds) {
  const auto start = [this](std::function<void(bool)> done) {
    auto call = std::make_shared<Pending<grpc::ByteBuffer, grpc::ByteBuffer>>();
    const grpc::Slice nothing("", 0);
    call->request = grpc::ByteBuffer(&nothing, 1);
    generic_->UnaryCall(&call->context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &call->request,
                        &call->response,
                        [call, done = std::move(done)](const grpc::Status& status) { done(status.ok()); });
  };
  return OpenLoop(start, per_second, seconds);
}

absl::Status Fleet::PutPolicy() {
  v1::PutPolicyRequest request;
  request.mutable_scope()->set_everyone(true);
  request.mutable_policy()->set_name("balanced");
  v1::PutPolicyResponse response;
  grpc::ClientContext context;
  const grpc::Status status = stub_->PutPolicy(&context, request, &response);
  if (status.ok()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("PutPolicy: ", status.error_message()));
}

double Judged(const TunedProcess& tuned) {
  const auto metrics = tuned.Metrics();
  return metrics.ok() ? JudgedIn(*metrics) : 0;
}

absl::Status AwaitJudged(const TunedProcess& tuned, double before, double more) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  double judged = 0;
  while (std::chrono::steady_clock::now() < end) {
    const auto metrics = tuned.Metrics();
    if (!metrics.ok()) return metrics.status();
    judged = JudgedIn(*metrics);
    if (judged >= before + more && ValueOf(*metrics, "tuned_store_queued") == 0.0) return absl::OkStatus();
    std::this_thread::sleep_for(std::chrono::milliseconds(250));  // asking costs it too
  }
  return absl::DeadlineExceededError(absl::StrCat(judged - before, " of ", more, " jobs were judged in two minutes"));
}

}  // namespace tune::bench
