// Whether what was predicted of a change came true.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tune/v1/recommendation.pb.h"

namespace tune {

// One vertex, after it was given the parallelism that was wanted.
struct PredictionCheck {
  std::string vertex;                                            // its id
  double predicted_s = 0, measured_s = 0;                        // per record, of one subtask; > 0
  double error() const { return measured_s / predicted_s - 1; }  // 0: as predicted; 0.2: a fifth more time
};

// Of one job. Parallelism is worked out from the time that a record takes one subtask: that time must stay what it is
// when the parallelism changes.
class Predictions {
 public:
  // What a decision wants of vertices whose time per record is known, in place of what was wanted of them before.
  void Expect(const v1::JobRecommendation& decided);
  // The vertices that now run as was wanted, each once, when their time per record is known again.
  std::vector<PredictionCheck> Check(const v1::JobRecommendation& now);

 private:
  struct Expected {
    int parallelism = 0;
    double seconds = 0;
  };
  std::map<std::string, Expected> expected_;  // by the vertex's id
};

}  // namespace tune
