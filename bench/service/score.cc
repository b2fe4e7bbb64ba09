// What a recommendation over loopback costs, against an echo of as many bytes on the same server: latency at shares of
// what the echo can do at most. The server is a process of its own.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "bench/peer/synthetic_input.h"
#include "bench/service/open_loop.h"
#include "libtune/codec/window_codec.h"
#include "service/api/answers.h"
#include "service/api/tuner_service.h"
#include "service/echo.grpc.pb.h"
#include "tune/window_builder.h"

namespace tune::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kRoundSeconds = 3;
constexpr int kRounds = 3;
constexpr int kOutstanding = 16;  // while looking for the echo's most

class EchoService final : public Echo::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    response->mutable_payload()->resize(static_cast<size_t>(request->answer_bytes()));
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class Silent final : public Observer {
 public:
  void OnCall(const char*, const std::string&, absl::StatusCode, absl::Duration) override {}
  void OnAnswer(const std::string&, v1::Action) override {}
};

// Serves until it is killed, and ends with its parent.
[[noreturn]] void Serve(int port_out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Admission admission({.calls_under_way = 1'000'000});
  Workers workers(2), askers(1), writers(1);
  Silent observer;
  const Door door{admission, workers, askers, writers, observer};
  TunerService tuner(door, nullptr, nullptr);
  EchoService echo;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&tuner);
  builder.RegisterService(&echo);
  const auto server = builder.BuildAndStart();
  if (write(port_out, &port, sizeof(port)) != sizeof(port)) _exit(1);
  server->Wait();
  _exit(0);
}

v1::RecommendRequest RequestOf(int vertices, int minutes) {
  auto builder = WindowBuilder::Create(SyntheticInput(vertices).Graph(), {}, {});
  for (const TaskSample& sample : MakeSamples(vertices, minutes)) builder->Add(sample).IgnoreError();
  v1::RecommendRequest request;
  *request.mutable_window() = ToProto(builder->Window());
  return request;
}

grpc::ByteBuffer BytesOf(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// A client that sends bytes and keeps those that come back: what making and reading messages costs it is its own.
Start StartCall(grpc::GenericStub& stub, const std::string& method, const grpc::ByteBuffer& request) {
  struct Pending {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
  };
  return [&stub, method, &request](std::function<void(bool)> done) {
    auto call = std::make_shared<Pending>();
    stub.UnaryCall(&call->context, method, {}, &request, &call->response,
                   [call, done = std::move(done)](const grpc::Status& s) { done(s.ok()); });
  };
}

// Calls a second with kOutstanding of them always under way.
double MostPerSecond(const Start& start) {
  std::atomic<int64_t> answered = 0;
  std::atomic<int> under_way = kOutstanding;
  const auto end = Clock::now() + std::chrono::milliseconds(static_cast<int64_t>(kRoundSeconds * 1000));
  std::function<void(bool)> next = [&](bool) {
    ++answered;
    if (Clock::now() < end) return start(next);
    --under_way;
  };
  for (int i = 0; i < kOutstanding; ++i) start(next);
  while (under_way > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return static_cast<double>(answered) / kRoundSeconds;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Score(grpc::GenericStub& stub, int vertices, int minutes) {
  const v1::RecommendRequest request = RequestOf(vertices, minutes);
  v1::RecommendResponse response;
  if (!Answer(request, response).ok()) std::exit(1);
  EchoRequest same;
  same.mutable_payload()->resize(request.ByteSizeLong());
  same.set_answer_bytes(static_cast<int32_t>(response.ByteSizeLong()));
  const grpc::ByteBuffer asked = BytesOf(request), echoed = BytesOf(same);
  const Start recommend = StartCall(stub, "/tune.v1.Tuner/Recommend", asked);
  const Start echo = StartCall(stub, "/tune.bench.Echo/Echo", echoed);
  const double most = MostPerSecond(echo), own = MostPerSecond(recommend);
  std::printf("\n%d vertices, %d minutes: %zu bytes in, %zu out; at most %.0f echoes/s, %.0f recommendations/s\n",
              vertices, minutes, request.ByteSizeLong(), response.ByteSizeLong(), most, own);
  std::printf("%8s %10s %10s %8s %10s %10s %8s\n", "calls/s", "echo p50", "own p50", "ratio", "echo p99", "own p99",
              "ratio");
  for (const double share : {0.05, 0.2, 0.4, 0.6, 0.8}) {
    std::vector<double> e50, o50, e99, o99;
    int64_t refused = 0;
    for (int round = 0; round < kRounds; ++round) {
      const Latency e = OpenLoop(echo, share * most, kRoundSeconds),
                    o = OpenLoop(recommend, share * most, kRoundSeconds);
      e50.push_back(e.p50_us), e99.push_back(e.p99_us), o50.push_back(o.p50_us), o99.push_back(o.p99_us);
      refused += e.refused + o.refused;
    }
    std::printf("%8.0f %7.0f us %7.0f us %8.2f %7.0f us %7.0f us %8.2f  at %.0f %%%s\n", share * most, Median(e50),
                Median(o50), Median(o50) / Median(e50), Median(e99), Median(o99), Median(o99) / Median(e99),
                100 * share, refused > 0 ? ", some REFUSED" : "");
  }
}

}  // namespace
}  // namespace tune::bench

int main() {
  int ports[2];
  if (pipe(ports) != 0) return 1;
  const pid_t server = fork();  // before gRPC begins
  if (server == 0) tune::bench::Serve(ports[1]);
  int port = 0;
  if (read(ports[0], &port, sizeof(port)) != sizeof(port)) return 1;
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  std::printf(
      "Recommend against an echo of as many bytes on the same server, from one client over loopback; medians "
      "of %d rounds\n",
      tune::bench::kRounds);
  tune::bench::Score(stub, 5, 60);
  tune::bench::Score(stub, 20, 90);
  kill(server, SIGTERM);
  waitpid(server, nullptr, 0);
  return 0;
}
