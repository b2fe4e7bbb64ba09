// What goes wrong around the daemon: disks that are full, store files that are not what they should be, two of it.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "service/store/database.h"
#include "tests/service/program.h"
#include "tests/store/small_disk.h"
#include "tests/support/recorded_job.h"
#include "tests/support/temporary_folder.h"
#include "tune/v1/service.grpc.pb.h"

namespace tune {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Stub = v1::Tuner::Stub;

class Faults : public testing::Test {
 protected:
  void Start(const std::string& store, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--listen", "127.0.0.1:0", "--store", store, "--evaluate", "86400"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    daemon_ = std::make_unique<Program>(arguments);
    started_ = daemon_->ReadUntil("\"listening\"");
    const size_t at = started_.rfind("127.0.0.1:");
    ASSERT_NE(at, std::string::npos) << started_;
    const std::string address = started_.substr(at, started_.find('"', at) - at);
    stub_ = v1::Tuner::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  }
  void Kill() {
    daemon_->Signal(SIGKILL);
    daemon_->ExitCode();
  }
  void Stop() {
    daemon_->Signal(SIGTERM);
    EXPECT_EQ(daemon_->ExitCode(), 0);
  }

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return (*stub_.*method)(&context, request, &response);
  }
  // Counts what was acknowledged.
  grpc::Status Push(const v1::PushSamplesRequest& request) {
    v1::PushSamplesResponse response;
    const grpc::Status status = Call(&Stub::PushSamples, request, response);
    if (status.ok() && !response.repeated()) ++acknowledged_[request.job().name()];
    return status;
  }
  // The push of job `name` that comes next, from the recording's slices, again and again.
  v1::PushSamplesRequest NextOf(const std::string& name) {
    v1::PushSamplesRequest request = slices_[static_cast<size_t>(acknowledged_[name]) % slices_.size()];
    request.mutable_job()->set_name(name);
    request.set_idempotency_key(absl::StrCat("push-", acknowledged_[name]));
    return request;
  }
  // Pushes to many jobs in turn, none of which is worth a checkpoint, until there is no room.
  grpc::Status PushUntilFull() {
    grpc::Status status;
    for (int i = 0; i < 10'000 && status.ok(); ++i) {
      refused_ = NextOf(absl::StrCat("job-", i % 50));
      status = Push(refused_);
    }
    return status;
  }
  void ExpectNothingLost() {
    v1::ListJobsRequest request;
    request.set_page_size(1000);
    v1::ListJobsResponse jobs;
    const grpc::Status status = Call(&Stub::ListJobs, request, jobs);
    ASSERT_TRUE(status.ok()) << status.error_message();
    std::map<std::string, int64_t> kept;
    for (const v1::JobSummary& job : jobs.jobs()) kept[job.job().name()] = job.samples().pushes();
    std::erase_if(acknowledged_, [](const auto& job) { return job.second == 0; });
    EXPECT_EQ(kept, acknowledged_);
  }
  void ExpectRecommendation(const std::string& name) {
    v1::GetRecommendationRequest request;
    *request.mutable_kept()->mutable_job() = NextOf(name).job();
    v1::GetRecommendationResponse response;
    const grpc::Status status = Call(&Stub::GetRecommendation, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_GT(response.recommendation().vertices_size(), 0);
  }

  TemporaryFolder folder_;
  const v1::PushSamplesRequest whole_ = RecordedJob().Pushes("team-a", "whole", 1).front();
  const std::vector<v1::PushSamplesRequest> slices_ = RecordedJob().Pushes("team-a", "orders", 40);
  std::map<std::string, int64_t> acknowledged_;  // pushes, by the job's name
  v1::PushSamplesRequest refused_;               // the first that found no room
  std::unique_ptr<Program> daemon_;
  std::string started_;  // what it said until it listened
  std::unique_ptr<Stub> stub_;
};

TEST_F(Faults, AFullDiskRefusesPushesAnswersQuestionsAndRoomEndsThat) {
  const SmallDisk disk(folder_.File("disk"));
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small file system";
  const std::string store = folder_.File("disk/jobs.db"), ballast = folder_.File("disk/ballast");
  std::ofstream(ballast) << std::string(1 << 20, 'b');
  Start(store);
  const grpc::Status full = PushUntilFull();
  EXPECT_EQ(full.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_THAT(full.error_message(), HasSubstr("jobs.db"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Push(whole_).error_code(), grpc::RESOURCE_EXHAUSTED);
  ExpectNothingLost();
  ExpectRecommendation("job-0");

  std::filesystem::remove(ballast);
  const grpc::Status again = Push(refused_);
  EXPECT_TRUE(again.ok()) << "the same push, with its key: " << again.error_message();
  ExpectNothingLost();

  std::ofstream(ballast) << std::string(8 << 20, 'b');  // to the last byte, also when it is started
  Kill();
  Start(store);
  ExpectNothingLost();
  ExpectRecommendation("job-0");
  EXPECT_EQ(Push(whole_).error_code(), grpc::RESOURCE_EXHAUSTED);
  std::filesystem::remove(ballast);
  EXPECT_TRUE(Push(NextOf("job-0")).ok());
  Kill();
  Start(store);
  ExpectNothingLost();
  Kill();  // before the disk
}

TEST_F(Faults, AStoreAtItsLimitIsFullUntilItMayBeLarger) {
  const std::string store = folder_.File("jobs.db");
  Start(store, {"--most-store-mib", "1"});
  const grpc::Status full = PushUntilFull();
  EXPECT_EQ(full.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Push(whole_).error_code(), grpc::RESOURCE_EXHAUSTED);
  ExpectNothingLost();
  ExpectRecommendation("job-0");
  Kill();
  Start(store, {"--most-store-mib", "8"});
  ExpectNothingLost();
  EXPECT_TRUE(Push(refused_).ok());
  EXPECT_TRUE(Push(whole_).ok());
  ExpectNothingLost();
}

TEST_F(Faults, AStoreFileThatIsNoneIsRefusedAndLeftAlone) {
  const std::string store = folder_.File("jobs.db");
  Start(store);
  ASSERT_TRUE(Push(whole_).ok());
  Stop();
  const std::string whole = TextOfFile(store);
  ASSERT_GT(whole.size(), 100'000u);
  const std::pair<const char*, std::string> cases[] = {{"cut short", whole.substr(0, whole.size() / 2)},
                                                       {"all but its begin", whole.substr(0, 100)},
                                                       {"garbage", std::string(50'000, 'g')},
                                                       {"a text", "jobs:\n  orders: 3\n"}};
  for (const auto& [name, bytes] : cases) {
    std::ofstream(store, std::ios::binary) << bytes;
    Program daemon({"--listen", "127.0.0.1:0", "--store", store});
    const std::string said = daemon.ReadUntil("never said");
    EXPECT_EQ(daemon.ExitCode(), 1) << name;
    EXPECT_THAT(said, AllOf(HasSubstr("tuned: store \""), HasSubstr("/jobs.db\": "),
                            HasSubstr("put back a copy of the file, or name another"), Not(HasSubstr("listening"))))
        << name;
    EXPECT_EQ(TextOfFile(store), bytes) << name;
  }
  std::ofstream(store, std::ios::binary) << whole;
  Start(store);
  ExpectNothingLost();
}

TEST_F(Faults, ADamagedRowIsNamedWithItsJobAndTheOthersGoOn) {
  const std::string store = folder_.File("jobs.db");
  Start(store);
  for (const char* name : {"bills", "clicks", "orders"}) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(Push(NextOf(name)).ok());
  }
  Stop();
  {
    DatabaseOptions options;
    options.path = store;
    auto db = Database::Open(options);
    ASSERT_TRUE(db.ok()) << db.status();
    const auto damage = [&](const char* name, int sequence) {
      ASSERT_TRUE((*db)
                      ->Run(absl::StrCat("UPDATE pushes SET payload = x'42' WHERE sequence = ", sequence,
                                         " AND job = (SELECT id FROM jobs WHERE name = '", name, "')"))
                      .ok());
    };
    damage("bills", 2);
    damage("clicks", 1);  // which brought the graph
  }
  Start(store);
  EXPECT_THAT(started_, AllOf(HasSubstr("team-a/bills, push 2"), HasSubstr("team-a/clicks, push 1")));
  EXPECT_THAT(started_, AllOf(HasSubstr(R"("event":"damage")"), Not(HasSubstr("team-a/orders"))));
  ExpectRecommendation("bills");
  ExpectRecommendation("orders");
  const grpc::Status lacking = Push(NextOf("clicks"));
  EXPECT_EQ(lacking.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(lacking.error_message(), HasSubstr("graph = absent"));
  v1::PushSamplesRequest with_graph = NextOf("clicks");
  *with_graph.mutable_graph() = slices_.front().graph();
  EXPECT_TRUE(Push(with_graph).ok());
  ExpectRecommendation("clicks");
  EXPECT_TRUE(Push(NextOf("bills")).ok());
  EXPECT_TRUE(Push(NextOf("orders")).ok());
}

TEST_F(Faults, OneStoreIsOneDaemons) {
  const std::string store = folder_.File("jobs.db");
  Start(store);
  ASSERT_TRUE(Push(NextOf("orders")).ok());
  Program second({"--listen", "127.0.0.1:0", "--store", store});
  EXPECT_THAT(second.ReadUntil("never said"), AllOf(HasSubstr("in use by process"), HasSubstr("jobs.db.lock")));
  EXPECT_EQ(second.ExitCode(), 1);
  EXPECT_TRUE(Push(NextOf("orders")).ok()) << "the first one goes on";
  ExpectNothingLost();
}

}  // namespace
}  // namespace tune
