#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/terminal.h"
#include "libtune/explain/tree.h"
#include "libtune/internal/not_allowed.h"
#include "tune/recommend.h"

namespace tune {
namespace {

void Print(const Explanation& explanation) {
  std::printf("%s\n", Paint(Colour::kBold, explanation.summary).c_str());
  for (const std::string& finding : explanation.findings) std::printf("   ! %s\n", finding.c_str());
  const std::vector<ExplanationStep>& steps = explanation.steps;
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size() || steps[i + 1].depth < steps[i].depth;
    std::printf("%s%s %s\n", std::string(static_cast<size_t>(steps[i].depth) * 3, ' ').c_str(), last ? "└─" : "├─",
                steps[i].text.c_str());
  }
  std::printf("\n");
}

}  // namespace

int RunExplain(const Arguments& a) {
  absl::StatusOr<LoadedJob> job = LoadJob(a);
  if (!job.ok()) return Fail(job.status());
  const JobWindow& window = job->Window();
  int only = -1;
  if (!a.vertex.empty()) {
    only = FindVertex(window.graph, a.vertex);
    if (only < 0) {
      return Fail(NotAllowed("--vertex", a.vertex, absl::StrCat("one of ", VertexNames(window.graph))));
    }
  }
  const absl::StatusOr<JobRecommendation> r = Recommend(window, job->policy);
  if (!r.ok()) return Fail(r.status());
  for (const Explanation& explanation : Explain(*r, window.graph, only)) Print(explanation);
  return kExitOk;
}

}  // namespace tune
