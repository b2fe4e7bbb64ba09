#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/explanation_report.h"
#include "libtune/cli/load_job.h"
#include "libtune/explain/tree.h"
#include "libtune/internal/not_allowed.h"
#include "tune/recommend.h"

namespace tune {
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
  for (const Explanation& explanation : Explain(*r, window.graph, only)) PrintExplanation(explanation);
  return kExitOk;
}

}  // namespace tune
