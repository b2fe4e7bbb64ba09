#include "libtune/cli/plot_findings.h"

#include "libtune/cli/plot_processes.h"
#include "libtune/explain/text.h"

namespace tune {
namespace {

Subject SubjectOf(const Finding& finding, const PlotInput& input) {
  if (finding.role && WasSeen(input, *finding.role)) return {-1, finding.role};
  return {finding.vertex, std::nullopt};
}

}  // namespace

PlotJson FindingsJson(const PlotInput& input, const Subject& subject) {
  PlotJson list = PlotJson::array();
  for (Finding finding : input.recommendation.findings) {
    if (SubjectOf(finding, input) != subject) continue;
    finding.vertex = -1;
    if (subject.role) finding.role.reset();
    list.push_back(
        {{"kind", Name(finding.kind)}, {"text", FindingText(input.recommendation, finding, input.window.graph)}});
  }
  return list;
}

}  // namespace tune
