// A window as the engine sees it half-way: what ReadRoleMemory() and ReadRoleCpu() are given.
#pragma once

#include "libtune/estimate/sizing.h"
#include "tests/support/process_window_maker.h"

namespace tune {

class SizingCase {
 public:
  explicit SizingCase(JobWindow of, const TuningPolicy& by = MemoryPolicy())
      : window(std::move(of)),
        policy(by),
        view_(window.graph),
        job{.window = window,
            .policy = policy,
            .view = view_,
            .seconds = {},
            .rates = {},
            .sums = {},
            .records = {},
            .sources = {},
            .vertices = std::vector<VertexSizing>(window.vertices.size()),
            .out = out_} {
    for (size_t v = 0; v < window.vertices.size(); ++v) {
      VertexRecommendation& r = out_.vertices.emplace_back();
      r.vertex = static_cast<int>(v);
      r.verdict = Verdict::kEstimated;
    }
  }
  SizingCase(const SizingCase&) = delete;
  SizingCase& operator=(const SizingCase&) = delete;

  JobWindow window;
  TuningPolicy policy;

 private:
  GraphView view_;
  JobRecommendation out_;

 public:
  JobSizing job;
};

}  // namespace tune
