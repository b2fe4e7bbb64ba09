// The daemon's parts over real gRPC on loopback.
#include "service/server/server.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/wire.h"
#include "service/api/answers.h"
#include "tests/service/requests.h"
#include "tests/support/certificates.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {
namespace {

using testing::HasSubstr;

class Served : public testing::Test {
 protected:
  Served() { options_.listen = {"127.0.0.1:0"}; }
  ~Served() override {
    server_.reset();
    std::fclose(out_);
  }

  void Start() {
    auto server = Server::Start(options_, log_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = StubOf(grpc::InsecureChannelCredentials());
  }
  std::unique_ptr<v1::Tuner::Stub> StubOf(const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    return v1::Tuner::NewStub(grpc::CreateChannel(server_->addresses().front(), credentials));
  }
  static grpc::Status Call(v1::Tuner::Stub& stub, const v1::RecommendRequest& request,
                           v1::RecommendResponse& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return stub.Recommend(&context, request, &response);
  }
  std::string Logged() {
    std::fflush(out_);
    EXPECT_EQ(std::fseek(out_, 0, SEEK_SET), 0);
    std::string text;
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_)) text += static_cast<char>(c);
    return text;
  }

  ServerOptions options_;
  std::FILE* out_ = std::tmpfile();
  Log log_{Log::Level::kDebug, out_};
  std::unique_ptr<Server> server_;
  std::unique_ptr<v1::Tuner::Stub> stub_;
};

TEST_F(Served, AnswersAsTheEngineDoes) {
  Start();
  const v1::RecommendRequest request = RequestFor(DrowningJob());
  v1::RecommendResponse expected, response;
  ASSERT_TRUE(Answer(request, expected).ok());
  const grpc::Status status = Call(*stub_, request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(SerializeDeterministic(response), SerializeDeterministic(expected));
}

TEST_F(Served, RefusesWithTheFieldAndWhatIsAllowed) {
  Start();
  v1::RecommendResponse response;
  const grpc::Status status = Call(*stub_, {}, response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "job = absent; allowed: a window or a history");
  EXPECT_NE(status.error_details(), "");
  server_->Shutdown();
  EXPECT_THAT(Logged(),
              HasSubstr(R"("event":"call","method":"Recommend","caller":"ipv4:127.0.0.1","code":"INVALID_ARGUMENT")"));
}

// A larger request than that of a short call, so that a worker answers it.
TEST_F(Served, AnswersLargeRequestsToo) {
  Start();
  v1::RecommendBatchRequest request;
  while (request.ByteSizeLong() < 300 << 10) *request.add_requests() = RequestFor(DrowningJob());
  v1::RecommendBatchResponse response;
  grpc::ClientContext context;
  const grpc::Status status = stub_->RecommendBatch(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), request.requests_size());
  for (int i = 0; i < response.results_size(); ++i) {
    ASSERT_EQ(response.results(i).index(), i);
    ASSERT_TRUE(response.results(i).has_recommendation());
  }
}

TEST_F(Served, StreamsAnswersInTheOrderOfTheRequests) {
  Start();
  grpc::ClientContext context;
  const auto stream = stub_->RecommendStream(&context);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(stream->Write(i % 7 == 3 ? v1::RecommendRequest() : RequestFor(DrowningJob())));
    v1::RecommendResult result;
    ASSERT_TRUE(stream->Read(&result));
    EXPECT_EQ(result.index(), i);
    EXPECT_EQ(result.has_error(), i % 7 == 3);
  }
  stream->WritesDone();
  v1::RecommendResult result;
  EXPECT_FALSE(stream->Read(&result));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(Served, AStreamThatIsCutHurtsNobody) {
  Start();
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    const auto stream = stub_->RecommendStream(&context);
    stream->Write(RequestFor(DrowningJob()));
    context.TryCancel();
    EXPECT_FALSE(stream->Finish().ok());
  }
  v1::RecommendResponse response;
  EXPECT_TRUE(Call(*stub_, RequestFor(DrowningJob()), response).ok());
}

TEST_F(Served, TellsACallerThatIsTooFastWhenToComeAgain) {
  options_.admission.calls_per_second = 0.1;
  options_.admission.burst = 2;
  Start();
  v1::RecommendResponse response;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Call(*stub_, RequestFor(DrowningJob()), response).ok());
  const grpc::Status status = Call(*stub_, RequestFor(DrowningJob()), response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_details(), HasSubstr("google.rpc.RetryInfo"));
}

TEST_F(Served, RefusesMessagesThatAreTooLarge) {
  options_.max_message_mib = 1;
  Start();
  v1::RecommendRequest request = RequestFor(DrowningJob());
  request.mutable_window()->mutable_facts()->set_job_name(std::string(2 << 20, 'x'));
  v1::RecommendResponse response;
  EXPECT_EQ(Call(*stub_, request, response).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(Served, HonoursDeadlines) {
  Start();
  v1::RecommendBatchRequest request;
  for (int i = 0; i < 5000; ++i) *request.add_requests() = RequestFor(DrowningJob());
  v1::RecommendBatchResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  EXPECT_EQ(stub_->RecommendBatch(&context, request, &response).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

// A call under way is answered while the server drains; a new one is not.
TEST_F(Served, DrainsBeforeItGoesDown) {
  Start();
  grpc::ClientContext context;
  const auto stream = stub_->RecommendStream(&context);
  v1::RecommendResult result;
  ASSERT_TRUE(stream->Write(RequestFor(DrowningJob())));
  ASSERT_TRUE(stream->Read(&result));
  std::thread down([&] { server_->Shutdown(); });
  v1::RecommendResponse response;
  while (Call(*stub_, RequestFor(DrowningJob()), response).ok()) {
  }
  ASSERT_TRUE(stream->Write(RequestFor(DrowningJob())));
  EXPECT_TRUE(stream->Read(&result));
  EXPECT_EQ(result.index(), 1);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  down.join();
  EXPECT_THAT(Logged(), HasSubstr(R"("event":"down")"));
}

TEST_F(Served, ShowsMetrics) {
  options_.metrics = "127.0.0.1:0";
  Start();
  v1::RecommendResponse response;
  ASSERT_TRUE(Call(*stub_, RequestFor(DrowningJob()), response).ok());
  EXPECT_FALSE(Call(*stub_, {}, response).ok());
  const std::string command = "python3 -c \"import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:" +
                              std::to_string(server_->metrics_port()) + "/metrics').read().decode())\"";
  std::FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string text(1 << 16, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), pipe));
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_THAT(text, HasSubstr("tuned_requests_total{code=\"OK\",method=\"Recommend\"} 1"));
  EXPECT_THAT(text, HasSubstr("tuned_requests_total{code=\"INVALID_ARGUMENT\",method=\"Recommend\"} 1"));
  EXPECT_THAT(text, HasSubstr("tuned_answers_total{action=\"raise\"} 1"));
  EXPECT_THAT(text, HasSubstr("tuned_request_seconds_count{method=\"Recommend\"} 2"));
}

TEST_F(Served, OnASocketAndOnPortsAtOnce) {
  const TemporaryFolder folder;
  const std::string path = folder.File("tuned.sock");
  options_.listen = {"unix:" + path, "127.0.0.1:0", "[::1]:0"};
  Start();
  ASSERT_EQ(server_->addresses().size(), 3u);
  for (const std::string& address : server_->addresses()) {
    const auto stub = v1::Tuner::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    v1::RecommendResponse response;
    EXPECT_TRUE(Call(*stub, RequestFor(DrowningJob()), response).ok()) << address;
  }
}

TEST_F(Served, APortThatIsTakenIsAnError) {
  Start();
  ServerOptions second = options_;
  second.listen = server_->addresses();
  const auto server = Server::Start(second, log_);
  EXPECT_EQ(server.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(server.status().message(), HasSubstr("--listen = \"127.0.0.1:"));
}

class WithCertificates : public Served {
 protected:
  WithCertificates() {
    certificates_.Sign("server", "tuned", kLong);
    certificates_.Sign("client", "scheduler", kLong);
    options_.tls = {certificates_.File("server.crt"), certificates_.File("server.key"), certificates_.File("ca.crt")};
  }
  // With a connection of its own, and so a handshake of its own.
  std::unique_ptr<v1::Tuner::Stub> Client(bool with_certificate) const {
    grpc::SslCredentialsOptions ssl;
    ssl.pem_root_certs = certificates_.Read("ca.crt");
    if (with_certificate) {
      ssl.pem_cert_chain = certificates_.Read("client.crt");
      ssl.pem_private_key = certificates_.Read("client.key");
    }
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::Tuner::NewStub(
        grpc::CreateCustomChannel(server_->addresses().front(), grpc::SslCredentials(ssl), arguments));
  }
  grpc::Status CallOf(const std::unique_ptr<v1::Tuner::Stub>& client) const {
    v1::RecommendResponse response;
    return Call(*client, RequestFor(DrowningJob()), response);
  }

  static constexpr absl::Duration kLong = absl::Hours(48);
  // Until the first calls are made, also on a busy machine.
  static constexpr absl::Duration kShort = absl::Seconds(10);
  Certificates certificates_;
};

TEST_F(WithCertificates, ClientsShowOne) {
  Start();
  v1::RecommendResponse response;
  const grpc::Status known = Call(*Client(true), RequestFor(DrowningJob()), response);
  EXPECT_TRUE(known.ok()) << known.error_message();
  EXPECT_EQ(Call(*Client(false), RequestFor(DrowningJob()), response).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(*stub_, RequestFor(DrowningJob()), response).error_code(), grpc::StatusCode::UNAVAILABLE);
  server_->Shutdown();
  EXPECT_THAT(Logged(), HasSubstr(R"("caller":"scheduler")"));
}

TEST_F(WithCertificates, WithoutACaTheServerAloneShowsOne) {
  options_.tls.client_ca.clear();
  Start();
  v1::RecommendResponse response;
  EXPECT_TRUE(Call(*Client(false), RequestFor(DrowningJob()), response).ok());
  EXPECT_EQ(Call(*stub_, RequestFor(DrowningJob()), response).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(WithCertificates, OneThatCannotBeReadIsAnError) {
  options_.tls.key = certificates_.File("nobody.key");
  const auto server = Server::Start(options_, log_);
  EXPECT_EQ(server.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(server.status().message(), HasSubstr("--tls-key = "));
}

// Looked at when a connection begins: one that is there goes on.
TEST_F(WithCertificates, AClientsThatExpiredOpensNoConnectionAndARenewedOneDoes) {
  certificates_.Sign("client", "scheduler", kShort);
  const absl::Time expired = absl::Now() + kShort;
  Start();
  const auto before = Client(true);
  ASSERT_TRUE(CallOf(before).ok());
  absl::SleepFor(expired + absl::Seconds(1) - absl::Now());
  EXPECT_EQ(CallOf(Client(true)).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(CallOf(before).ok());
  certificates_.Sign("client", "scheduler", kLong);
  EXPECT_TRUE(CallOf(Client(true)).ok());
}

TEST_F(WithCertificates, TheServersIsRenewedInPlaceUnderTheRunningServer) {
  certificates_.Sign("server", "tuned", kShort);
  const absl::Time expired = absl::Now() + kShort;
  Start();
  const auto before = Client(true);
  ASSERT_TRUE(CallOf(before).ok());
  absl::SleepFor(expired + absl::Seconds(1) - absl::Now());
  EXPECT_EQ(CallOf(Client(true)).error_code(), grpc::StatusCode::UNAVAILABLE) << "clients refuse it";
  certificates_.Sign("server", "tuned", kLong);
  bool taken = false;
  for (int i = 0; i < 30 && !taken; ++i) {  // it is read again every ten seconds
    taken = CallOf(Client(true)).ok();
    absl::SleepFor(absl::Seconds(1));
  }
  EXPECT_TRUE(taken);
  EXPECT_TRUE(CallOf(before).ok()) << "who was connected still is";
}

}  // namespace
}  // namespace tune
