#include "service/rollout/measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "tests/support/job_window.h"

namespace tune {
namespace {

// Two vertices, and a TaskManager of 1 core, 1,200 MiB and 2 slots that is to become larger.
class Measures : public testing::Test {
 protected:
  Measures() {
    JobWindowMaker maker;
    maker.AddSource("source", 100);
    maker.Add("map", {});
    maker.Connect(0, 1);
    window_ = maker.Build();
    for (int vertex = 0; vertex < 2; ++vertex) {
      VertexRecommendation& of_vertex = recommendation_.vertices.emplace_back();
      of_vertex.vertex = vertex;
      of_vertex.now = 1 + vertex;
      of_vertex.wanted = 3 + vertex;
    }
    recommendation_.vertices[1].service_time = SecondsPerRecord(0.004);
    recommendation_.slots_now = 2;
    recommendation_.slots_wanted = 4;
    ProcessSize& now = recommendation_.task_managers.now;
    now.count = 1;
    now.slots = 2;
    now.cpu = MilliCores(1000);
    now.memory = Bytes(int64_t{1200} << 20);
    recommendation_.task_managers.wanted = now;
    recommendation_.task_managers.wanted.count = 2;
    recommendation_.task_managers.wanted.cpu = MilliCores(1500);
    recommendation_.task_managers.wanted.memory = Bytes(int64_t{1600} << 20);
  }
  Judgement Judged() const { return {window_, policy_, recommendation_}; }
  void SetLag(std::optional<double> records) {
    SourceWindow& source = window_.sources[0];
    source.kind = DemandKind::kOffsets;
    source.lag_records = records;
    source.bins.assign(10, {60, 6000, records.value_or(0)});
  }
  // before, predicted, happened; -1: absent.
  static std::vector<double> Numbers(const v1::Change& change, const std::string& name) {
    const v1::ChangeMeasure* measure = FindMeasure(change, name.c_str());
    if (measure == nullptr) return {};
    return {measure->has_before() ? measure->before() : -1, measure->has_predicted() ? measure->predicted() : -1,
            measure->has_happened() ? measure->happened() : -1};
  }

  JobWindow window_;
  TuningPolicy policy_;
  JobRecommendation recommendation_;
};

TEST_F(Measures, AreWhatIsAndWhatIsWanted) {
  v1::Change change;
  Predict(Judged(), change);
  EXPECT_THAT(Numbers(change, kSlots), testing::ElementsAre(2, 4, -1));
  EXPECT_THAT(Numbers(change, kTaskManagers), testing::ElementsAre(1, 2, -1));
  EXPECT_THAT(Numbers(change, kTaskManagerSlots), testing::ElementsAre(2, 2, -1));
  EXPECT_THAT(Numbers(change, kTaskManagerCores), testing::ElementsAre(1, 1.5, -1));
  EXPECT_THAT(Numbers(change, kTaskManagerMib), testing::ElementsAre(1200, 1600, -1));
  EXPECT_THAT(Numbers(change, "subtasks of source"), testing::ElementsAre(1, 3, -1));
  EXPECT_THAT(Numbers(change, "subtasks of map"), testing::ElementsAre(2, 4, -1));
  EXPECT_THAT(Numbers(change, "ms per record of map"), testing::ElementsAre(4, 4, -1));
  EXPECT_THAT(Numbers(change, "ms per record of source"), testing::IsEmpty()) << "not measured";
  EXPECT_THAT(Numbers(change, kBehind), testing::IsEmpty()) << "not measured";
}

TEST_F(Measures, TellWhatBecameOfThem) {
  SetLag(500);
  v1::Change change;
  Predict(Judged(), change);
  recommendation_.slots_now = 4;
  recommendation_.vertices[1].now = 4;
  recommendation_.vertices[1].service_time = SecondsPerRecord(0.005);
  recommendation_.task_managers.now.memory.reset();
  SetLag(20);
  Measure(Judged(), change);
  EXPECT_THAT(Numbers(change, kSlots), testing::ElementsAre(2, 4, 4));
  EXPECT_THAT(Numbers(change, "subtasks of map"), testing::ElementsAre(2, 4, 4));
  EXPECT_THAT(Numbers(change, "ms per record of map"), testing::ElementsAre(4, 4, 5));
  EXPECT_THAT(Numbers(change, kTaskManagerMib), testing::ElementsAre(1200, 1600, -1)) << "not told any more";
  EXPECT_THAT(Numbers(change, kBehind), testing::ElementsAre(500, -1, 20)) << "nothing was said of it";
}

TEST_F(Measures, OfVerticesOfOneNameAreKeptApart) {
  window_.graph.vertices[0].name = window_.graph.vertices[1].name = "Filter";
  v1::Change change;
  Predict(Judged(), change);
  EXPECT_THAT(Numbers(change, "subtasks of Filter (source)"), testing::ElementsAre(1, 3, -1)) << "by their ids";
  EXPECT_THAT(Numbers(change, "subtasks of Filter (map)"), testing::ElementsAre(2, 4, -1));
  recommendation_.vertices[0].now = 3;
  Measure(Judged(), change);
  EXPECT_THAT(Numbers(change, "subtasks of Filter (source)"), testing::ElementsAre(1, 3, 3));
  EXPECT_THAT(Numbers(change, "subtasks of Filter (map)"), testing::ElementsAre(2, 4, 2));
}

TEST_F(Measures, OfAThousandVerticesHaveALimit) {
  for (int i = 0; i < 1000; ++i) {
    window_.graph.vertices.push_back(window_.graph.vertices[1]);
    window_.graph.vertices.back().id = window_.graph.vertices.back().name = absl::StrCat("v", i);
    VertexRecommendation vertex = recommendation_.vertices[1];
    vertex.vertex = i + 2;
    recommendation_.vertices.push_back(vertex);
  }
  SetLag(500);
  v1::Change change;
  Predict(Judged(), change);
  Measure(Judged(), change);
  EXPECT_EQ(change.measures_size(), 201);
  EXPECT_THAT(Numbers(change, kBehind), testing::ElementsAre(500, -1, 500)) << "whatever there is besides";
  for (const v1::ChangeMeasure& measure : change.measures()) EXPECT_TRUE(measure.has_happened()) << measure.name();
}

TEST_F(Measures, OnlyWhatWasPredictedIsMeasured) {
  v1::Change change;
  Measure(Judged(), change);
  EXPECT_EQ(change.measures_size(), 0);
}

}  // namespace
}  // namespace tune
