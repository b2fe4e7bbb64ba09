// What an answer over the wire costs without the wire: a request's bytes read, checked, judged and written.
#include <benchmark/benchmark.h>

#include "bench/peer/synthetic_input.h"
#include "google/protobuf/arena.h"
#include "libtune/codec/recommendation_codec.h"
#include "libtune/codec/window_codec.h"
#include "service/api/answers.h"
#include "service/api/job_input.h"
#include "tune/recommend.h"
#include "tune/window_builder.h"

namespace tune::bench {
namespace {

std::string RequestOf(const benchmark::State& state) {
  const auto vertices = static_cast<int>(state.range(0)), minutes = static_cast<int>(state.range(1));
  auto builder = WindowBuilder::Create(SyntheticInput(vertices).Graph(), {}, {});
  for (const TaskSample& sample : MakeSamples(vertices, minutes)) builder->Add(sample).IgnoreError();
  v1::RecommendRequest request;
  *request.mutable_window() = ToProto(builder->Window());
  return request.SerializeAsString();
}

v1::RecommendRequest& Parse(const std::string& bytes, google::protobuf::Arena& arena) {
  auto& request = *google::protobuf::Arena::CreateMessage<v1::RecommendRequest>(&arena);
  if (!request.ParseFromString(bytes)) std::abort();
  return request;
}

void BM_Parse(benchmark::State& state) {
  const std::string bytes = RequestOf(state);
  for (auto _ : state) {
    google::protobuf::Arena arena;
    benchmark::DoNotOptimize(Parse(bytes, arena).has_window());
  }
}

void BM_ReadJob(benchmark::State& state) {
  google::protobuf::Arena arena;
  const v1::RecommendRequest& request = Parse(RequestOf(state), arena);
  for (auto _ : state) benchmark::DoNotOptimize(ReadJob(request).ok());
}

void BM_Recommend(benchmark::State& state) {
  google::protobuf::Arena arena;
  const auto job = ReadJob(Parse(RequestOf(state), arena));
  for (auto _ : state) benchmark::DoNotOptimize(Recommend(job->window, job->policy).ok());
}

void BM_Write(benchmark::State& state) {
  google::protobuf::Arena arena;
  const auto job = ReadJob(Parse(RequestOf(state), arena));
  const auto recommendation = Recommend(job->window, job->policy);
  for (auto _ : state) {
    std::string bytes;
    AppendBytes(*recommendation, job->window, job->policy, EvidenceIn::kMessage, bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
}

void BM_All(benchmark::State& state) {
  const std::string bytes = RequestOf(state);
  for (auto _ : state) {
    google::protobuf::Arena arena;
    std::string response;
    benchmark::DoNotOptimize(Answer(Parse(bytes, arena), response).ok());
  }
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"vertices", "minutes"})->Args({5, 60})->Args({20, 90})->Unit(benchmark::kMicrosecond);
}
BENCHMARK(BM_Parse)->Apply(Sizes);
BENCHMARK(BM_ReadJob)->Apply(Sizes);
BENCHMARK(BM_Recommend)->Apply(Sizes);
BENCHMARK(BM_Write)->Apply(Sizes);
BENCHMARK(BM_All)->Apply(Sizes);

}  // namespace
}  // namespace tune::bench
