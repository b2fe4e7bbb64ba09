#include <cstdio>

#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/plot_html.h"
#include "tune/recommend.h"

namespace tune {

int RunPlot(const Arguments& a) {
  absl::StatusOr<LoadedJob> job = LoadJob(a);
  if (!job.ok()) return Fail(job.status());
  const JobWindow& window = job->Window();
  const absl::StatusOr<JobRecommendation> r = Recommend(window, job->policy);
  if (!r.ok()) return Fail(r.status());
  const absl::StatusOr<std::string> html = PlotHtml({window, *r, job->policy});
  if (!html.ok()) return Fail(html.status());
  if (auto status = WriteTextFile(a.out, *html); !status.ok()) return Fail(status);
  std::printf("wrote %s (%zu KB)\n", a.out.c_str(), html->size() / 1024);
  return kExitOk;
}

}  // namespace tune
