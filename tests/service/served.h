// A daemon in the test's own process, and calls to it over loopback.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "service/server/server.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {

class ServedDaemon {
 public:
  ServedDaemon() { options.listen = {"127.0.0.1:0"}; }
  ~ServedDaemon() {
    Stop();
    std::fclose(out_);
  }
  ServedDaemon(const ServedDaemon&) = delete;
  ServedDaemon& operator=(const ServedDaemon&) = delete;

  void Start() {
    auto started = Server::Start(options, log_);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    channel_ = grpc::CreateChannel(server_->addresses().front(), grpc::InsecureChannelCredentials());
    stub_ = v1::Tuner::NewStub(channel_);
  }
  void Stop() {
    stub_.reset();
    channel_.reset();
    server_.reset();
  }
  Server& server() { return *server_; }
  v1::Tuner::Stub& stub() { return *stub_; }

  // One unary call: `Call(&v1::Tuner::Stub::GetJob, request, response)`, with `token` where it is not empty.
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::Tuner::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    Prepare(context);
    return (*stub_.*method)(&context, request, &response);
  }
  void Prepare(grpc::ClientContext& context) const {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  }

  std::string Logged() {
    std::fflush(out_);
    EXPECT_EQ(std::fseek(out_, 0, SEEK_SET), 0);
    std::string text;
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_)) text += static_cast<char>(c);
    return text;
  }

  ServerOptions options;
  std::string token;

 private:
  std::FILE* out_ = std::tmpfile();
  Log log_{Log::Level::kDebug, out_};
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Tuner::Stub> stub_;
};

}  // namespace tune
